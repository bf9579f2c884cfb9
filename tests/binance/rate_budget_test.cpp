#include "binance/rate_budget.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

namespace acts::binance {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kNoon{1'723'118'400'000'000'000};  // 2024-08-08T12:00:00Z: a window starts

RateBudgetConfig config(int limit, Nanos guard = 2s) {
  return {.limit = limit, .window = 1min, .share_percent = 100, .guard = guard};
}

TEST(RateBudget, GivesTheShareOfALimitAndThenTheNextWindow) {
  RateBudget budget(Venue::kBinanceSpot);
  EXPECT_EQ(budget.limit(), 6000);
  EXPECT_EQ(budget.budget(), 4800);
  for (int i = 0; i < 19; ++i) EXPECT_TRUE(budget.try_take(250, kNoon + 10s).has_value());
  EXPECT_EQ(budget.used(kNoon + 10s), 4750);
  const Taken refused = budget.try_take(250, kNoon + 10s);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), kNoon + 62s);  // the next minute, and as long as a clock may be off
  EXPECT_TRUE(budget.try_take(50, kNoon + 10s).has_value());
  EXPECT_EQ(budget.next_allowed(0, kNoon + 11s), kNoon + 11s);
  EXPECT_FALSE(budget.try_take(250, kNoon + 61s).has_value());
  EXPECT_TRUE(budget.try_take(250, kNoon + 62s).has_value());
  EXPECT_EQ(RateBudget(Venue::kBinanceUsdm).budget(), 1920);
}

TEST(RateBudget, CountsARequestNearABoundaryOnBothSides) {
  RateBudget budget(config(100));
  EXPECT_TRUE(budget.try_take(100, kNoon - 1s).has_value());
  EXPECT_EQ(budget.next_allowed(1, kNoon + 3s), kNoon + 62s);
  RateBudget early(config(100));
  EXPECT_TRUE(early.try_take(60, kNoon - 30s).has_value());
  EXPECT_FALSE(early.try_take(60, kNoon + 1s).has_value());
  EXPECT_TRUE(early.try_take(60, kNoon + 2s).has_value());
}

TEST(RateBudget, BelievesTheVenueThatOthersUseTheSameAddress) {
  RateBudget budget(config(1000));
  EXPECT_TRUE(budget.try_take(100, kNoon + 10s).has_value());
  budget.on_used_weight(900, kNoon + 11s);
  EXPECT_EQ(budget.used(kNoon + 11s), 900);
  EXPECT_TRUE(budget.try_take(100, kNoon + 12s).has_value());
  EXPECT_FALSE(budget.try_take(1, kNoon + 12s).has_value());
  budget.on_used_weight(5, kNoon + 13s);  // an answer overtaken by others
  EXPECT_EQ(budget.used(kNoon + 13s), 1000);
  EXPECT_EQ(budget.used(kNoon + 70s), 0);
}

TEST(RateBudget, DoesNotTakeAnOldWindowsCountForTheNewOnes) {
  RateBudget budget(config(1000));
  budget.on_used_weight(1000, kNoon + 1s);
  EXPECT_TRUE(budget.try_take(1000, kNoon + 3s).has_value());
}

TEST(RateBudget, StaysBelowTheLimitWhenTheVenueCountsAbsurdly) {
  RateBudget budget(config(1000));
  budget.on_used_weight(std::numeric_limits<int>::max(), kNoon + 10s);
  EXPECT_EQ(budget.next_allowed(1, kNoon + 10s), kNoon + 62s);
  budget.on_used_weight(-5, kNoon + 70s);
  EXPECT_TRUE(budget.try_take(1000, kNoon + 70s).has_value());
}

