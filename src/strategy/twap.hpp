// Buys or sells a quantity evenly over a time: `slices` orders `duration` / `slices` apart, the first at once, each of
// what is due by then and neither filled nor open. "market" takes; "passive" joins the touch, post-only, and what a
// slice has left when the next is due is cancelled and taken at the market. At no time is more than due filled or open.
// It trades instrument 0.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> twap_parameters();
Result<std::unique_ptr<Strategy>> make_twap(const Parameters& parameters);

}  // namespace acts::strategy
