#include "backtest/announcements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "history/import/funding_rates.hpp"

namespace acts::backtest {
namespace {

using history::AnnouncedMark;
using history::AnnouncedRate;
using history::FundingRates;

// Of what lies behind a cut a strategy must not know anything before.
constexpr std::int64_t kAlteredRate = 12'345;  // units
bool is_behind(UnixNanos at, const std::optional<FutureCut>& cut) { return cut && at >= cut->at; }

std::unexpected<Error> too_many(std::string_view what, std::size_t most, std::string_view remedy) {
  return fail(ErrorCode::kBadInput,
              fmt::format("more than {} changes of the {}: take parts of it, with from and to{}", most, what, remedy));
}

std::vector<KnownRate> rates_of(const FundingRates& announced, Nanos shift, const std::optional<FutureCut>& cut) {
  std::vector<KnownRate> rates;
  rates.reserve(announced.rates().size());
  for (const AnnouncedRate& rate : announced.rates()) {
    UnixNanos since = rate.ts_recv + shift;
    if (!rates.empty()) since = std::max(since, rates.back().since);
    const std::int64_t units = is_behind(since, cut) ? kAlteredRate - rate.rate : rate.rate;
    rates.push_back({.since = since, .rate = {.rate = {units, AnnouncedRate::kScale}, .at = rate.at}});
  }
  return rates;
}

sim::FundingBook funding_of(const FundingRates& announced, const std::optional<FutureCut>& cut) {
  sim::FundingBook book;
  for (const history::MarkPriceUpdate& update : announced.times()) {
    const UnixNanos at = update.funding->at;
    const std::int64_t units = is_behind(at, cut) ? kAlteredRate - update.funding->rate : update.funding->rate;
    sim::FundingTime time{.at = at, .rate = {units, AnnouncedRate::kScale}};
    if (at - update.mark.ts_event <= kFreshMark) time.mark = Decimal{update.mark.price, AnnouncedRate::kScale};
    book.announce(update.mark.ts_event, time);
  }
  return book;
}

std::vector<MarkPrice> marks_of(const FundingRates& announced, Nanos shift, const std::optional<FutureCut>& cut) {
  static_assert(AnnouncedRate::kScale == MarkPrice::kScale);
  std::vector<MarkPrice> marks;
  marks.reserve(announced.marks().size());
  for (const AnnouncedMark& mark : announced.marks()) {
    UnixNanos at = std::min(mark.ts_event, mark.ts_recv + shift);
    if (!marks.empty()) at = std::max(at, marks.back().at);
    const std::int64_t price = is_behind(at, cut) ? mark.price + mark.price / 100 + 1 : mark.price;
    marks.push_back({.at = at, .price = price});
  }
  return marks;
}

std::unexpected<Error> not_there(std::string_view asked, std::string_view what, const InstrumentSettings& settings,
                                 std::string_view remedy) {
  return fail(ErrorCode::kUsage, fmt::format("{}: the data has no {} of {}, which a recording of USD-M with the stream "
                                             "markPrice has: {}",
                                             asked, what, settings.info.symbol, remedy));
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
    return not_there("source = \"data\" in [funding]", "announcements of funding", settings,
                     "name a file, or take it out");
  }
  const bool marks = settings.mark == MarkSource::kMarkPrice;
  if (marks && (market.recording == nullptr || market.recording->funding().marks().empty())) {
    return not_there("mark = \"mark_price\" in [margin]", "mark prices", settings, "take \"middle\"");
  }
  if (market.recording == nullptr) return {};
  const FundingRates& announced = market.recording->funding();
  if (!announced.is_whole()) return too_many("funding rate", FundingRates::kMostRates, "");
  if (!announced.are_marks_whole()) {
    return too_many("mark price", FundingRates::kMostMarks, ", or mark = \"middle\" in [margin]");
  }
  const Nanos shift = market.feed->facts().shift;
  setup.rates = std::make_shared<const std::vector<KnownRate>>(rates_of(announced, shift, cut));
  if (pays) setup.funding = funding_of(announced, cut);
  if (marks) setup.marks = std::make_shared<const std::vector<MarkPrice>>(marks_of(announced, shift, cut));
  return {};
}

}  // namespace acts::backtest
