#include "acts/base/ratio.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "acts/base/assert.hpp"

namespace acts {

double nearest_double(int128 numerator, int128 denominator) noexcept {
  ACTS_ASSERT(denominator > 0 && denominator < (int128{1} << 126));
  if (numerator == 0) return 0.0;
  const bool negative = numerator < 0;
  const uint128 magnitude = negative ? -static_cast<uint128>(numerator) : static_cast<uint128>(numerator);
  const auto divisor = static_cast<uint128>(denominator);
  uint128 quotient = magnitude / divisor;
  uint128 remainder = magnitude % divisor;
  // 53 bits of the result, one to round by, and everything below them gathered in `inexact`.
  constexpr uint128 kRoundingBit = uint128{1} << 53;
  int exponent = 0;
  while (quotient < kRoundingBit) {
    remainder <<= 1;
    quotient <<= 1;
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1;
    }
    --exponent;
  }
  bool inexact = remainder != 0;
  while (quotient >= kRoundingBit * 2) {
    inexact |= (quotient & 1) != 0;
    quotient >>= 1;
    ++exponent;
  }
  auto bits = static_cast<std::uint64_t>(quotient);
  const bool round_up = (bits & 1) != 0 && (inexact || (bits & 2) != 0);
  bits = (bits >> 1) + static_cast<std::uint64_t>(round_up);
  const double value = std::ldexp(static_cast<double>(bits), exponent + 1);
  return negative ? -value : value;
}

std::string shortest_text(double value) {
  ACTS_ASSERT(std::isfinite(value));
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  ACTS_ASSERT(error == std::errc{});
  return {buffer.data(), end};
}

}  // namespace acts
