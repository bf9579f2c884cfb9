// What one minute row costs: two bands over deep books whose levels all lie inside the wider one, the worst there is.
// Argument: levels a side. "Cold" walks other books in between, as a collector of many symbols does once a minute.
// Since the row before, a tenth of the levels has changed, or all of them.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <random>
#include <vector>

#include "acts/features/sampler.hpp"

namespace acts {
namespace {

constexpr std::int64_t kMid = 100'000'000;  // 4 % are 4,000,000 prices a side

// Levels inserted in random order, so that leaves are as full and as scattered as in a book that has lived.
OrderBook deep_book(std::int64_t levels, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  OrderBook book{Scales{2, 5}};
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

// What a minute has changed since the last row: levels set again, those nearest to the middle.
void change(OrderBook& book, std::int64_t levels, UpdateId id) {
  std::array<std::vector<Level>, 2> sides;
  for (const Side side : {Side::kBid, Side::kAsk}) {
    std::vector<Level>& changed = sides[side == Side::kBid ? 0 : 1];
    book.side(side).walk([&](const BookLevel& level) {
      if (std::ssize(changed) == levels) return false;
      changed.push_back({level.price, Quantity{level.quantity.units() % 1'000'000 + 1}});
      return true;
    });
  }
  book.apply({.first_update_id = id,
              .last_update_id = id,
              .previous_last_update_id = {},
              .ts_event = {},
              .scales = book.scales(),
              .bids = sides[0],
              .asks = sides[1]},
             UnixNanos{});
}

// `changed_of_ten`: tenths of the levels that have changed since the last row.
void sample_minute(benchmark::State& state, bool suspects, std::size_t books, std::int64_t changed_of_ten) {
  std::vector<OrderBook> all;
  for (std::size_t i = 0; i < books; ++i) {
    all.push_back(deep_book(state.range(0), i + 1));
    if (suspects) all.back().mark_gap();
  }
  MinuteSampler sampler{Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), UnixNanos{}};
  UnixNanos boundary;
  UpdateId id{1'000'000'000};
  while (state.KeepRunningBatch(static_cast<std::int64_t>(books))) {
    for (OrderBook& book : all) change(book, state.range(0) * changed_of_ten / 10, id = id.next());
    const auto begin = std::chrono::steady_clock::now();
    for (OrderBook& book : all) {
      boundary = boundary + kMinute;
      MinuteRow row = sampler.sample({.boundary = boundary, .book = book, .sync = {SyncState::kInSync, Reason::kNone}});
      benchmark::DoNotOptimize(row);
    }
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
}

// Of 10,000 levels a side, more than any cache here holds.
constexpr std::size_t kColdBooks = 128;

void register_all() {
  struct Case {
    const char* name;
    bool suspects;
    std::size_t books;
    std::int64_t changed_of_ten;
  };
  for (const Case& c : {Case{"warm", false, 1, 1}, Case{"warm_all_changed", false, 1, 10},
                        Case{"warm_suspect", true, 1, 1}, Case{"cold", false, kColdBooks, 1},
                        Case{"cold_all_changed", false, kColdBooks, 10}, Case{"cold_suspect", true, kColdBooks, 1}}) {
    benchmark::RegisterBenchmark(fmt::format("sample_minute/{}", c.name).c_str(), sample_minute, c.suspects, c.books,
                                 c.changed_of_ten)
        ->Arg(10'000)
        ->Arg(20'000)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

const bool registered = (register_all(), true);

}  // namespace
}  // namespace acts
