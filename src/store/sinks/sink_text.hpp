// What the sinks' texts have in common: values as text and back, and what a server said, made one line.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

namespace acts {

// A value that a database gave back as text: times as milliseconds since 1970 UTC, numbers in any form without an
// exponent (ratios: with one too). Errors: kRetry, naming the column.
Result<Value> parse_value(const Column& column, std::string_view text);

// A number as MongoDB and others write large and small ones, without its exponent: "1.5E-7" -> "0.00000015". Anything
// else stays as it is, and so does an exponent beyond 40 either way.
std::string plain_decimal(std::string_view text);

// The first line's worth of what a server said: control characters become blanks, at most 300 bytes.
std::string one_line(std::string_view said);

// Decimals without trailing zeros, and digits without leading ones, that an exact number takes: 12.50 -> 1 and 3.
struct DigitCount {
  int decimals = 0;
  int digits = 0;
};
DigitCount digits_of(const Decimal& number);

}  // namespace acts
