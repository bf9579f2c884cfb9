#include "backtest/shared_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/vector_feed.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using Rows = std::vector<MarketRow>;

// `count` rows a second apart, from `first` seconds on; ranks count them.
Rows seconds_from(std::int64_t first, std::int32_t count) {
  Rows rows;
  for (std::int32_t i = 0; i < count; ++i) rows.push_back({.ts = (first + i) * 1'000'000'000, .rank = i});
  return rows;
}

// The ranks of the next block.
std::optional<std::vector<int>> take(MarketFeed& feed, FeedClock clock) {
  const auto rows = feed.next(clock);
  EXPECT_TRUE(rows.has_value());
  if (!rows || *rows == nullptr) return std::nullopt;
  std::vector<int> ranks;
  for (const MarketRow* row = *rows; row->ts != sim::kEndRow.ts; ++row) ranks.push_back(row->rank);
  return ranks;
}

Rows take_all(MarketFeed& feed, FeedClock clock) {
  Rows taken;
  for (;;) {
    const auto rows = feed.next(clock);
    if (!rows || *rows == nullptr) return taken;
    for (const MarketRow* row = *rows; row->ts != sim::kEndRow.ts; ++row) taken.push_back(*row);
  }
}

bool are_equal(const Rows& a, const Rows& b) {
  return std::ranges::equal(a, b,
                            [](const MarketRow& x, const MarketRow& y) { return x.ts == y.ts && x.rank == y.rank; });
}

TEST(SharedFeed, GivesEachCursorAllRows) {
  const Rows venue = seconds_from(10, 25);
  const Rows local = seconds_from(12, 25);
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    test::VectorFeed feed(venue, local, 1 + seed % 7);
    SharedFeed shared(feed, 3);
    std::mt19937_64 random(seed);
    Rows taken[3][2];
    bool has_ended[3][2] = {};
    for (int left = 6; left > 0;) {
      const std::size_t who = random() % 3;
      const std::size_t clock = random() % 2;
      if (has_ended[who][clock]) continue;
      const auto rows = shared.cursor(who).next(static_cast<FeedClock>(clock));
      ASSERT_TRUE(rows.has_value());
      if (*rows == nullptr) {
        has_ended[who][clock] = true;
        --left;
        continue;
      }
      for (const MarketRow* row = *rows; row->ts != sim::kEndRow.ts; ++row) taken[who][clock].push_back(*row);
    }
    for (const auto& of : taken) {
      EXPECT_TRUE(are_equal(of[0], venue));
      EXPECT_TRUE(are_equal(of[1], local));
    }
    ASSERT_TRUE(shared.load_more().has_value());
    EXPECT_EQ(shared.held_rows(), 0U);
  }
}

TEST(SharedFeed, HoldsWhatTheLastCursorNeeds) {
  test::VectorFeed feed(seconds_from(10, 40), seconds_from(10, 40), 4);
  SharedFeed shared(feed, 2);
  EXPECT_EQ(take(shared.cursor(0), FeedClock::kVenue), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(take(shared.cursor(0), FeedClock::kVenue), (std::vector{4, 5, 6, 7}));
  EXPECT_EQ(take(shared.cursor(0), FeedClock::kVenue), (std::vector{8, 9, 10, 11}));
  EXPECT_EQ(shared.held_rows(), 15U) << "ends included";
  EXPECT_EQ(take(shared.cursor(1), FeedClock::kVenue), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(take(shared.cursor(1), FeedClock::kVenue), (std::vector{4, 5, 6, 7}));
  EXPECT_EQ(take(shared.cursor(0), FeedClock::kVenue), (std::vector{12, 13, 14, 15}));
  EXPECT_EQ(shared.held_rows(), 15U);
  shared.leave(1);
  EXPECT_EQ(take(shared.cursor(0), FeedClock::kVenue), (std::vector{16, 17, 18, 19}));
  EXPECT_EQ(shared.held_rows(), 10U);
}

// What load_more() promises: until then no cursor reads the feed.
TEST(SharedFeed, LoadsBothClocksToTheTimeThatItSays) {
  test::VectorFeed feed(seconds_from(10, 11), seconds_from(13, 11), 4);
  SharedFeed shared(feed, 1);
  std::vector<std::int64_t> reaches;
  for (;;) {
    const Result<UnixNanos> reach = shared.load_more();
    ASSERT_TRUE(reach.has_value());
    if (*reach == SharedFeed::kEnd) break;
    reaches.push_back(reach->value == INT64_MIN ? 0 : reach->value / 1'000'000'000 + 1);
  }
  // Blocks of the venue end at 13, 17 and 20, those here at 16, 20 and 23.
  EXPECT_EQ(reaches, (std::vector<std::int64_t>{0, 13, 16, 17, 20, 20, 23}));
  EXPECT_EQ(take_all(shared.cursor(0), FeedClock::kVenue).size(), 11U);
  EXPECT_EQ(take_all(shared.cursor(0), FeedClock::kLocal).size(), 11U);
}

TEST(SharedFeed, RefusesToHoldTooMuch) {
  test::VectorFeed feed(seconds_from(10, 40), seconds_from(10, 40), 4);
  SharedFeed shared(feed, 2, 12);
  EXPECT_TRUE(shared.cursor(0).next(FeedClock::kVenue).has_value());
  EXPECT_TRUE(shared.cursor(0).next(FeedClock::kVenue).has_value());
  const auto refused = shared.cursor(0).next(FeedClock::kVenue);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  EXPECT_TRUE(refused.error().message.contains("15 rows")) << refused.error().message;
}

}  // namespace
}  // namespace acts::backtest
