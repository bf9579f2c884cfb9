// Follows a feature: long while it was last above a threshold, short while it was last below its negative.
#pragma once

#include <memory>
#include <span>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts::strategy {

std::span<const ParameterSpec> feature_signal_parameters();
Result<std::unique_ptr<Strategy>> make_feature_signal(const Parameters& parameters);

}  // namespace acts::strategy
