// Market making leaned on the order book's imbalance: (bids - asks) / (bids + asks) of the quantities on the best
// levels, as a z-score over its own past, moves the fair price; the position moves it back. One post-only order a side,
// `spread` away from the fair price and not beyond the touch. The idea is that of hftbacktest's tutorial "Market Making
// with Alpha - Order Book Imbalance" (its documentation, read 2026-11). It trades instrument 0.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> obi_parameters();
Result<std::unique_ptr<Strategy>> make_obi(const Parameters& parameters);

}  // namespace acts::strategy
