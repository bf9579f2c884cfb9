#include "sim/shared_book.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace acts::sim {
namespace {

MarketRow random_row(std::mt19937_64& random, std::int64_t ts) {
  MarketRow row{.ts = ts, .quantity = static_cast<std::int64_t>(random() % 9)};
  row.side = static_cast<SideIndex>(random() % 2);
  const auto away = static_cast<std::int64_t>(random() % 8);
  row.rank = static_cast<std::int32_t>(rank_of(row.side, row.side == kBidSide ? 1000 - away : 1000 + away));
  if (random() % 4 == 0) {
    row.kind = RowKind::kTrade;
    ++row.quantity;
  } else if (random() % 100 == 0) {
    row.kind = random() % 2 == 0 ? RowKind::kClear : RowKind::kClearBoth;
  }
  return row;
}

struct Asked {
  std::size_t venue = 0;
  int what = 0;
  VenueOrder order = {};
};

void ask(SimVenue& venue, const Asked& asked, UnixNanos now) {
  switch (asked.what) {
    case 0: return venue.cancel(asked.order.id, now);
    case 1:
      return venue.modify({.id = asked.order.id, .rank = asked.order.rank, .quantity = asked.order.quantity}, now);
    default: return venue.place(asked.order, now);
  }
}

std::string taken_events(SimVenue& venue) {
  std::string text;
  for (const VenueEvent& event : venue.events()) {
    text += fmt::format("{} {} {} {} {} {};", event.ts.value, event.order.id.value(), to_string(event.event),
                        event.left, event.fill.quantity, event.fill.ahead);
  }
  venue.clear_events();
  return text;
}

// Venues beside one book, and the same ones each with a book of its own.
TEST(SharedBook, HasEachVenueDoWhatItDoesAlone) {
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    std::mt19937_64 random(seed);
    const VenueModel model{.fills = seed % 2 == 0 ? FillSizes::kPartial : FillSizes::kFull,
                           .as_hftbacktest = seed % 7 == 0,
                           .window = 128};
    constexpr std::size_t kVenues = 5;
    SharedBook shared(model);
    std::vector<SimVenue*> beside;
    std::vector<std::unique_ptr<SimVenue>> alone;
    for (std::size_t i = 0; i < kVenues; ++i) {
      beside.push_back(&shared.add_venue());
      alone.push_back(std::make_unique<SimVenue>(model));
    }
    for (std::int64_t ts = 1; ts < 300; ++ts) {
      const std::array<MarketRow, 2> rows{random_row(random, ts), kEndRow};
      EXPECT_EQ(shared.run(rows.data(), {ts}), &rows[1]);
      for (const auto& venue : alone) venue->run(rows.data(), {ts});
      if (random() % 2 == 0) {
        Asked asked{.venue = random() % kVenues, .what = static_cast<int>(random() % 4)};
        asked.order.id = ClientOrderId(1 + random() % (asked.what < 2 ? 40 : 1'000'000));
        if (asked.what >= 2 && random() % 2 == 0) asked.order.id = ClientOrderId(1 + random() % 40);
        asked.order.side = static_cast<SideIndex>(random() % 2);
        asked.order.rank = rank_of(asked.order.side, 996 + static_cast<std::int64_t>(random() % 9));
        asked.order.quantity = 1 + static_cast<std::int64_t>(random() % 6);
        asked.order.time_in_force = static_cast<TimeInForce>(random() % 4);
        if (asked.what == 1) asked.order.rank = rank_of(kBidSide, 998);
        ask(*beside[asked.venue], asked, {ts});
        ask(*alone[asked.venue], asked, {ts});
      }
      for (std::size_t i = 0; i < kVenues; ++i) {
        const std::string mine = taken_events(*beside[i]);
        ASSERT_EQ(mine, taken_events(*alone[i])) << "seed " << seed << ", venue " << i << " at " << ts;
        told += mine.size();
        ASSERT_EQ(beside[i]->side(kBidSide).best(), alone[i]->side(kBidSide).best());
      }
    }
  }
  EXPECT_GT(told, 100'000U);
}

TEST(Watchers, MarkARankAsLongAsSomebodyWatchesIt) {
  LadderSide side(128);
  side.set(10, 5);
  Watchers watchers;
  watchers.add(side, 10, 1);
  watchers.add(side, 10, 2);
  watchers.add(side, 10, 2);
  EXPECT_TRUE(side.set(10, 6).is_own);
  EXPECT_EQ(watchers.at(10).size(), 2U);
  watchers.remove(side, 10, 1);
  watchers.remove(side, 10, 7);
  EXPECT_TRUE(side.set(10, 7).is_own);
  watchers.remove(side, 10, 2);
  EXPECT_FALSE(side.set(10, 8).is_own);
  EXPECT_TRUE(watchers.at(10).empty());
}

}  // namespace
}  // namespace acts::sim
