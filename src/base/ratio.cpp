#include "acts/base/ratio.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

int width_of(uint128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(static_cast<std::uint64_t>(value));
}

}  // namespace

double nearest_double(int128 numerator, int128 denominator) noexcept {
  ACTS_ASSERT(denominator > 0 && denominator < (int128{1} << 126));
  if (numerator == 0) return 0.0;
  const bool negative = numerator < 0;
  uint128 magnitude = negative ? -static_cast<uint128>(numerator) : static_cast<uint128>(numerator);
  const auto divisor = static_cast<uint128>(denominator);
  // 53 bits of the result, one to round by, and everything below them gathered in `inexact`.
  constexpr uint128 kRoundingBit = uint128{1} << 53;
  int exponent = 0;
  // All of them by one division, where there is room to the left of the numerator.
  const int room = 128 - width_of(magnitude);
  const int missing = 55 + width_of(divisor) - width_of(magnitude);
  if (missing > 0 && missing <= room) {
    magnitude <<= missing;
    exponent = -missing;
  }
  uint128 quotient = magnitude / divisor;
  uint128 remainder = magnitude % divisor;
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
