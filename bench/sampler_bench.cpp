// What one minute row costs: two bands over deep books whose levels all lie inside the wider one, the worst there is.
// Argument: levels a side. "Cold" walks other books in between, as a collector of many symbols does once a minute.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "acts/features/sampler.hpp"

namespace acts {
namespace {

constexpr std::int64_t kMid = 100'000'000;  // 4 % are 4,000,000 prices a side

// Levels inserted in random order, so that leaves are as full and as scattered as in a book that has lived.
OrderBook deep_book(std::int64_t levels, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  OrderBook book{{2, 5}};
  UpdateId id{1};
  const std::int64_t reach = kMid / 25;
  while (book.level_count(Side::kBid) < static_cast<std::size_t>(levels) ||
         book.level_count(Side::kAsk) < static_cast<std::size_t>(levels)) {
    const auto quantity = static_cast<std::int64_t>(random() % 1'000'000 + 1);
    const auto distance = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(reach)) + 1;
    const bool bid = book.level_count(Side::kBid) <= book.level_count(Side::kAsk);
    const Level level{Price{bid ? kMid - distance : kMid + distance}, Quantity{quantity}};
    const std::span<const Level> one{&level, 1};
    book.apply({.first_update_id = id,
                .last_update_id = id,
                .previous_last_update_id = {},
                .ts_event = {},
                .scales = book.scales(),
                .bids = bid ? one : std::span<const Level>{},
                .asks = bid ? std::span<const Level>{} : one},
               UnixNanos{});
    id = id.next();
  }
  return book;
}

void sample(benchmark::State& state, bool suspects, std::size_t books) {
  std::vector<OrderBook> all;
  for (std::size_t i = 0; i < books; ++i) {
    all.push_back(deep_book(state.range(0), i + 1));
    if (suspects) all.back().mark_gap();
  }
  MinuteSampler sampler{Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), UnixNanos{}};
  SampleInput input{.boundary = UnixNanos{}, .book = all.front(), .sync = {SyncState::kInSync, Reason::kNone}};
  std::size_t next = 0;
  for (auto _ : state) {
    SampleInput one{.boundary = input.boundary + kMinute, .book = all[next], .sync = input.sync};
    input.boundary = one.boundary;
    MinuteRow row = sampler.sample(one);
    benchmark::DoNotOptimize(row);
    next = next + 1 == books ? 0 : next + 1;
  }
}

void BM_SampleBook(benchmark::State& state) { sample(state, false, 1); }
void BM_SampleBookOfSuspects(benchmark::State& state) { sample(state, true, 1); }
void BM_SampleColdBook(benchmark::State& state) { sample(state, false, 100); }
void BM_SampleColdBookOfSuspects(benchmark::State& state) { sample(state, true, 100); }

BENCHMARK(BM_SampleBook)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_SampleBookOfSuspects)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_SampleColdBook)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_SampleColdBookOfSuspects)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace acts

BENCHMARK_MAIN();
