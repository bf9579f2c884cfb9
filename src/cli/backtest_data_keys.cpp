#include <fmt/format.h>

#include "acts/market/venue.hpp"

#include "cli/backtest_keys.hpp"
#include "cli/values.hpp"

namespace acts::cli {
namespace {

using backtest::ClockShift;
using backtest::InstrumentSettings;

Result<void> set_moment(std::optional<UnixNanos>& moment, const std::string& text) {
  const Result<UnixNanos> parsed = parse_iso8601(text);
  if (!parsed) return std::unexpected(parsed.error());
  moment = *parsed;
  return {};
}

Result<void> set_clock_shift(ClockShift& shift, const std::string& text) {
  if (text == "auto" || text == "none") {
    shift.kind = text == "auto" ? ClockShift::Kind::kAuto : ClockShift::Kind::kNone;
    return {};
  }
  const Result<Nanos> by = parse_duration(text);
  if (!by) return fail(ErrorCode::kUsage, fmt::format("'{}': auto, none or a duration, such as \"1300ms\"", text));
  shift = {ClockShift::Kind::kFixed, *by};
  return {};
}

Result<void> set_venue_of(InstrumentSettings& s, const Values& v) {
  const Result<Venue> venue = parse_venue(v[0]);
  if (!venue) return std::unexpected(venue.error());
  s.info.venue = *venue;
  return {};
}

Result<void> set_features_delay(Nanos& delay, const std::string& text) {
  constexpr Nanos kMostDelay = std::chrono::days{366};
  const Result<Nanos> by = parse_duration(text);
  if (!by) return std::unexpected(by.error());
  if (*by > kMostDelay) return fail(ErrorCode::kUsage, fmt::format("'{}': 366d is the longest", text));
  delay = *by;
  return {};
}

std::vector<InstrumentKey> keys_of_data() {
  using enum ConfigType;
  return {
      {"data", "venue", {kText}, "text in quotes", set_venue_of},
      {"data",
       "symbol",
       {kText},
       "text in quotes",
       [](InstrumentSettings& s, const Values& v) { return s.info.symbol = v[0], Result<void>(); }},
      {"data",
       "files",
       {kTexts},
       "a list of texts, such as [\"btcusdt.gz\"]",
       [](InstrumentSettings& s, const Values& v) { return s.files = v, Result<void>(); }},
      {"data",
       "from",
       {kText},
       "a time in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_moment(s.from, v[0]); }},
      {"data",
       "to",
       {kText},
       "a time in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_moment(s.to, v[0]); }},
      {"data",
       "clock_shift",
       {kText},
       "text in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_clock_shift(s.clock_shift, v[0]); }},
      {"data",
       "best_bid_offer",
       {kSwitch},
       "true or false",
       [](InstrumentSettings& s, const Values& v) { return s.best_bid_offer = v[0] == "true", Result<void>(); }},
      {"data",
       "data_dir",
       {kText},
       "text in quotes",
       [](InstrumentSettings& s, const Values& v) { return s.data_dir = v[0], Result<void>(); }},
      {"data",
       "source",
       {kText},
       "text in quotes, such as \"agg_trades\"",
       [](InstrumentSettings& s, const Values& v) { return s.source = v[0], Result<void>(); }},
      {"data",
       "source_interval",
       {kText},
       "text in quotes, such as \"1m\"",
       [](InstrumentSettings& s, const Values& v) { return s.source_interval = v[0], Result<void>(); }},
      {"data",
       "origin",
       {kText},
       "text in quotes",
       [](InstrumentSettings& s, const Values& v) { return s.origin = v[0], Result<void>(); }},
      {"data",
       "interval",
       {kText},
       "text in quotes, such as \"5m\"",
       [](InstrumentSettings& s, const Values& v) { return s.interval = v[0], Result<void>(); }},
      {"data",
       "features_files",
       {kTexts},
       "a list of texts, such as [\"alpha.csv\"]",
       [](InstrumentSettings& s, const Values& v) { return s.features_files = v, Result<void>(); }},
      {"data",
       "features_store",
       {kText},
       "an interval in quotes, such as \"10s\"",
       [](InstrumentSettings& s, const Values& v) { return set_positive_duration(s.features_store.emplace(), v); }},
      {"data",
       "features_delay",
       {kText},
       "a duration in quotes, such as \"2s\"",
       [](InstrumentSettings& s, const Values& v) { return set_features_delay(s.features_delay, v[0]); }},
      {"instrument",
       "tick_size",
       {kText},
       "a decimal in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.tick_size, v[0]); }},
      {"instrument",
       "lot_size",
       {kText},
       "a decimal in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_optional(s.info.lot_size, v[0]); }},
  };
}

}  // namespace

std::span<const InstrumentKey> data_keys() {
  static const std::vector<InstrumentKey> kKeys = with_keys(keys_of_data(), account_data_keys());
  return kKeys;
}

}  // namespace acts::cli
