// A backtest over a recording that is in memory, repeated with its times moved on: books alone, and with the grid.
// `items_per_second` counts the rows of an export, each of which both the venue and our side go through.
// ACTS_BENCH_ROUNDS: how often it is repeated; 20.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "grid_run.hpp"
#include "recorded_rows.hpp"

namespace acts::bench {
namespace {

using Rows = std::vector<sim::MarketRow>;

// The next round begins a second after the last event of the one before.
void repeat(Rows& rows, int rounds, std::int64_t span) {
  rows.pop_back();
  const std::size_t once = rows.size();
  rows.reserve(once * static_cast<std::size_t>(rounds) + 1);
  for (int round = 1; round < rounds; ++round) {
    for (std::size_t i = 0; i < once; ++i) {
      sim::MarketRow row = rows[i];
      row.ts += round * span;
      rows.push_back(row);
    }
  }
  rows.push_back(sim::kEndRow);
}

const RowsFile& data() {
  static const RowsFile kData = [] {
    RowsFile data = recorded_rows();
    const char* const rounds = std::getenv("ACTS_BENCH_ROUNDS");
    const int count = rounds == nullptr ? 20 : std::atoi(rounds);
    const std::int64_t span = data.local.rbegin()[1].ts - data.venue.front().ts + 1'000'000'000;
    repeat(data.venue, count, span);
    repeat(data.local, count, span);
    data.rows *= static_cast<std::uint64_t>(count);
    return data;
  }();
  return kData;
}

class Idle final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
};

backtest::RunEnd run_over_data(Strategy& strategy) {
  return run(recorded_instrument(), data().venue, data().local, strategy);
}

void count(benchmark::State& state, const backtest::RunEnd& end) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data().rows));
  state.counters["fills"] = static_cast<double>(end.fills);
}

void replay(benchmark::State& state) {
  data();
  backtest::RunEnd end;
  for (auto _ : state) {
    Idle strategy;
    end = run_over_data(strategy);
  }
  count(state, end);
}
BENCHMARK(replay)->Name("backtest/replay")->Unit(benchmark::kMillisecond);

void grid(benchmark::State& state) {
  data();
  const Result<const StrategyType*> type = find_strategy("grid");
  const Result<Parameters> parameters = parse_parameters((*type)->parameters, {});
  backtest::RunEnd end;
  for (auto _ : state) {
    const auto strategy = (*type)->make(*parameters);
    end = run_over_data(**strategy);
  }
  count(state, end);
}
BENCHMARK(grid)->Name("backtest/grid")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acts::bench
