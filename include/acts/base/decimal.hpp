// Exact decimal numbers. Text <-> scaled integers without a double on the way.
//
// A scaled integer is `units` x 10^-scale. Hot code keeps units in 64 bits and the scale with the instrument
// (market/price.hpp); Decimal carries its own scale and is what results are made of. Scales are 0 ... kMaxScale.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

inline constexpr int kMaxScale = 18;

// 10^exponent, 0 <= exponent <= 18.
std::int64_t power_of_ten(int exponent) noexcept;

// To so many decimals more, or fewer (at most 18). False if the value does not fit 64 bits there, or needs a decimal it
// would lose; `units` is then unspecified.
bool shift_decimals(std::int64_t& units, int decimals) noexcept;

enum class DecimalStatus : std::uint8_t {
  kOk,
  kNotANumber,  // not digits[.digits]
  kNegative,    // a well-formed negative number where none may be
  kTooLarge,    // does not fit 64 bits at this scale
  kInexact,     // has non-zero digits beyond the scale: scale_needed says how many it takes
};

struct ScaledInteger {
  std::int64_t units = 0;
  DecimalStatus status = DecimalStatus::kOk;
  std::uint8_t scale_needed = 0;  // decimals without trailing zeros, up to 255; set with kInexact only
};

// "61685.99000000" at scale 2 -> 6168599. Form: digits[.digits], a leading "-" is recognised and refused as kNegative;
// no sign "+", exponent, blank, or missing digit. Reads no further than `text`; allocates nothing.
ScaledInteger parse_scaled(std::string_view text, int scale) noexcept;

// Decimals that `text` needs without its trailing zeros ("0.0100" -> 2), or -1 if it is not digits[.digits].
int significant_decimals(std::string_view text) noexcept;

struct Decimal {
  int128 units = 0;
  int scale = 0;

  // Exact comparison by value, of any two: 1.50 == 1.5.
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == std::strong_ordering::equal; }
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
};

// Shortest exact form, no trailing zeros, no exponent: "61685.99", "-0.5", "0".
std::string to_string(const Decimal& value);
void append_to(std::string& out, const Decimal& value);

// [-]digits[.digits]; at most 18 significant decimals and 38 digits in all. Errors: kBadInput.
Result<Decimal> parse_decimal(std::string_view text);

}  // namespace acts
