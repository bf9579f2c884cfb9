// One line of a CSV file to one row, exactly, or the reason why not. Allocates nothing for a good row. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/import/layout.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// Of the times of a file: one for all of it, unless its layout says other. Binance's spot archive has microseconds from
// 2025-01-01 on.
enum class TimeUnit : std::uint8_t { kMillis, kMicros, kText };
std::string_view to_string(TimeUnit unit) noexcept;

class RowParser {
 public:
  // `kind` must outlive it. `symbol`: of the rows, where the layout has a field that tells it.
  RowParser(const Kind& kind, Layout layout, std::string symbol = "");

  // In the narrow form if that holds it, else in the wide one. Errors: kBadInput: which field, its text, why. `row` is
  // then undefined. The first good row settles the unit of time; a row with another is an error. An empty field is null
  // where its column may be. Decimals may have an exponent ("1e-05"), and are taken exactly.
  Result<void> parse(std::string_view line, Row& row);

  // Of the file's times; nothing before the first good row.
  [[nodiscard]] std::optional<std::string_view> time_unit() const;

 private:
  enum class Fault : std::uint8_t {
    kNone,
    kNoTime,
    kOtherUnit,
    kTooFine,
    kOtherSymbol,
    kNoSide,
    kNoInteger,
    kNoFlag,
    kNoNumber,
    kNegative,
    kTooPrecise,
    kTooLarge,
    kNotNarrow,  // the wide form holds it
    kNotPlain,   // a time that is no number
  };
  Fault parse_fields(std::span<const std::string_view> fields, Row& row, std::size_t& field);
  Fault parse_field(std::string_view text, std::size_t field, Row& row);
  Fault parse_cell(std::string_view text, std::size_t column, DecimalForm form, int128& value);
  Fault parse_time(std::string_view text, std::size_t column, int128& value);
  Fault parse_plain_time(std::string_view text, std::size_t column, std::int64_t& micros);
  static Fault parse_flag(std::string_view text, int128& value);
  static Fault parse_word(std::string_view text, Reading reading, int128& value);
  static std::string_view reason(Fault fault);

  // Of a column of decimals in one form: its scale, and what values stay below.
  struct Bounds {
    int scale = 0;
    int128 limit = 0;
  };
  static Fault parse_decimal_cell(std::string_view text, const Bounds& bounds, bool is_signed, int128& value);
  static Fault parse_odd_decimal(std::string_view text, const Bounds& bounds, bool is_signed, int128& value);

  const Kind* kind_;
  Layout layout_;
  std::string symbol_;
  std::array<std::array<Bounds, kMaxColumns>, 2> bounds_{};  // by form
  // By column; of all in the first where the file has one unit.
  std::array<std::optional<TimeUnit>, kMaxColumns> units_{};
};

}  // namespace acts::history