TEST(RateBudget, WaitsAsLongAsTheVenueSays) {
  RateBudget budget(config(1000));
  budget.on_rate_limited(90s, kNoon + 10s);
  EXPECT_FALSE(budget.banned(kNoon + 11s));
  EXPECT_EQ(budget.next_allowed(1, kNoon + 11s), kNoon + 100s);
  EXPECT_FALSE(budget.try_take(0, kNoon + 11s).has_value());
  budget.on_rate_limited(1s, kNoon + 12s);  // does not shorten
  EXPECT_EQ(budget.try_take(1, kNoon + 12s).error(), kNoon + 100s);
  EXPECT_TRUE(budget.try_take(1, kNoon + 100s).has_value());
}

TEST(RateBudget, StopsEverythingWhileBanned) {
  RateBudget budget(config(1000));
  budget.on_banned(2h, kNoon);
  EXPECT_TRUE(budget.banned(kNoon + 1h));
  EXPECT_EQ(budget.banned_until(), kNoon + 2h);
  EXPECT_EQ(budget.try_take(1, kNoon + 1h).error(), kNoon + 2h);
  EXPECT_FALSE(budget.banned(kNoon + 2h));
  EXPECT_TRUE(budget.try_take(1, kNoon + 2h).has_value());
  budget.on_banned(Nanos::max(), kNoon + 3h);  // no overflow: bounded
  EXPECT_TRUE(budget.banned(kNoon + 24h));
  EXPECT_FALSE(budget.banned(kNoon + 24h * 9));
}

TEST(RateBudget, NeverGivesMoreThanAWholeWindow) {
  RateBudget budget(config(100));
  EXPECT_EQ(budget.try_take(101, kNoon).error(), kNever);
  EXPECT_TRUE(budget.try_take(100, kNoon + 5s).has_value());
}

TEST(RateBudget, TakesANewLimitAndKeepsWhatWasTaken) {
  RateBudget budget(config(1000));
  EXPECT_TRUE(budget.try_take(400, kNoon + 10s).has_value());
  EXPECT_TRUE(budget.set_limit(500, 1min, kNoon + 11s));
  EXPECT_FALSE(budget.try_take(101, kNoon + 11s).has_value());
  EXPECT_TRUE(budget.set_limit(500, 5min, kNoon + 12s));
  EXPECT_EQ(budget.used(kNoon + 12s), 400);
  EXPECT_EQ(budget.next_allowed(101, kNoon + 12s), kNoon + 302s);
  EXPECT_TRUE(budget.try_take(100, kNoon + 12s).has_value());
  EXPECT_FALSE(budget.set_limit(0, 1min, kNoon + 13s));
  EXPECT_FALSE(budget.set_limit(100, 4s, kNoon + 13s));
  EXPECT_EQ(budget.limit(), 500);
}

TEST(RateBudget, TakesATimeThatWentBackAsTheLatest) {
  RateBudget budget(config(100));
  EXPECT_TRUE(budget.try_take(100, kNoon + 10s).has_value());
  EXPECT_FALSE(budget.try_take(1, kNoon - 1h).has_value());
}

TEST(RateBudget, RefusesAnImpossibleConfiguration) {
  EXPECT_DEATH(RateBudget(config(0)), "limit");
  EXPECT_DEATH(RateBudget(config(10, 30s)), "guard");
  EXPECT_DEATH(RateBudget({.limit = 1, .window = 1min, .share_percent = 101}), "share");
}

