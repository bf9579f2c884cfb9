#include "backtest/features/feature_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "acts/base/assert.hpp"

#include "history/import/time_format.hpp"

namespace acts::backtest {
namespace {

constexpr std::int64_t kNanosAMilli = 1'000'000;
constexpr std::size_t kMostCellShown = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_unknown(std::string_view text) {
  constexpr std::array<std::string_view, 5> kUnknown{"", "nan", "null", "na", "none"};
  constexpr std::size_t kLongest = 4;
  if (text.size() > kLongest) return false;
  std::string word(text);
  std::ranges::transform(word, word.begin(), lower);
  return std::ranges::find(kUnknown, word) != kUnknown.end();
}

std::string shown_cell(std::string_view text) {
  std::string shown(text.substr(0, kMostCellShown));
  std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return shown;
}

std::optional<std::int64_t> millis_as_nanos(std::string_view text) {
  std::int64_t millis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (millis > history::kEndTimeNanos / kNanosAMilli) return std::nullopt;
  return millis * kNanosAMilli;
}

// Other tools say UTC as an offset, which stands in place of the Z.
std::optional<std::int64_t> iso_as_nanos(std::string_view text) {
  for (const std::string_view utc : {"+00:00", "+0000", "+00"}) {
    if (!text.ends_with(utc)) continue;
    text.remove_suffix(utc.size());
    return text.ends_with('Z') ? std::nullopt : history::read_iso_time(text);
  }
  return history::read_iso_time(text);
}

}  // namespace

std::optional<UnixNanos> parse_feature_time(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::optional<std::int64_t> nanos =
      std::ranges::all_of(text, is_digit) ? millis_as_nanos(text) : iso_as_nanos(text);
  if (!nanos || !history::is_likely_time(*nanos)) return std::nullopt;
  return UnixNanos{*nanos};
}

std::optional<double> parse_feature_number(std::string_view text) {
  if (is_unknown(text)) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<void> read_feature_cells(std::string_view time, std::span<const std::string_view> numbers,
                                std::span<const std::string> names, FeatureRow& row) {
  ACTS_ASSERT(numbers.size() == names.size());
  const std::optional<UnixNanos> ts = parse_feature_time(time);
  if (!ts) {
    return fail(ErrorCode::kBadInput, fmt::format("'{}' is no time: ISO 8601 in UTC or milliseconds since 1970 are "
                                                  "needed, of 1973 to 2199",
                                                  shown_cell(time)));
  }
  row.ts = *ts;
  row.values.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::optional<double> value = parse_feature_number(numbers[i]);
    if (!value) {
      return fail(ErrorCode::kBadInput, fmt::format("'{}' in column {} is no finite number: leave it empty where it is "
                                                    "unknown",
                                                    shown_cell(numbers[i]), shown_cell(names[i])));
    }
    row.values[i] = *value;
  }
  return {};
}

}  // namespace acts::backtest
