// The other queues that a run's strategy goes through beside it: bounds of what its fills rest on.
#pragma once

#include <array>
#include <string_view>

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

}  // namespace acts::backtest
