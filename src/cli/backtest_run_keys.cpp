#include <fmt/format.h>

#include "cli/backtest_keys.hpp"
#include "cli/values.hpp"

namespace acts::cli {
namespace {

using backtest::BacktestSettings;

Result<void> set_sample(BacktestSettings& s, const Values& v) {
  const Result<Nanos> span = parse_positive_duration(v[0]);
  if (!span) return std::unexpected(span.error());
  s.sample = *span;
  return {};
}

Result<void> set_bar_interval(BacktestSettings& s, const Values& v) {
  const Result<Nanos> span = parse_positive_duration(v[0]);
  if (!span) return std::unexpected(span.error());
  s.bar_interval = *span;
  return {};
}

Result<void> set_feature_interval(BacktestSettings& s, const Values& v) {
  return set_positive_duration(s.features.rows.interval, v);
}

Result<void> set_data_kind(BacktestSettings& s, const Values& v) {
  const Result<bool> is_bars = choose(v[0], "books", "bars");
  if (!is_bars) return std::unexpected(is_bars.error());
  s.is_bars = *is_bars;
  return {};
}

std::vector<RunKey> keys_of_run() {
  using enum ConfigType;
  return {
      {"data", "kind", {kText}, "text in quotes", set_data_kind},
      {"account",
       "initial_balance",
       {kText, kInteger},
       "a decimal in quotes",
       [](BacktestSettings& s, const Values& v) { return set_not_negative(s.initial_balance, v[0]); }},
      {"bars", "interval", {kText}, "a duration in quotes, such as \"1m\"", set_bar_interval},
      {"features",
       "bands",
       {kNumbers, kEmptyList},
       "a list of numbers, such as [0.1, 1]",
       [](BacktestSettings& s, const Values& v) { return set_bands(s.features.bands, v); }},
      {"features", "interval", {kText}, "a duration in quotes, such as \"1m\"", set_feature_interval},
      {"features",
       "levels",
       {kNumbers},
       "a list of whole numbers, such as [1, 5, 10]",
       [](BacktestSettings& s, const Values& v) { return set_feature_levels(s.features.rows.levels, v); }},
      {"features",
       "horizons",
       {kTexts},
       "a list of durations in quotes, such as [\"10s\", \"1m\"]",
       [](BacktestSettings& s, const Values& v) { return set_feature_horizons(s.features.rows.horizons, v); }},
      {"report",
       "books",
       {kSwitch},
       "true or false",
       [](BacktestSettings& s, const Values& v) { return s.books = v[0] == "true", Result<void>(); }},
      {"report",
       "books_from",
       {kText},
       "a time in quotes",
       [](BacktestSettings& s, const Values& v) { return set_time(s.books_from, v); }},
      {"report",
       "books_to",
       {kText},
       "a time in quotes",
       [](BacktestSettings& s, const Values& v) { return set_time(s.books_to, v); }},
      {"report", "sample", {kText}, "a duration in quotes, such as \"1s\"", set_sample},
      {"strategy",
       "library",
       {kText},
       "text in quotes, such as \"libmine.so\"",
       [](BacktestSettings& s, const Values& v) { return s.library = v[0], Result<void>(); }},
      {"strategy",
       "name",
       {kText},
       "text in quotes",
       [](BacktestSettings& s, const Values& v) { return s.strategy = v[0], Result<void>(); }},
  };
}

}  // namespace

std::span<const RunKey> run_keys() {
  static const std::vector<RunKey> kKeys = with_keys(keys_of_run(), account_run_keys());
  return kKeys;
}

Result<void> set_decimal(Decimal& decimal, const std::string& text) {
  const Result<Decimal> parsed = parse_decimal(text);
  if (!parsed) {
    return fail(ErrorCode::kUsage,
                fmt::format("'{}' is no decimal number of at most {} decimals, such as \"0.001\"", text, kMaxScale));
  }
  decimal = *parsed;
  return {};
}

Result<void> set_not_negative(Decimal& decimal, const std::string& text) {
  if (Result<void> set = set_decimal(decimal, text); !set) return set;
  return decimal.units >= 0 ? Result<void>() : fail(ErrorCode::kUsage, fmt::format("'{}' is below 0", text));
}

Result<void> set_optional(std::optional<Decimal>& decimal, const std::string& text) {
  return set_decimal(decimal.emplace(), text);
}

Result<bool> choose(const std::string& text, std::string_view first, std::string_view second) {
  if (text == first || text == second) return text == second;
  return fail(ErrorCode::kUsage, fmt::format("'{}': {} or {}?", text, first, second));
}

}  // namespace acts::cli
