#include "history/import/trade_gaps.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace acts::history {
namespace {

constexpr UnixNanos at(std::int64_t time) { return {time}; }

// `id` is received at the time `id`, unless it is said.
void take(TradeGaps& gaps, std::int64_t id, std::int64_t time = -1, bool is_aggregate = false) {
  const UnixNanos received = at(time < 0 ? id : time);
  gaps.take(is_aggregate, {.first = id, .last = id, .first_at = received, .last_at = received});
}

TEST(TradeGaps, AreWhereIdsJump) {
  TradeGaps gaps("BTCUSDT");
  for (const std::int64_t id : {5, 6, 6, 9, 10, 12}) take(gaps, id);
  EXPECT_EQ(gaps.missing(), 3U);
  EXPECT_EQ(gaps.gaps(),
            (std::vector{TradeGap{.from = at(6), .at = at(9), .last_before = 6, .first_after = 9, .missing = 2},
                         TradeGap{.from = at(10), .at = at(12), .last_before = 10, .first_after = 12, .missing = 1}}));
}

TEST(TradeGaps, AreNotWhatASecondConnectionBringsLater) {
  TradeGaps gaps("BTCUSDT");
  for (const std::int64_t id : {5, 9, 7, 7, 5, 9, 10}) take(gaps, id);
  EXPECT_EQ(gaps.missing(), 2U);
  ASSERT_EQ(gaps.gaps().size(), 1U);
  EXPECT_EQ(gaps.gaps()[0].missing, 2U);
  for (const std::int64_t id : {6, 8}) take(gaps, id);
  EXPECT_EQ(gaps.missing(), 0U);
  EXPECT_TRUE(gaps.gaps().empty());
}

TEST(TradeGaps, TakeTradesThatFollowEachOtherAtOnce) {
  TradeGaps gaps("BTCUSDT");
  gaps.take(false, {.first = 1, .last = 4, .first_at = at(1), .last_at = at(4)});
  gaps.take(false, {.first = 8, .last = 9, .first_at = at(8), .last_at = at(9)});
  gaps.take(false, {.first = 5, .last = 9, .first_at = at(5), .last_at = at(9)});
  gaps.take(false, {.first = 8, .last = 12, .first_at = at(8), .last_at = at(12)});
  EXPECT_EQ(gaps.missing(), 0U);
  take(gaps, 14);
  EXPECT_EQ(gaps.gaps(),
            (std::vector{TradeGap{.from = at(12), .at = at(14), .last_before = 12, .first_after = 14, .missing = 1}}));
}

TEST(TradeGaps, OfAggregatesCountWhereThereAreNoSingleTrades) {
  TradeGaps gaps("BTCUSDT");
  take(gaps, 1, 1, true);
  take(gaps, 3, 2, true);
  EXPECT_EQ(gaps.missing(), 1U);
  take(gaps, 70, 3);
  take(gaps, 71, 4);
  EXPECT_EQ(gaps.missing(), 0U);
}

TEST(TradeGaps, TakeAnyNumbers) {
  TradeGaps gaps("BTCUSDT");
  for (const std::int64_t id : {INT64_MIN, INT64_MAX, std::int64_t{0}, INT64_MIN, INT64_MAX, std::int64_t{-1}}) {
    take(gaps, id, 0);
  }
  EXPECT_EQ(gaps.missing(), UINT64_MAX - 3);
}

}  // namespace
}  // namespace acts::history
