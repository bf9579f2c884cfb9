// Arithmetic of money in 128 bits that says when something did not fit, instead of being wrong. Pure.
#pragma once

#include <algorithm>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

namespace acts::sim {

// Beyond it, in units of whatever scale, there is no money: texts and ratios of Decimals have room up to there.
inline constexpr int128 kMostMoney = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000 * 10;  // 10^37

// What one kind of money of an account may come to, so that all of them together are money.
inline constexpr int128 kMostPart = kMostMoney / 8;

// a / b for b > 0, towards minus infinity: what is received is rounded down, and what is paid, being negative, up.
constexpr int128 floor_ratio(int128 a, int128 b) { return a / b - static_cast<int128>(a % b < 0); }
// Towards plus infinity: of what counts as a payment where it is positive.
constexpr int128 ceil_ratio(int128 a, int128 b) { return -floor_ratio(-a, b); }

// Without trailing zeros: 0.0010 has three decimals.
constexpr Decimal shortest(Decimal value) {
  while (value.scale > 0 && value.units % 10 == 0) {
    value.units /= 10;
    --value.scale;
  }
  return value;
}

// Remembers whether any of its results was beyond kMostMoney; such a result is 0. One object a calculation.
class MoneyMath {
 public:
  int128 product(int128 a, int128 b) {
    int128 result = 0;
    const bool is_beyond = __builtin_mul_overflow(a, b, &result);
    return checked(is_beyond, result);
  }
  int128 sum(int128 a, int128 b) {
    int128 result = 0;
    const bool is_beyond = __builtin_add_overflow(a, b, &result);
    return checked(is_beyond, result);
  }
  // value x 10^exponent, for whatever exponent: rounded down where it is negative.
  int128 scaled(int128 value, int exponent) {
    for (; exponent > 0 && value != 0; exponent -= std::min(exponent, kMaxScale)) {
      value = product(value, power_of_ten(std::min(exponent, kMaxScale)));
    }
    // Rounded down twice is rounded down once.
    for (; exponent < 0 && value != 0 && value != -1; exponent += std::min(-exponent, kMaxScale)) {
      value = floor_ratio(value, power_of_ten(std::min(-exponent, kMaxScale)));
    }
    return value;
  }
  [[nodiscard]] bool has_overflown() const { return has_overflown_; }

 private:
  int128 checked(bool is_beyond, int128 result) {
    if (!is_beyond && result <= kMostMoney && result >= -kMostMoney) return result;
    has_overflown_ = true;
    return 0;
  }
  bool has_overflown_ = false;
};

}  // namespace acts::sim
