#include "strategy/amounts.hpp"

#include <cmath>
#include <limits>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

namespace acts::strategy {
namespace {

// False of what is not a number, too.
bool is_price(double price) { return std::abs(price) <= kMostPriceUnits; }

}  // namespace

double value_of(const Decimal& value) { return nearest_double(value.units, power_of_ten(value.scale)); }

Quantity quantity_of(const Decimal& value, Scales scales) {
  ACTS_ASSERT(value.units >= 0);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const int more = scales.quantity - value.scale;
  if (more > 0 && value.units > kMost / power_of_ten(more)) return Quantity{kMost};
  const int128 units = more >= 0 ? value.units * power_of_ten(more) : value.units / power_of_ten(-more);
  return Quantity{units > kMost ? kMost : static_cast<std::int64_t>(units)};
}

std::optional<Price> tick_below(double price, Price tick) {
  if (!is_price(price)) return std::nullopt;
  return Price{std::llround(std::floor(price / static_cast<double>(tick.units()))) * tick.units()};
}

std::optional<Price> tick_above(double price, Price tick) {
  if (!is_price(price)) return std::nullopt;
  return Price{std::llround(std::ceil(price / static_cast<double>(tick.units()))) * tick.units()};
}

}  // namespace acts::strategy
