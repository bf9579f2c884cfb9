// Between what parameters say and what orders take.
#pragma once

#include <cstddef>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/market/order.hpp"
#include "acts/market/price.hpp"

namespace acts::strategy {

// Of one run; a saved state with more is none of ours.
inline constexpr std::size_t kMostInstruments = 1024;

double value_of(const Decimal& value);
// Not negative (asserted). Rounded down to what the scale holds, which a quantity on the instrument's lot does not
// notice; what does not fit 64 bits is the largest that does, which no engine takes as an order, and no position
// passes.
Quantity quantity_of(const Decimal& value, Scales scales);
// Prices further from 0 than so many units are none: doubles hold all up to there exactly, and no venue has one.
inline constexpr double kMostPriceUnits = 1LL << 50U;
// The last multiple of the tick not above `price` (in units, as a double), and the first not below it. Nothing: `price`
// is no number, or beyond kMostPriceUnits.
std::optional<Price> tick_below(double price, Price tick);
std::optional<Price> tick_above(double price, Price tick);

}  // namespace acts::strategy
