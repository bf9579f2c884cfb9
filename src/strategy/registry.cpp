#include "acts/strategy/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "acts/base/nearest_name.hpp"

#include "strategy/grid.hpp"

namespace acts {

std::span<const StrategyType> strategy_types() {
  static const std::array<StrategyType, 1> kTypes{{
      {.name = "grid",
       .summary = "market making at fixed steps around the middle, leaned against the position",
       .parameters = strategy::grid_parameters(),
       .make = strategy::make_grid},
  }};
  return kTypes;
}

Result<const StrategyType*> find_strategy(std::string_view name) {
  const auto found = std::ranges::find(strategy_types(), name, &StrategyType::name);
  if (found != strategy_types().end()) return &*found;
  std::vector<std::string_view> names;
  names.reserve(strategy_types().size());
  for (const StrategyType& type : strategy_types()) names.push_back(type.name);
  const std::string_view nearest = nearest_name(name, names);
  return fail(ErrorCode::kUsage, nearest.empty()
                                     ? fmt::format("no strategy '{}': there is {}", name, fmt::join(names, ", "))
                                     : fmt::format("no strategy '{}': did you mean {}?", name, nearest));
}

}  // namespace acts
