// Earns funding without a direction: while a perpetual's rate is at `entry` or above, it holds `quantity` of instrument
// 0 (spot) and is short as much of instrument 1 (the perpetual); from `exit` down it closes both. Looks every
// `interval`; market orders. What it risks is that the two legs fill apart, and the fees of going in and out. A
// quantity must be the same of both: it needs base_quantities, and opens nothing where it is less than a lot of one of
// them.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> funding_carry_parameters();
// Errors: kUsage: exit is above entry.
Result<std::unique_ptr<Strategy>> make_funding_carry(const Parameters& parameters);

}  // namespace acts::strategy
