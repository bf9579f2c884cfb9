// What one minute row costs: two bands over deep books whose levels all lie inside the wider one, the worst there is.
// Argument: levels a side. "Cold" walks other books in between, as a collector of many symbols does once a minute.
#include <benchmark/benchmark.h>

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

void sample_minute(benchmark::State& state, bool suspects, std::size_t books) {
  std::vector<OrderBook> all;
  for (std::size_t i = 0; i < books; ++i) {
    all.push_back(deep_book(state.range(0), i + 1));
    if (suspects) all.back().mark_gap();
  }
  MinuteSampler sampler{Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), UnixNanos{}};
  UnixNanos boundary;
  std::size_t next = 0;
  for (auto _ : state) {
    boundary = boundary + kMinute;
    MinuteRow row =
        sampler.sample({.boundary = boundary, .book = all[next], .sync = {SyncState::kInSync, Reason::kNone}});
    benchmark::DoNotOptimize(row);
    next = next + 1 == books ? 0 : next + 1;
  }
}

// Of 20,000 levels a side, more than any cache here holds.
constexpr std::size_t kColdBooks = 64;

BENCHMARK_CAPTURE(sample_minute, exact, false, 1)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(sample_minute, suspect, true, 1)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(sample_minute, cold, false, kColdBooks)->Arg(10'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(sample_minute, cold_suspect, true, kColdBooks)
    ->Arg(10'000)
    ->Arg(20'000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace acts
