#include "report/statistics/exact.hpp"

#include <algorithm>

#include "acts/base/ratio.hpp"

namespace acts::report {
namespace {

// Beyond it a decimal's text, and nearest_double(), have no room left.
constexpr int128 kMostUnits = int128{1'000'000'000'000'000'000} * 1'000'000'000'000'000'000 * 10;  // 10^37

std::optional<Decimal> checked(int128 units, int scale) noexcept {
  while (scale > 0 && units % 10 == 0) {
    units /= 10;
    --scale;
  }
  if (scale > kMaxScale || units > kMostUnits || units < -kMostUnits) return std::nullopt;
  return Decimal{units, scale};
}

Decimal shortest(Decimal value) noexcept {
  while (value.scale > 0 && value.units % 10 == 0) {
    value.units /= 10;
    --value.scale;
  }
  return value;
}

}  // namespace

std::optional<Decimal> sum(const Decimal& a, const Decimal& b) noexcept {
  const int scale = std::max(a.scale, b.scale);
  int128 x = 0;
  int128 y = 0;
  int128 units = 0;
  const bool overflow = __builtin_mul_overflow(a.units, int128{power_of_ten(scale - a.scale)}, &x) ||
                        __builtin_mul_overflow(b.units, int128{power_of_ten(scale - b.scale)}, &y) ||
                        __builtin_add_overflow(x, y, &units);
  return overflow ? std::nullopt : checked(units, scale);
}

std::optional<Decimal> difference(const Decimal& a, const Decimal& b) noexcept { return sum(a, negated(b)); }

std::optional<Decimal> product(const Decimal& a, const Decimal& b) noexcept {
  const Decimal x = shortest(a);
  const Decimal y = shortest(b);
  int128 units = 0;
  return __builtin_mul_overflow(x.units, y.units, &units) ? std::nullopt : checked(units, x.scale + y.scale);
}

Decimal negated(const Decimal& value) noexcept { return {-value.units, value.scale}; }

int sign_of(const Decimal& value) noexcept {
  return static_cast<int>(value.units > 0) - static_cast<int>(value.units < 0);
}

double to_double(const Decimal& value) noexcept { return nearest_double(value.units, power_of_ten(value.scale)); }

}  // namespace acts::report
