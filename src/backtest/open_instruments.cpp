#include "backtest/open_instruments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "acts/base/ratio.hpp"

#include "backtest/announcements.hpp"
#include "backtest/features/feature_data.hpp"
#include "backtest/instrument_setup.hpp"
#include "backtest/run_identity.hpp"

namespace acts::backtest {
namespace {

// How much of the time of the data the rows of a latency file cover, 0 to 1; nothing: latencies are of no file. Errors:
// kUsage: nothing of it.
Result<std::optional<double>> covered_by(const sim::LatencyModel& latency, const FeedFacts& data,
                                         const std::string& file) {
  const std::optional<sim::LatencyModel::Period> rows = latency.period();
  if (!rows || data.last_local == UnixNanos{}) return std::nullopt;
  const UnixNanos first = std::max(rows->first, data.first_local);
  const UnixNanos last = std::min(rows->last, data.last_local);
  if (first > last) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its latencies are of {} to {}, and the data is of {} to {}: take those of that time, "
                            "or another model in [latency]",
                            file, to_iso8601(rows->first), to_iso8601(rows->last), to_iso8601(data.first_local),
                            to_iso8601(data.last_local)));
  }
  const Nanos whole = data.last_local - data.first_local;
  return whole == Nanos{0} ? 1.0 : nearest_double((last - first).count(), whole.count());
}

// hftbacktest shifts each by itself.
bool is_shifted_with_others(const InstrumentSettings& settings) {
  return settings.clock_shift.kind == ClockShift::Kind::kAuto && !settings.exchange.as_hftbacktest;
}

// One clock has stamped them all, as far as anybody knows: shifted by each one's own need, what is received of one
// would be known sooner or later against another than it was.
Nanos shift_of_all(const BacktestSettings& settings, const std::vector<OpenMarket>& markets) {
  Nanos most{0};
  for (std::size_t i = 0; i < markets.size(); ++i) {
    if (is_shifted_with_others(settings.instruments[i])) most = std::max(most, markets[i].feed->facts().shift);
  }
  return most;
}

Result<void> shift_as_others(const OpenMarket& market, const InstrumentSettings& settings, Nanos shift) {
  if (!is_shifted_with_others(settings)) return {};
  return market.events->delay(shift - market.feed->facts().shift);
}

}  // namespace

Result<OpenInstruments> open_instruments(const BacktestSettings& settings,
                                         const std::vector<BacktestInstrument>& instruments,
                                         const std::function<void(std::string_view)>& on_problem,
                                         std::span<const std::string> features, const std::optional<FutureCut>& cut) {
  OpenInstruments open;
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    Result<OpenMarket> market = open_market(settings.instruments[i], instruments[i], on_problem);
    if (!market) return of_instrument(settings, instruments[i], market.error());
    open.markets.push_back(*std::move(market));
  }
  const Nanos shift = shift_of_all(settings, open.markets);
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    const InstrumentSettings& of = settings.instruments[i];
    OpenMarket& market = open.markets[i];
    const Result<void> shifted = shift_as_others(market, of, shift);
    if (!shifted) return of_instrument(settings, instruments[i], shifted.error());
    if (cut) market.feed = std::make_unique<AlteredFeed>(std::move(market.feed), *cut);
    Result<InstrumentSetup> setup = instrument_setup(of, instruments[i]);
    if (!setup) return of_instrument(settings, instruments[i], setup.error());
    auto covered = covered_by(setup->latency, market.feed->facts(), of.latency.file.value_or(""));
    if (!covered) return of_instrument(settings, instruments[i], covered.error());
    market.latency_covered = *covered;
    const Result<void> taken = take_announcements(*setup, of, market, cut);
    if (!taken) return of_instrument(settings, instruments[i], taken.error());
    auto stored = open_stored_features(of, features, market.feed->facts().shift, cut);
    if (!stored) return of_instrument(settings, instruments[i], stored.error());
    setup->features = *std::move(stored);
    setup->feed = market.feed.get();
    open.setups.push_back(*std::move(setup));
  }
  return open;
}

std::string latency_note(const InstrumentSettings& settings, const std::optional<double>& covered) {
  if (!covered || *covered >= 1) return "";
  return fmt::format(
      "{}: its latencies cover {:.1f} % of the time of the data of {}: before the first row and behind "
      "the last one theirs count",
      settings.latency.file.value_or(""), *covered * 100, settings.info.symbol);
}

Result<void> check_samples(Nanos sample, const std::vector<OpenMarket>& markets) {
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const OpenMarket& market : markets) {
    const FeedFacts& facts = market.feed->facts();
    if (facts.last_local == UnixNanos{}) continue;  // not known
    first = std::min(first, facts.first_local.value);
    last = std::max(last, facts.last_local.value);
  }
  if (first > last) return {};
  const std::int64_t samples = (last - first) / sample.count();
  if (samples <= kMostSamples) return {};
  const std::int64_t seconds = (last - first) / kMostSamples / 1'000'000'000 + 1;
  return fail(ErrorCode::kUsage,
              fmt::format("sample = \"{}\" in [report] is {} samples of this data, and {} are the most: take \"{}s\"",
                          to_string(sample), samples, kMostSamples, seconds));
}

EngineOptions engine_options(const BacktestSettings& settings, bool is_sampled) {
  return {.sample = is_sampled ? std::optional(settings.sample) : std::nullopt,
          .bar_interval = settings.bar_interval,
          .features = settings.features};
}

std::optional<BookRecorder::Limits> books_of(const BacktestSettings& settings) {
  if (!settings.books) return std::nullopt;
  BookRecorder::Limits limits;
  limits.from = settings.books_from.value_or(limits.from);
  limits.to = settings.books_to.value_or(limits.to);
  return limits;
}

}  // namespace acts::backtest
