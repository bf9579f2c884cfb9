// A backtest over a recording that is in memory, repeated with its times moved on: books alone, and with the grid.
// `items_per_second` counts the rows of an export, each of which both the venue and our side go through.
// ACTS_BENCH_ROUNDS: how often it is repeated; 20. ACTS_BENCH_FILLS: a file for the fills of the grid, of a run that is
// not timed: a line `time side tick` each.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "grid_run.hpp"
#include "recorded_rows.hpp"

namespace acts::bench {
namespace {

using Rows = std::vector<sim::MarketRow>;

// The next round begins a second or two after the last event of the one before, and whole seconds after its begin: so a
// strategy that wakes at an interval wakes at the same moments of each.
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
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t span = ((data.local.rbegin()[1].ts - data.venue.front().ts) / kSecond + 2) * kSecond;
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

backtest::RunEnd run_over_data(Strategy& strategy, backtest::RunListener* listener = nullptr) {
  return run(recorded_instrument(), data().venue, data().local, strategy, listener);
}

class FillWriter final : public backtest::RunListener {
 public:
  FillWriter(const char* path, std::int64_t tick) : file_(path), tick_(tick) {}
  void on_fill(const backtest::ToldFill& told) override {
    file_ << told.fill.ts_event.value << ' ' << to_string(told.fill.side) << ' ' << told.fill.price.units() / tick_
          << '\n';
  }
  [[nodiscard]] bool wants_marks() const override { return false; }
  // Whether all of them are written.
  [[nodiscard]] bool is_written() { return static_cast<bool>(file_.flush()); }

 private:
  std::ofstream file_;
  std::int64_t tick_;
};

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
  if (const char* const path = std::getenv("ACTS_BENCH_FILLS"); path != nullptr) {
    FillWriter writer(path, recorded_instrument().tick);
    const auto strategy = (*type)->make(*parameters);
    run_over_data(**strategy, &writer);
    if (!writer.is_written()) return state.SkipWithError("ACTS_BENCH_FILLS cannot be written");
  }
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
