// One line of a CSV file to one row, exactly, or the reason why not. Allocates nothing for a good row. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/import/layout.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// Of the times of a file: one for all of it. Binance's spot archive has microseconds from 2025-01-01 on.
enum class TimeUnit : std::uint8_t { kMillis, kMicros };
std::string_view to_string(TimeUnit unit) noexcept;

class RowParser {
 public:
  // `kind` must outlive it.
  RowParser(const Kind& kind, Layout layout);

  // In the narrow form if that holds it and `least` is narrow, else in the wide one. Errors: kBadInput: which field,
  // its text, why. `row` is then undefined. The first good row settles the unit of time; a row with another is an
  // error.
  Result<void> parse(std::string_view line, Row& row, DecimalForm least = DecimalForm::kNarrow);

  [[nodiscard]] std::optional<TimeUnit> time_unit() const { return unit_; }

 private:
  enum class Fault : std::uint8_t {
    kNone,
    kNoTime,
    kOtherUnit,
    kNoInteger,
    kNoFlag,
    kNoNumber,
    kNegative,
    kTooPrecise,
    kTooLarge,
    kNotNarrow,  // the wide form holds it
  };
  Fault parse_fields(std::span<const std::string_view> fields, Row& row, std::size_t& field);
  Fault parse_cell(std::string_view text, std::size_t column, DecimalForm form, int128& value);
  Fault parse_time(std::string_view text, int128& value);
  static std::string_view reason(Fault fault);

  // Of a column of decimals in one form: its scale, and what values stay below.
  struct Bounds {
    int scale = 0;
    int128 limit = 0;
  };
  static Fault parse_decimal_cell(std::string_view text, const Bounds& bounds, bool is_signed, int128& value);

  const Kind* kind_;
  Layout layout_;
  std::array<std::array<Bounds, kMaxColumns>, 2> bounds_{};  // by form
  std::optional<TimeUnit> unit_;
};

}  // namespace acts::history
