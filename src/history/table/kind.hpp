// What the catalog holds: kinds of data, and the columns of each. Files, SQL views, importers and checks are made from
// this one table. Pure.
#pragma once

#include <compare>
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
  kNanos,     // nanoseconds since then; a BIGINT in files, which all readers have
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
// what has other decimals in each file. A symbol's files are wide from the first one on that needs it.
enum class DecimalForm : std::uint8_t {
  kNarrow,  // prices and quantities DECIMAL(18,8): 64 bits
  kWide,    // prices DECIMAL(38,12), quantities DECIMAL(38,8): once there is a value that the narrow form does not hold
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
  std::vector<TableColumn> columns;    // the first key_columns of them are the key
  std::size_t key_columns = 1;         // unique together, none of them null, and what files are sorted by
  std::size_t time_column = 0;         // kTime or kNanos: tells the day that a row belongs to
  std::size_t second_time_column = 0;  // tells it where the first is null; 0: it never is
  // Where ts_recv_ns is, if it is not of the key: of a row that two connections brought, either's is right. 0: nowhere.
  std::size_t received_column = 0;
  std::int64_t key_step = 0;  // of a key that goes up by so much from row to row; 0: by whatever it likes
  bool has_interval = false;
  // Columns that files have whose manifest does not count them: later versions have put more behind, all nullable,
  // which are null in these files. What a row does not tell there contradicts no other. 0: all.
  std::size_t first_columns = 0;
  // Rows as they were received: the key is (ts_recv_ns, row), row counts those of one time from 0. Two sources of one
  // day join where their times do not overlap; where they do, both must tell the same rows.
  bool is_stream = false;
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
// A row of the kind of which nothing is known; of that form.
Row unknown_row(const Kind& kind, DecimalForm form) noexcept;
// From now on it is known.
void set_value(Row& row, std::size_t column, int128 value) noexcept;
// ... of a column of kTime: nanoseconds since 1970 UTC as the microseconds that were over.
void set_time(Row& row, std::size_t column, std::int64_t nanos) noexcept;
bool same_values(const Kind& kind, const Row& a, const Row& b) noexcept;
// The same, but for when they were received, if both tell that, and for later columns that one of them does not tell.
bool tells_same(const Kind& kind, const Row& a, const Row& b) noexcept;
// Of two rows that tell the same: whether `row` knows something that the other does not.
bool tells_more(const Row& row, const Row& other) noexcept;
// By the columns of the key. Both rows are of one form.
std::strong_ordering compare_keys(const Kind& kind, const Row& a, const Row& b) noexcept;
// Of the time column, or the second if that is null, in microseconds since 1970 UTC; of nanoseconds the microseconds
// that were over.
std::int64_t micros_of(const Kind& kind, const Row& row) noexcept;
// Whether it is known.
bool has_time(const Kind& kind, const Row& row) noexcept;
// The same values in the wide form.
void widen(const Kind& kind, Row& row) noexcept;
// In the narrow form, if that holds them; else as it was.
void narrow(const Kind& kind, Row& row) noexcept;
// Of a file that does not say how many columns it has.
std::size_t first_columns_of(const Kind& kind) noexcept;
// Where a column of that name is. Asserts that there is one.
std::size_t column_index(const Kind& kind, std::string_view name);

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
