// One minute row: a value for every column of a schema. The schema is made of the features (feature.hpp) and the
// configured bands; rows of one schema have the same columns in the same order, and every output (CSV, JSON, SQLite,
// later databases) is derived from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

namespace acts {

enum class ColumnType : std::uint8_t {
  kText,     // std::string
  kTime,     // UnixNanos, whole milliseconds
  kDecimal,  // Decimal, exact
  kRatio,    // double, finite
  kCount,    // std::int64_t
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::kText;
  bool nullable = true;
  friend bool operator==(const Column&, const Column&) = default;
};

// std::monostate: not known.
using Value = std::variant<std::monostate, std::string, UnixNanos, Decimal, double, std::int64_t>;

// The first three columns are always venue, symbol, sample_time: the key of a row, never null.
struct RowSchema {
  std::vector<Column> columns;
  friend bool operator==(const RowSchema&, const RowSchema&) = default;
};

struct MinuteRow {
  std::vector<Value> values;  // as many as the schema has columns
  friend bool operator==(const MinuteRow&, const MinuteRow&) = default;

  [[nodiscard]] const std::string& venue() const { return std::get<std::string>(values[0]); }
  [[nodiscard]] const std::string& symbol() const { return std::get<std::string>(values[1]); }
  [[nodiscard]] UnixNanos sample_time() const { return std::get<UnixNanos>(values[2]); }
};

// The same row by another schema: columns are known by their names, and what `from` does not have is not known.
MinuteRow by_schema(MinuteRow row, const RowSchema& from, const RowSchema& to);

// Text forms (CSV with a header, JSON lines): times as 2024-08-08T23:55:00.000Z, decimals without trailing zeros (JSON:
// strings), ratios in their shortest round-trip form, unknown as empty (JSON: null). Each appends one line with its
// final newline.
void append_csv_header(std::string& out, const RowSchema& schema);
void append_csv(std::string& out, const RowSchema& schema, const MinuteRow& row);
void append_json(std::string& out, const RowSchema& schema, const MinuteRow& row);
// A JSON string with its quotes, of UTF-8 text.
void append_json_text(std::string& out, std::string_view text);

}  // namespace acts
