// The strategies that come with acts, by name.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/strategy.hpp"

namespace acts {

// What a strategy cannot trade without, beyond what it is told (Wants): a run over data without it is refused.
struct StrategyNeeds {
  bool book = false;            // it reads books, which bars do not have
  std::size_t instruments = 1;  // at least
  bool funding = false;         // funding rates of the last of these, which must be a contract
  // A quantity is one of the base asset in each of these: spot, or a linear contract of size 1.
  bool base_quantities = false;
};

struct StrategyType {
  std::string_view name;
  std::string_view summary;  // one line, without a full stop
  std::span<const ParameterSpec> parameters;
  // `parameters`: parsed by the declaration above. Errors: kUsage: values that do not go together, in one line.
  Result<std::unique_ptr<Strategy>> (*make)(const Parameters& parameters);
  StrategyNeeds needs = {};
};

// In the order of their names.
std::span<const StrategyType> strategy_types();
// Errors: kUsage: there is none of this name, with the nearest one.
Result<const StrategyType*> find_strategy(std::string_view name);

// For people: of each its name and summary, and its parameters as describe() of those has them; a blank line between
// two.
std::string describe(std::span<const StrategyType> types);

}  // namespace acts
