// A backtest of rows in memory with the settings that speed is compared with: latencies of 10 ms, USD-M's fees.
#pragma once

#include <vector>

#include "acts/base/assert.hpp"

#include "backtest/engine.hpp"
#include "backtest/run_listener.hpp"
#include "memory_feed.hpp"

namespace acts::bench {

inline backtest::RunEnd run(const backtest::BacktestInstrument& instrument, const std::vector<sim::MarketRow>& venue,
                            const std::vector<sim::MarketRow>& local, Strategy& strategy,
                            backtest::RunListener* listener = nullptr) {
  MemoryFeed feed(venue, local);
  const sim::Latency latency = *sim::Latency::of(std::chrono::milliseconds{10});
  std::vector<backtest::InstrumentSetup> setups;
  setups.push_back({.instrument = instrument,
                    .venue = {},
                    .latency = sim::LatencyModel(latency, latency),
                    .fees = {.maker = {-5, 5}, .taker = {7, 4}},
                    .feed = &feed});
  backtest::Engine engine(std::move(setups), strategy, {}, listener);
  const Result<backtest::RunEnd> end = engine.run();
  ACTS_ASSERT(end.has_value());
  return *end;
}

}  // namespace acts::bench
