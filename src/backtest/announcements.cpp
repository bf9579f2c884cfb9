#include "backtest/announcements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "history/import/funding_rates.hpp"

namespace acts::backtest {
namespace {

using history::AnnouncedRate;
using history::FundingRates;

bool is_behind(UnixNanos at, const std::optional<FutureCut>& cut) { return cut && at >= cut->at; }

sim::FundingBook funding_of(const FundingRates& announced, const std::optional<FutureCut>& cut) {
  sim::FundingBook book;
  for (const history::MarkPriceUpdate& update : announced.times()) {
    const UnixNanos at = update.funding->at;
    const std::int64_t rate = update.funding->rate;
    const std::int64_t units = is_behind(at, cut) ? altered_rate(rate) : rate;
    sim::FundingTime time{.at = at, .rate = {units, AnnouncedRate::kScale}};
    if (at - update.mark.ts_event <= kFreshMark) time.mark = Decimal{update.mark.price, AnnouncedRate::kScale};
    book.announce(update.mark.ts_event, time);
  }
  return book;
}

std::unexpected<Error> not_there(std::string_view asked, std::string_view what, std::string_view remedy) {
  return fail(ErrorCode::kUsage, fmt::format("{}: the data has no {}, which recordings of USD-M with the stream "
                                             "markPrice have: {}",
                                             asked, what, remedy));
}

}  // namespace

bool pays_announced_funding(const InstrumentSettings& settings, const OpenMarket& market) {
  if (funding_source_of(settings) != FundingSource::kData || market.recording == nullptr) return false;
  return !market.recording->funding().times().empty();
}

Result<void> take_announcements(InstrumentSetup& setup, const InstrumentSettings& settings, const OpenMarket& market,
                                const std::optional<FutureCut>& cut) {
  const bool pays = pays_announced_funding(settings, market);
  if (!pays && settings.funding_source == FundingSource::kData) {
    return not_there("source = \"data\" in [funding]", "announcements of funding", "name a file, or take it out");
  }
  const bool marks = settings.mark == MarkSource::kMarkPrice;
  if (marks && (market.recording == nullptr || market.recording->funding().marks()->size() == 0)) {
    return not_there("mark = \"mark_price\" in [margin]", "mark prices", "take \"middle\"");
  }
  if (market.recording == nullptr) return {};
  const FundingRates& announced = market.recording->funding();
  if (!announced.are_times_whole()) {
    return fail(ErrorCode::kBadInput, fmt::format("more than {} times of funding: take parts of it, with from and to",
                                                  FundingRates::kMostTimes));
  }
  const Nanos shift = market.feed->facts().shift;
  setup.rates = {.spool = announced.rates(), .shift = shift, .cut = cut};
  if (pays) setup.funding = funding_of(announced, cut);
  if (marks) setup.marks = {.spool = announced.marks(), .shift = shift, .cut = cut};
  return {};
}

}  // namespace acts::backtest
