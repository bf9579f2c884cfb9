#include "acts/base/forward_time.hpp"

#include <gtest/gtest.h>

namespace acts {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kStart{1'767'225'600'000'000'000};

TEST(ForwardTime, IsTheWallClockWhileThatGoesForward) {
  ForwardTime time;
  EXPECT_EQ(time.at(kStart, 5s), kStart);
  EXPECT_EQ(time.at(kStart + 1s, 6s), kStart + 1s);
  // The wall clock is slewed by a time service: a little slower or faster than real time.
  EXPECT_EQ(time.at(kStart + 1999ms, 7s), kStart + 1999ms);
  EXPECT_EQ(time.at(kStart + 3001ms, 8s), kStart + 3001ms);
  EXPECT_EQ(time.ahead(), 0ns);
  EXPECT_EQ(time.real_time_for(10s), 10s);
}

TEST(ForwardTime, TakesAStepForwardAtOnce) {
  ForwardTime time;
  time.at(kStart, 0s);
  EXPECT_EQ(time.at(kStart + 1h, 1s), kStart + 1h);
  EXPECT_EQ(time.ahead(), 0ns);
}

// A step back by 100 s froze all supervision for 100 s: the collector kept to the latest time it had seen.
TEST(ForwardTime, GoesOnAtHalfSpeedAfterAStepBackUntilTheWallClockHasCaughtUp) {
  ForwardTime time;
  time.at(kStart, 0s);
  UnixNanos last = kStart;
  for (int second = 1; second <= 200; ++second) {
    const UnixNanos now = time.at(kStart - 100s + std::chrono::seconds{second}, std::chrono::seconds{second});
    ASSERT_EQ(now - last, 500ms) << second;
    ASSERT_EQ(time.ahead(), 100s - std::chrono::milliseconds{500 * second});
    last = now;
  }
  EXPECT_EQ(time.at(kStart + 101s, 201s), kStart + 101s);
}

TEST(ForwardTime, AdvancesHoweverOftenItIsAsked) {
  ForwardTime time;
  time.at(kStart, 0s);
  UnixNanos now{};
  for (int nanosecond = 1; nanosecond <= 1000; ++nanosecond) {
    now = time.at(kStart - 1h, Nanos{nanosecond});
  }
  EXPECT_EQ(now, kStart + 500ns);
}

TEST(ForwardTime, SaysHowLongATimerMustReallyWait) {
  ForwardTime time;
  time.at(kStart, 0s);
  time.at(kStart - 100s, 0s);
  time.at(kStart - 98s, 2s);  // 99 s ahead
  EXPECT_EQ(time.ahead(), 99s);
  EXPECT_EQ(time.real_time_for(10s), 20s);
  EXPECT_EQ(time.real_time_for(100s), 199s);
  EXPECT_EQ(time.real_time_for(-1s), -1s);
}

TEST(ForwardTime, TakesAStepForwardDuringTheCatchingUp) {
  ForwardTime time;
  time.at(kStart, 0s);
  EXPECT_EQ(time.at(kStart - 50s, 10s), kStart + 5s);
  EXPECT_EQ(time.at(kStart + 20s, 12s), kStart + 20s);
  EXPECT_EQ(time.ahead(), 0ns);
}

TEST(ForwardTime, BeginsNoEarlierThanItIsToldAndGoesOnAtHalfSpeed) {
  ForwardTime time;
  time.not_before(kStart + 60s, 100s);
  EXPECT_EQ(time.at(kStart, 100s), kStart + 60s);
  EXPECT_EQ(time.ahead(), 60s);
  EXPECT_EQ(time.at(kStart + 10s, 110s), kStart + 65s);
  EXPECT_EQ(time.at(kStart + 120s, 220s), kStart + 120s);
  EXPECT_EQ(time.ahead(), 0s);
}

TEST(ForwardTime, TakesNoNoticeOfATimeThatIsOver) {
  ForwardTime time;
  time.at(kStart, 0s);
  time.not_before(kStart - 1s, 0s);
  EXPECT_EQ(time.at(kStart + 1s, 1s), kStart + 1s);
  EXPECT_EQ(time.ahead(), 0s);
  time.not_before(kStart + 11s, 1s);
  EXPECT_EQ(time.ahead(), 10s);
  EXPECT_EQ(time.at(kStart + 3s, 3s), kStart + 12s);
}

TEST(ForwardTimeDeath, StopsIfTheMonotonicClockGoesBack) {
  ForwardTime time;
  time.at(kStart, 5s);
  EXPECT_DEATH(time.at(kStart, 4s), "monotonic");
}

}  // namespace
}  // namespace acts
