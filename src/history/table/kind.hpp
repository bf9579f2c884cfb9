// What the catalog holds: kinds of data, and the columns of each. Files, SQL views, importers and checks are made from
// this one table. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"

namespace acts::history {

enum class CellType : std::uint8_t {
  kTime,      // microseconds since 1970-01-01 UTC
  kInteger,   // 64 bits, signed
  kPrice,     // exact decimals, see DecimalForm
  kQuantity,  // of one trade or level
  kVolume,    // of many
  kFlag,      // 0 or 1
};
constexpr bool is_decimal(CellType type) {
  return type == CellType::kPrice || type == CellType::kQuantity || type == CellType::kVolume;
}

// How the file of a day stores its exact decimals. Not by the instrument's scale: readers refuse, or round in silence,
// what has other decimals in each file. Which form a day has follows from its rows alone.
enum class DecimalForm : std::uint8_t {
  kNarrow,  // prices and quantities DECIMAL(18,8): 64 bits
  kWide,    // prices DECIMAL(38,12), quantities DECIMAL(38,8): a day with a value that the narrow form does not hold
};
struct DecimalShape {
  int precision;
  int scale;
};
// `type`: is_decimal() (asserted). A volume is DECIMAL(38,8) in both.
DecimalShape decimal_shape(CellType type, DecimalForm form) noexcept;

struct TableColumn {
  std::string_view name;
  CellType type = CellType::kInteger;
  bool is_nullable = false;
  bool is_signed = false;  // decimals: may be negative
  std::string_view meaning;
};

struct Kind {
  std::string_view name;
  std::string_view meaning;
  std::vector<TableColumn> columns;  // the first is the key: unique, and what files are sorted by
  std::size_t time_column = 0;       // tells the day that a row belongs to
  bool has_interval = false;
};

// A row has so many columns at most.
inline constexpr std::size_t kMaxColumns = 16;

// Times, integers, flags as they are; decimals in units of 10^-scale of the row's form.
struct Row {
  int128 values[kMaxColumns]{};
  std::uint32_t nulls = 0;  // bit i: column i is not known, its value 0
  DecimalForm form = DecimalForm::kNarrow;

  [[nodiscard]] bool is_null(std::size_t column) const { return (nulls >> column & 1U) != 0; }
  [[nodiscard]] std::int64_t integer(std::size_t column) const { return static_cast<std::int64_t>(values[column]); }
};
bool same_values(const Kind& kind, const Row& a, const Row& b) noexcept;

std::span<const Kind> kinds();
// nullptr if there is none of that name.
const Kind* find_kind(std::string_view name);
// The index of the column of that name; nothing if there is none.
std::optional<std::size_t> find_column(const Kind& kind, std::string_view name);

// Days since 1970-01-01 UTC of a time in microseconds, and "2021-02-11" of such a day.
std::int64_t day_of(std::int64_t micros) noexcept;
std::string day_text(std::int64_t day);

// Intervals of candles as Binance's archive writes them: "1s" ... "1mo". In microseconds; 0 for a month, which has no
// fixed length; -1 for what is no interval.
std::int64_t interval_micros(std::string_view interval) noexcept;

}  // namespace acts::history
