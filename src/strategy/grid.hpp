// Market making on a grid: post-only orders at fixed steps on both sides of the middle, leaned against the position.
// The rules, and the order of operations in doubles, are those of hftbacktest's example "High-Frequency Grid Trading"
// (its documentation, read 2026-11), so that the two can be held against each other fill by fill.
//
// Each `interval` from the start on: with mid = (bid + ask)/2 and n = position/quantity, the bids begin at
// min(mid (1 - (half_spread + skew n)), bid) and the asks at max(mid (1 + (half_spread - skew n)), ask), put on the
// grid of max(mid grid_interval, tick) outwards; `levels` steps a side, none on a side where the position has reached
// max_position (in that engine's sum of doubles: position_value()). What is open elsewhere is cancelled, what is
// missing placed. It trades instrument 0.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> grid_parameters();
Result<std::unique_ptr<Strategy>> make_grid(const Parameters& parameters);

}  // namespace acts::strategy
