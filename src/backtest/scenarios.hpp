// The other queues that a run's strategy goes through beside it: bounds of what its fills rest on.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "backtest/settings.hpp"
#include "sim/queue_place.hpp"

namespace acts::backtest {

struct Scenario {
  std::string_view name;    // for people
  std::string_view folder;  // below the run's: a run's folder of its own
  sim::QueueModel queue;
};

inline constexpr std::array<Scenario, 2> kScenarios{
    {{.name = "first in the queue", .folder = "queue-first", .queue = {.kind = sim::QueueKind::kFirst}},
     {.name = "traded through", .folder = "queue-traded-through", .queue = {.kind = sim::QueueKind::kTradedThrough}}}};

// Null: there is none of that folder.
inline const Scenario* find_scenario(std::string_view folder) {
  const auto* const found = std::ranges::find(kScenarios, folder, &Scenario::folder);
  return found == kScenarios.end() ? nullptr : found;
}

inline void apply(const Scenario& scenario, BacktestSettings& settings) {
  for (InstrumentSettings& of : settings.instruments) of.exchange.queue = scenario.queue;
}

}  // namespace acts::backtest
