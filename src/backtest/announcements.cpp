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

// What was paid is not known before: a strategy hears of it then.
Result<sim::FundingBook> funding_of(std::vector<sim::FundingTime> paid, const std::optional<FutureCut>& cut) {
  for (sim::FundingTime& time : paid) {
    if (!is_behind(time.at, cut)) continue;
    time.rate = {altered_rate(static_cast<std::int64_t>(time.rate.units)),
                 std::max<int>(time.rate.scale, AnnouncedRate::kScale)};
  }
  return sim::FundingBook::of(std::move(paid));
}

std::unexpected<Error> not_there(std::string_view asked, std::string_view what, std::string_view remedy) {
  return fail(ErrorCode::kUsage, fmt::format("{}: the data has no {}, which recordings of USD-M with the stream "
                                             "markPrice have: {}",
                                             asked, what, remedy));
}

// Most contracts of USD-M pay at these times; none that pays more often passes over one of them.
constexpr Nanos kFundingInterval = std::chrono::hours{8};

// A contract with a day of delivery, "BTCUSDT_240628", pays none.
bool is_perpetual(const Instrument& info) { return info.venue == Venue::kBinanceUsdm && !info.symbol.contains('_'); }

}  // namespace

std::size_t funding_times(const InstrumentSettings& settings, const OpenMarket& market) {
  if (funding_source_of(settings) != FundingSource::kData) return 0;
  if (market.recording != nullptr) return market.recording->funding().times().size();
  return market.catalog != nullptr ? market.catalog->funding().size() : 0;
}

bool pays_announced_funding(const InstrumentSettings& settings, const OpenMarket& market) {
  return funding_times(settings, market) > 0;
}

std::string funding_note(const InstrumentSettings& settings, std::size_t times, UnixNanos begin, UnixNanos end) {
  const bool is_asked = is_perpetual(settings.info) && funding_source_of(settings) == FundingSource::kData;
  if (!is_asked || times > 0 || next_multiple({begin.value - 1}, kFundingInterval) > end) return "";
  return fmt::format(
      "{}: the data tells no funding, so a perpetual pays none: import its fundingRate into the catalog, record the "
      "stream markPrice, or name a file in [funding] (source = \"none\" if that is meant)",
      settings.info.symbol);
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
  if (pays && market.catalog != nullptr) {
    auto paid = funding_of(market.catalog->funding(), cut);
    if (!paid) return fail(paid.error().code, fmt::format("the catalog's funding: {}", paid.error().message));
    setup.funding = *std::move(paid);
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
