// Trades bars that leave their channel (R. Donchian; as the "Turtles" did, whose rules C. Faith published in 2003): a
// close above the highest high of the `entry` bars before buys, one below the lowest low of the `exit` bars before
// sells what is held; with direction "both" the same the other way round. With `stop_atr` a stop lies so many average
// true ranges behind the price of entry. Prices are compared exactly. Each instrument by itself.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> breakout_parameters();
Result<std::unique_ptr<Strategy>> make_breakout(const Parameters& parameters);

}  // namespace acts::strategy