// Requests reach the venue up to a guard earlier or later by its clock than by ours; it counts in its own windows.
TEST(RateBudget, NeverPassesTheLimitInAnyWindowOfTheVenueWhateverTheSequence) {
  std::mt19937_64 random(20240808);
  const auto below = [&random](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  std::size_t granted = 0;
  std::size_t refused = 0;
  for (int run = 0; run < 200; ++run) {
    const int limit = static_cast<int>(50 + below(1000));
    const Nanos guard{below(5'000'000'000)};
    RateBudget budget(config(limit, guard));
    std::map<std::int64_t, std::int64_t> venue;
    UnixNanos now = kNoon + Nanos{below(60'000'000'000)};
    for (int step = 0; step < 500; ++step) {
      now = now + Nanos{below(below(4) == 0 ? 20'000'000'000 : 500'000'000)};
      const int weight = static_cast<int>(below(limit / 4 + 2));
      const UnixNanos promised = budget.next_allowed(weight, now);
      const Taken taken = budget.try_take(weight, now);
      ASSERT_EQ(taken.has_value(), promised == now);
      if (!taken) {
        ++refused;
        ASSERT_EQ(taken.error(), promised);
        if (below(3) == 0 && promised != kNever) now = promised;
        continue;
      }
      ++granted;
      const Nanos shift{guard.count() == 0 ? 0 : below(2 * guard.count() + 1) - guard.count()};
      auto& counted = venue[floor_to(now + shift, 1min).value];
      counted += weight;
      ASSERT_LE(counted, limit) << "run " << run << " step " << step;
      if (below(5) == 0) budget.on_used_weight(static_cast<int>(counted), now);
      if (below(200) == 0) budget.on_rate_limited(Nanos{below(90'000'000'000)}, now);
    }
  }
  EXPECT_GT(granted, 10'000U);
  EXPECT_GT(refused, 10'000U);
}

TEST(RateBudget, KeepsItsPromiseOfTheEarliestTime) {
  std::mt19937_64 random(7);
  for (int run = 0; run < 2000; ++run) {
    RateBudget budget(config(100));
    UnixNanos now = kNoon + Nanos{static_cast<std::int64_t>(random() % 60'000'000'000)};
    for (int i = 0; i < 5; ++i) {
      const int weight = static_cast<int>(random() % 100) + 1;
      const Taken taken = budget.try_take(weight, now);
      if (!taken) {
        ASSERT_GT(taken.error(), now);
        now = taken.error();
        ASSERT_TRUE(budget.try_take(weight, now).has_value());
      }
      now = now + Nanos{static_cast<std::int64_t>(random() % 20'000'000'000)};
    }
  }
}

TEST(SlidingBudget, AllowsSoManyInAnyWindow) {
  SlidingBudget budget(2, 10s);
  EXPECT_TRUE(budget.try_take(kNoon).has_value());
  EXPECT_TRUE(budget.try_take(kNoon + 4s).has_value());
  EXPECT_EQ(budget.try_take(kNoon + 5s).error(), kNoon + 10s);
  EXPECT_EQ(budget.used(kNoon + 5s), 2);
  EXPECT_EQ(budget.next_allowed(kNoon + 12s), kNoon + 12s);
  EXPECT_TRUE(budget.try_take(kNoon + 10s).has_value());
  EXPECT_EQ(budget.try_take(kNoon + 10s).error(), kNoon + 14s);
  EXPECT_EQ(budget.used(kNoon + 30s), 0);
  EXPECT_EQ(budget.next_allowed(kNoon), kNoon + 14s);  // went back: the latest
  EXPECT_DEATH(SlidingBudget(0, 1s), "limit");
}

TEST(SlidingBudget, HoldsInEveryWindowWhateverTheSequence) {
  std::mt19937_64 random(5);
  SlidingBudget budget(30, 5s);
  std::deque<UnixNanos> taken;
  UnixNanos now = kNoon;
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    now = now + Nanos{static_cast<std::int64_t>(random() % 300'000'000)};
    const bool allowed = budget.try_take(now).has_value();
    while (!taken.empty() && taken.front() <= now - 5s) taken.pop_front();
    ASSERT_EQ(allowed, taken.size() < 30U);
    if (allowed) taken.push_back(now);
    refused += allowed ? 0 : 1;
  }
  EXPECT_GT(refused, 1000U);
}

TEST(ConnectBudget, LeavesRoomBelowTheVenuesLimit) {
  ConnectBudget budget(Venue::kBinanceSpot);
  int taken = 0;
  while (taken < 1000 && budget.try_take(kNoon)) ++taken;
  EXPECT_EQ(taken, 240);
  EXPECT_EQ(budget.next_allowed(kNoon), kNoon + 5min);
}

}  // namespace
}  // namespace acts::binance
