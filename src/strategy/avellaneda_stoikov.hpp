// Market making by M. Avellaneda, S. Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8
// (2008), equations (29) and (30), with a horizon that moves along instead of a day that ends:
//
//   reservation price  r = s - q gamma sigma^2 T
//   distance of both   delta = gamma sigma^2 T / 2 + ln(1 + gamma / kappa) / gamma
//
// s is the middle price, q the position in units of `quantity`, sigma the standard deviation of the middle price over a
// second, measured over the last `window` looks; gamma is the risk aversion and kappa how fast fills thin out with the
// distance, both per unit of price. One post-only order a side at r -+ delta, not beyond the touch. Instrument 0.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> avellaneda_stoikov_parameters();
Result<std::unique_ptr<Strategy>> make_avellaneda_stoikov(const Parameters& parameters);

}  // namespace acts::strategy
