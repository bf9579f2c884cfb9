// A backtest over a recording that is in memory, repeated with its times moved on: books alone, and with the grid.
// `items_per_second` counts the rows of an export, each of which both the venue and our side go through.
// ACTS_BENCH_ROUNDS: how often it is repeated; 20.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/strategy/registry.hpp"

#include "backtest/engine.hpp"
#include "backtest/open_market.hpp"
#include "support/testdata.hpp"

namespace acts::bench {
namespace {

using namespace acts::backtest;
using Rows = std::vector<sim::MarketRow>;

class MemoryFeed final : public MarketFeed {
 public:
  MemoryFeed(const Rows& venue, const Rows& local, const FeedFacts& facts)
      : rows_{venue.data(), local.data()}, facts_(facts) {}
  Result<const sim::MarketRow*> next(FeedClock clock) override {
    return std::exchange(rows_[static_cast<std::size_t>(clock)], nullptr);
  }
  [[nodiscard]] const FeedFacts& facts() const override { return facts_; }

 private:
  const sim::MarketRow* rows_[2];
  FeedFacts facts_;
};

struct Data {
  BacktestInstrument instrument;
  Rows venue;
  Rows local;
  FeedFacts facts;
};

Rows all(MarketFeed& feed, FeedClock clock) {
  Rows rows;
  for (;;) {
    const auto block = feed.next(clock);
    ACTS_ASSERT(block.has_value());
    if (*block == nullptr) return rows;
    for (const sim::MarketRow* row = *block; row->ts != sim::kEndRow.ts; ++row) rows.push_back(*row);
  }
}

// The next round begins a second after the last event of the one before.
void repeat(Rows& rows, int rounds, std::int64_t span) {
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

const Data& data() {
  static const Data kData = [] {
    InstrumentSettings settings;
    settings.info.venue = Venue::kBinanceUsdm;
    settings.info.symbol = "BTCUSDT";
    settings.info.tick_size = Decimal{1, 1};
    settings.info.lot_size = Decimal{1, 3};
    settings.files = {test::testdata("binance-feed/usdm/btcusdt_20240808.gz")};
    Data data{.instrument = *backtest_instrument(settings.info), .venue = {}, .local = {}, .facts = {}};
    auto market = open_market(settings, data.instrument, nullptr);
    ACTS_ASSERT(market.has_value());
    data.venue = all(*market->feed, FeedClock::kVenue);
    data.local = all(*market->feed, FeedClock::kLocal);
    data.facts = market->feed->facts();
    const char* const rounds = std::getenv("ACTS_BENCH_ROUNDS");
    const int count = rounds == nullptr ? 20 : std::atoi(rounds);
    const std::int64_t span = data.local.back().ts - data.venue.front().ts + 1'000'000'000;
    repeat(data.venue, count, span);
    repeat(data.local, count, span);
    data.facts.rows *= static_cast<std::uint64_t>(count);
    return data;
  }();
  return kData;
}

class Idle final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
};

RunEnd run(Strategy& strategy) {
  MemoryFeed feed(data().venue, data().local, data().facts);
  const sim::Latency latency = *sim::Latency::of(std::chrono::milliseconds{10});
  std::vector<InstrumentSetup> setups;
  setups.push_back({.instrument = data().instrument,
                    .venue = {},
                    .latency = sim::LatencyModel(latency, latency),
                    .fees = {.maker = {-5, 5}, .taker = {7, 4}},
                    .feed = &feed});
  Engine engine(std::move(setups), strategy, {}, nullptr);
  const Result<RunEnd> end = engine.run();
  ACTS_ASSERT(end.has_value());
  return *end;
}

void count(benchmark::State& state, const RunEnd& end) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data().facts.rows));
  state.counters["fills"] = static_cast<double>(end.fills);
}

void replay(benchmark::State& state) {
  data();
  RunEnd end;
  for (auto _ : state) {
    Idle strategy;
    end = run(strategy);
  }
  count(state, end);
}
BENCHMARK(replay)->Name("backtest/replay")->Unit(benchmark::kMillisecond);

void grid(benchmark::State& state) {
  data();
  const Result<const StrategyType*> type = find_strategy("grid");
  const Result<Parameters> parameters = parse_parameters((*type)->parameters, {});
  RunEnd end;
  for (auto _ : state) {
    const auto strategy = (*type)->make(*parameters);
    end = run(**strategy);
  }
  count(state, end);
}
BENCHMARK(grid)->Name("backtest/grid")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acts::bench
