// Values in ClickHouse's RowBinary, for the types that columns of minute rows may have there. Text forms are not for
// doubles: servers before 20 read a double from text without rounding it right. Nor for decimals: servers of today cut
// what is beyond a column's scale without a word. What a column cannot hold is therefore found here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

namespace acts {

struct ClickhouseType {
  enum Base : std::uint8_t { kString, kInt64, kFloat64, kDateTime, kDateTime64, kDecimal };
  Base base = kString;
  bool nullable = false;
  int precision = 0;  // of a decimal: digits in all
  int scale = 0;      // decimals, of a decimal or of the seconds of a DateTime64

  friend bool operator==(const ClickhouseType&, const ClickhouseType&) = default;
};

// "Nullable(Decimal(38, 18))", as system.columns says it. Errors: kRefused, if this type cannot hold every value of the
// column exactly, or is not known here.
Result<ClickhouseType> clickhouse_type(const Column& column, std::string_view type);

// Appends the value. The reason, as the end of a sentence that the column begins ("has 19 decimals, ..."), if it does
// not fit; then what was appended is of no use. "": done.
std::string append_binary(std::string& out, const Value& value, const ClickhouseType& type);

}  // namespace acts
