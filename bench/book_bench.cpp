// The book alone: one side's levels applied, its memory, sums over bands.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "acts/market/deletion_log.hpp"
#include "acts/market/level_map.hpp"
#include "acts/market/order_book.hpp"

#include "recorded_depth.hpp"

namespace acts::bench {
namespace {

void report(benchmark::State& state, std::size_t levels) {
  state.counters["per_level"] = benchmark::Counter(
      static_cast<double>(levels), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// Updates only: the snapshot is in the book before the clock runs.
std::vector<DecodedEvent> updates_of(Market market) {
  std::vector<DecodedEvent> updates = decoded_events(market);
  std::erase_if(updates, [](const DecodedEvent& event) { return event.is_snapshot; });
  return updates;
}

const DecodedEvent& snapshot_of(Market market) {
  return *std::ranges::find_if(decoded_events(market), &DecodedEvent::is_snapshot);
}

void level_map_apply(benchmark::State& state, Market market) {
  const std::vector<DecodedEvent> updates = updates_of(market);
  const DecodedEvent& snapshot = snapshot_of(market);
  DeletionLog deletions;  // as in a book that has run for a while: full
  for (auto _ : state) {
    state.PauseTiming();
    LevelMap bids(Side::kBid);
    LevelMap asks(Side::kAsk);
    bids.apply(snapshot.bids, UpdateId{}, deletions);
    asks.apply(snapshot.asks, UpdateId{}, deletions);
    state.ResumeTiming();
    for (const DecodedEvent& update : updates) {
      bids.apply(update.bids, update.id, deletions);
      asks.apply(update.asks, update.id, deletions);
    }
    benchmark::DoNotOptimize(bids.size() + asks.size());
  }
  report(state, level_count(updates));
}

void std_map_apply(benchmark::State& state, Market market) {
  const std::vector<DecodedEvent> updates = updates_of(market);
  const DecodedEvent& snapshot = snapshot_of(market);
  using Levels = std::map<std::int64_t, std::int64_t>;
  const auto apply = [](Levels& side, const std::vector<Level>& levels) {
    for (const Level& level : levels) {
      if (level.quantity.is_zero()) {
        side.erase(level.price.units());
      } else {
        side[level.price.units()] = level.quantity.units();
      }
    }
  };
  for (auto _ : state) {
    state.PauseTiming();
    Levels bids;
    Levels asks;
    apply(bids, snapshot.bids);
    apply(asks, snapshot.asks);
    state.ResumeTiming();
    for (const DecodedEvent& update : updates) {
      apply(bids, update.bids);
      apply(asks, update.asks);
    }
    benchmark::DoNotOptimize(bids.size() + asks.size());
  }
  report(state, level_count(updates));
}

BENCHMARK_CAPTURE(level_map_apply, spot, Market::kSpot)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(level_map_apply, usdm, Market::kUsdm)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(std_map_apply, spot, Market::kSpot)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(std_map_apply, usdm, Market::kUsdm)->Unit(benchmark::kMillisecond);

enum class Shape : std::uint8_t { kSorted, kRandom, kClustered, kThinnedOut };

void fill(LevelMap& side, Shape shape, std::int64_t count) {
  std::mt19937_64 random(1);
  const auto set = [&](std::int64_t price) { side.set({Price{price}, Quantity{1}}, {UpdateId{1}, false}); };
  const auto anywhere = [&] { return static_cast<std::int64_t>(random() % 1'000'000'000); };
  if (shape == Shape::kSorted) {
    for (std::int64_t i = 0; i < count; ++i) set(i * 100);
  }
  while (side.size() < static_cast<std::size_t>(count)) {
    const std::int64_t price = anywhere();
    const std::int64_t cluster = shape == Shape::kClustered ? 50 : 1;
    for (std::int64_t i = 0; i < cluster; ++i) set(price + i);
  }
  if (shape != Shape::kThinnedOut) return;
  for (std::int64_t i = 0; i < 4 * count; ++i) set(anywhere());
  std::vector<Price> prices;
  side.walk([&](const BookLevel& level) {
    prices.push_back(level.price);
    return true;
  });
  std::ranges::shuffle(prices, random);
  for (const Price price : prices) {
    if (side.size() == static_cast<std::size_t>(count)) break;
    side.erase(price);
  }
}

// Time: to build the side. kThinnedOut: random, five times as deep before random deletions.
void deep_side(benchmark::State& state, Shape shape) {
  std::size_t bytes = 0;
  std::size_t levels = 0;
  for (auto _ : state) {
    LevelMap side(Side::kBid);
    fill(side, shape, state.range(0));
    bytes = side.memory_bytes();
    levels = side.size();
  }
  state.counters["bytes_per_level"] = static_cast<double>(bytes) / static_cast<double>(levels);
}
BENCHMARK_CAPTURE(deep_side, sorted, Shape::kSorted)->Arg(20'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(deep_side, random, Shape::kRandom)->Arg(20'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(deep_side, clustered, Shape::kClustered)->Arg(20'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(deep_side, thinned_out, Shape::kThinnedOut)->Arg(20'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// Two bands over a side of 20,000 levels, all of which lie in the wider one.
void band_totals(benchmark::State& state, bool suspect) {
  LevelMap side(Side::kAsk);
  fill(side, Shape::kRandom, 20'000);
  const Price limits[] = {Price{250'000'000}, Price{1'000'000'000}};
  BandTotal totals[2];
  for (auto _ : state) {
    side.accumulate(limits, UpdateId{suspect ? 1 : -1}, totals);
    benchmark::DoNotOptimize(totals[1].levels);
  }
}
BENCHMARK_CAPTURE(band_totals, exact, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(band_totals, suspect, true)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace acts::bench
