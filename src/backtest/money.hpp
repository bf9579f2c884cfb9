// Exact sums of decimals that carry their own scale, of few digits, for texts. What an account counts is in
// sim/account. Pure.
#pragma once

#include <algorithm>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"
#include "acts/base/ratio.hpp"

namespace acts::backtest {

// The same value with more decimals. Up to 36 of them; a run's settings keep what comes together below 128 bits.
inline Decimal rescaled(const Decimal& value, int scale) {
  ACTS_ASSERT(scale >= value.scale && scale - value.scale <= 2 * kMaxScale);
  const int more = scale - value.scale;
  const int first = std::min(more, kMaxScale);
  return {value.units * power_of_ten(first) * power_of_ten(more - first), scale};
}

inline Decimal plus(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  return {rescaled(a, scale).units + rescaled(b, scale).units, scale};
}
inline Decimal minus(const Decimal& a, const Decimal& b) { return plus(a, {-b.units, b.scale}); }
inline Decimal times(const Decimal& a, const Decimal& b) { return {a.units * b.units, a.scale + b.scale}; }

// The double nearest to the exact sum, as a tear sheet has it of the same values; 0 if 128 bits do not hold that.
inline double double_of_sum(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale, b.scale);
  int128 sum = 0;
  for (const Decimal& of : {a, b}) {
    int128 units = of.units;
    for (int i = of.scale; i < scale; ++i) {
      if (__builtin_mul_overflow(units, int128{10}, &units)) return 0;
    }
    if (__builtin_add_overflow(sum, units, &sum)) return 0;
  }
  return nearest_double(sum, power_of_ten(scale));
}

}  // namespace acts::backtest
