// Logarithms, powers, roots and the normal distribution in whole numbers: doubles of the C library may differ in their
// last digit from one library or compiler to the next, and these do not. Pure.
#pragma once

#include <cstdint>

#include "acts/base/decimal.hpp"
#include "acts/base/split_mix.hpp"

namespace acts::sim {

inline constexpr int kLogBits = 40;     // behind the point of logarithms
inline constexpr int kNormalBits = 28;  // behind the point of what is drawn from the normal distribution

// The largest number whose square is not above `value`.
constexpr std::uint64_t integer_root(uint128 value) {
  uint128 root = 0;
  for (uint128 bit = uint128{1} << 126U; bit != 0; bit >>= 2U) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1U) + bit;
    } else {
      root >>= 1U;
    }
  }
  return static_cast<std::uint64_t>(root);
}

// log2(value) x 2^kLogBits, cut off; `value` above 0 (asserted).
std::int64_t log2_fixed(std::uint64_t value);

// value x 2^(exponent / 2^kLogBits), cut off; what is above `most` is `most`. value <= 2^62 (asserted).
std::uint64_t times_power_of_two(std::uint64_t value, std::int64_t exponent, std::uint64_t most);

// Drawn from the exponential distribution with mean 1: x 2^kLogBits, from 0 to below 2^46.
std::uint64_t draw_exponential(SplitMix& random);

// Drawn from the normal distribution with mean 0 and standard deviation 1: x 2^kNormalBits, within +-10.
std::int64_t draw_normal(SplitMix& random);

}  // namespace acts::sim
