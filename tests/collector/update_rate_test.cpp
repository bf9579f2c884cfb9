#include "collector/update_rate.hpp"

#include <gtest/gtest.h>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kNow{1'000'000'000'000};

// Ten updates a second were shown as 2.7 in the first one, and as ten after ten of them.
TEST(UpdateRate, IsRightFromTheFirstSecondOn) {
  UpdateRate rate;
  binance::DepthSync::Counters counters;
  rate.on_second(counters, std::nullopt, kNow - 2s);
  EXPECT_EQ(rate.per_second(), 0);
  rate.on_second(counters, kNow, kNow + 100ms);  // too early to say
  EXPECT_EQ(rate.per_second(), 0);
  for (int second = 1; second <= 20; ++second) {
    counters.applied += second == 1 ? 11 : 10;  // the tenth of a second before
    rate.on_second(counters, kNow, kNow + 100ms + second * 1s);
    EXPECT_NEAR(rate.per_second(), 10, 1e-9) << second;
  }
  rate.on_second(counters, std::nullopt, kNow + 21s + 100ms);
  EXPECT_NEAR(rate.per_second(), 7, 0.01) << "the last second counts three tenths";
}

TEST(UpdateRate, CountsWhatTheFirstSnapshotSupersedes) {
  UpdateRate rate;
  rate.on_second({.applied = 10}, kNow, kNow + 1s);
  rate.on_second({.applied = 12, .stale = 8, .merged = 1}, kNow, kNow + 2s);
  EXPECT_NEAR(rate.per_second(), 10, 1e-9);
  rate.on_second({.applied = 22, .stale = 108, .merged = 2}, kNow, kNow + 3s);
  EXPECT_NEAR(rate.per_second(), 10, 1e-9) << "what is stale later comes twice";
}

}  // namespace
}  // namespace acts::collector
