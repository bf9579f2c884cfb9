// The fields of a line of a run's files, one after the other. Pure.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "report/run/csv_table.hpp"
#include "report/run/run_rows.hpp"

namespace acts::report {

// Reads fields one after the other; keeps the first error.
class RowFields {
 public:
  static constexpr UnixNanos kFirstTime{0};
  static constexpr UnixNanos kLastTime{7'258'118'400'000'000'000};  // 2200-01-01

  RowFields(CsvTable& table, std::string_view line) : table_(&table), read_(table.read(line)) {}

  UnixNanos time() {
    const std::string_view text = next();
    const auto parsed = is_good() ? parse_iso8601(text) : Result<UnixNanos>(UnixNanos{});
    if (!parsed) refuse("is no time such as 2024-08-08T00:00:00.123456789Z");
    const UnixNanos time = parsed.value_or(UnixNanos{});
    // So that a period more is a time as well.
    if (time < kFirstTime || time > kLastTime) refuse("is not between 1970 and 2200");
    return time;
  }
  std::optional<UnixNanos> time_or_nothing() {
    if (!is_good()) return std::nullopt;
    if (!table_->field(column_).empty()) return time();
    ++column_;
    return std::nullopt;
  }
  std::string text() {
    const std::string_view field = next();
    if (field.size() > kMostTextBytes) refuse(fmt::format("is longer than {} bytes", kMostTextBytes));
    return std::string(field.substr(0, kMostTextBytes));
  }
  Decimal decimal() {
    const std::string_view text = next();
    const auto parsed = is_good() ? parse_decimal(text) : Result<Decimal>(Decimal{});
    if (!parsed) refuse("is no exact decimal number such as -0.25");
    return parsed.value_or(Decimal{});
  }
  std::optional<Decimal> decimal_or_nothing() {
    if (!is_good()) return std::nullopt;
    if (!table_->field(column_).empty()) return decimal();
    ++column_;
    return std::nullopt;
  }
  std::optional<double> estimate_or_nothing() {
    const std::string_view text = next();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
    if (!text.empty() && !is_number) refuse("is no number");
    return text.empty() ? std::nullopt : std::optional(value);
  }
  // Which of `names` it is.
  std::size_t one_of(std::span<const std::string_view> names) {
    const std::string_view text = next();
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) refuse(fmt::format("is none of {}", fmt::join(names, ", ")));
    return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
  }
  std::uint64_t number() {
    const std::string_view text = next();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) refuse("is no whole number");
    return value;
  }
  std::optional<std::uint64_t> number_or_nothing() {
    if (!is_good()) return std::nullopt;
    if (!table_->field(column_).empty()) return number();
    ++column_;
    return std::nullopt;
  }
  void refuse(std::string_view why) {
    if (!is_good()) return;
    const std::size_t column = column_ - 1;
    read_ = fail(ErrorCode::kBadInput,
                 fmt::format("{} '{}' {}", table_->name(column), table_->field(column).substr(0, kMostTextBytes), why));
  }
  template <typename Row>
  Result<Row> row(Row made) {
    if (!read_) return std::unexpected(read_.error());
    return made;
  }
  [[nodiscard]] bool is_good() const { return read_.has_value(); }

 private:
  std::string_view next() { return is_good() ? table_->field(column_++) : std::string_view(); }

  CsvTable* table_;
  std::size_t column_ = 0;
  Result<void> read_;
};

}  // namespace acts::report
