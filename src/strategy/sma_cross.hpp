// Follows a trend on bars: with the mean of the last `fast` closes above that of the last `slow` it holds `quantity`,
// else nothing, or as much short. Means are compared exactly; equal ones change nothing. The first difference is only
// noted: it trades when the means cross, at the close of a bar, by market orders. Each instrument by itself.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> sma_cross_parameters();
// Errors: kUsage: fast is not below slow.
Result<std::unique_ptr<Strategy>> make_sma_cross(const Parameters& parameters);

}  // namespace acts::strategy
