#include "acts/strategy/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "acts/base/nearest_name.hpp"

#include "strategy/avellaneda_stoikov.hpp"
#include "strategy/breakout.hpp"
#include "strategy/feature_signal.hpp"
#include "strategy/funding_carry.hpp"
#include "strategy/grid.hpp"
#include "strategy/obi.hpp"
#include "strategy/sma_cross.hpp"
#include "strategy/twap.hpp"

namespace acts {

std::span<const StrategyType> strategy_types() {
  static const std::array<StrategyType, 8> kTypes{{
      {.name = "avellaneda_stoikov",
       .summary = "market making around a reservation price, by variance and aversion to risk",
       .parameters = strategy::avellaneda_stoikov_parameters(),
       .make = strategy::make_avellaneda_stoikov,
       .needs = {.book = true}},
      {.name = "breakout",
       .summary = "follows bars that leave their channel, with a stop by average true range",
       .parameters = strategy::breakout_parameters(),
       .make = strategy::make_breakout},
      {.name = "feature_signal",
       .summary = "follows a feature of the order book or the trades beyond a threshold",
       .parameters = strategy::feature_signal_parameters(),
       .make = strategy::make_feature_signal},
      {.name = "funding_carry",
       .summary = "long spot and short the perpetual while its funding is high",
       .parameters = strategy::funding_carry_parameters(),
       .make = strategy::make_funding_carry,
       .needs = {.instruments = 2, .funding = true, .base_quantities = true}},
      {.name = "grid",
       .summary = "market making at fixed steps around the middle, leaned against the position",
       .parameters = strategy::grid_parameters(),
       .make = strategy::make_grid,
       .needs = {.book = true}},
      {.name = "obi",
       .summary = "market making leaned on the order book's imbalance",
       .parameters = strategy::obi_parameters(),
       .make = strategy::make_obi,
       .needs = {.book = true}},
      {.name = "sma_cross",
       .summary = "follows the crossing of two moving averages of bars",
       .parameters = strategy::sma_cross_parameters(),
       .make = strategy::make_sma_cross},
      {.name = "twap",
       .summary = "buys or sells a quantity evenly over a time",
       .parameters = strategy::twap_parameters(),
       .make = strategy::make_twap},
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

std::string describe(std::span<const StrategyType> types) {
  std::string out;
  for (const StrategyType& type : types) {
    if (!out.empty()) out += '\n';
    out += fmt::format("{}: {}\n{}", type.name, type.summary,
                       type.parameters.empty() ? "  no parameters\n" : describe(type.parameters));
  }
  return out;
}

}  // namespace acts
