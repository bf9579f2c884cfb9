#include "acts/features/minute_clock.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace acts {
namespace {

using namespace std::chrono_literals;

const UnixNanos kNoon = parse_iso8601("2024-08-08T12:00").value();

void expect_none(const DueBoundaries& due) {
  EXPECT_EQ(due.count, 0);
  EXPECT_EQ(due.skipped, 0);
}

TEST(MinuteClock, BeginsWithTheBoundaryAfterTheStart) {
  MinuteClock clock;
  EXPECT_FALSE(clock.next_boundary());
  expect_none(clock.advance(kNoon + 59s));
  EXPECT_EQ(clock.next_boundary(), kNoon + 1min);
}

TEST(MinuteClock, GivesNoRowForABoundaryExactlyAtTheStart) {
  MinuteClock clock;
  expect_none(clock.advance(kNoon));
  EXPECT_EQ(clock.next_boundary(), kNoon + 1min);
  expect_none(clock.advance(kNoon));
}

TEST(MinuteClock, MakesABoundaryDueWithTheMessageExactlyOnIt) {
  MinuteClock clock;
  clock.advance(kNoon);
  expect_none(clock.advance(kNoon + 1min - Nanos{1}));
  const DueBoundaries due = clock.advance(kNoon + 1min);
  EXPECT_EQ(due.count, 1);
  EXPECT_EQ(due[0], kNoon + 1min);
  expect_none(clock.advance(kNoon + 1min));
  EXPECT_EQ(clock.next_boundary(), kNoon + 2min);
}

TEST(MinuteClock, RepeatsNothingWhenTimeStepsBack) {
  MinuteClock clock;
  clock.advance(kNoon);
  EXPECT_EQ(clock.advance(kNoon + 90s).count, 1);
  expect_none(clock.advance(kNoon + 30s));
  expect_none(clock.advance(kNoon - 24h));
  expect_none(clock.advance(kNoon + 61s));
  const DueBoundaries due = clock.advance(kNoon + 2min);
  EXPECT_EQ(due.count, 1);
  EXPECT_EQ(due[0], kNoon + 2min);
}

TEST(MinuteClock, GivesEveryMinuteOfAStall) {
  MinuteClock clock;
  clock.advance(kNoon + 30s);
  // An hour and more: the minute's number is the same again, the minute is not.
  const DueBoundaries due = clock.advance(kNoon + 61min + 30s);
  ASSERT_EQ(due.count, 61);
  EXPECT_EQ(due.skipped, 0);
  for (std::int64_t i = 0; i < due.count; ++i) EXPECT_EQ(due[i], kNoon + (i + 1) * kMinute);
  EXPECT_EQ(clock.next_boundary(), kNoon + 62min);
}

// The row right behind the last message was skipped first, and its counts went into a row of another day.
TEST(MinuteClock, MakesTheRowOfTheLastMessageCatchesUpADayAndSaysWhatItSkipped) {
  MinuteClock clock;
  clock.advance(kNoon);
  const DueBoundaries day = clock.advance(kNoon + 24h);
  EXPECT_EQ(day.count, MinuteClock::kMaxCatchUp);
  EXPECT_EQ(day.skipped, 0);
  const DueBoundaries more = clock.advance(kNoon + 48h + 5min);
  EXPECT_EQ(more.count, 1 + MinuteClock::kMaxCatchUp);
  EXPECT_EQ(more.skipped, 4);
  EXPECT_EQ(more[0], kNoon + 24h + 1min);
  EXPECT_EQ(more[1], kNoon + 24h + 6min);
  EXPECT_EQ(more[more.count - 1], kNoon + 48h + 5min);
  EXPECT_EQ(clock.advance(kNoon + 72h + 6min).skipped, 0);
}

TEST(MinuteClock, LivesThroughTheEndsOfTime) {
  using Limits = std::numeric_limits<std::int64_t>;
  MinuteClock clock;
  clock.advance(UnixNanos{Limits::min()});
  const DueBoundaries due = clock.advance(UnixNanos{Limits::max()});
  EXPECT_EQ(due.count, 1 + MinuteClock::kMaxCatchUp);
  EXPECT_GT(due.skipped, 0);
  EXPECT_EQ(floor_to(due.first, kMinute), due.first);
  EXPECT_EQ(due[due.count - 1] + kMinute, clock.next_boundary());
  expect_none(clock.advance(UnixNanos{Limits::max()}));
  expect_none(clock.advance(UnixNanos{Limits::min()}));
}

TEST(MinuteClock, CountsMinutesBefore1970) {
  MinuteClock clock;
  clock.advance(UnixNanos{-1});
  EXPECT_EQ(clock.next_boundary(), UnixNanos{0});
  EXPECT_EQ(clock.advance(UnixNanos{0}).count, 1);
}

TEST(MinuteClock, TakesIntervalsFromAHundredMillisecondsToADay) {
  MinuteClock clock(100ms);
  clock.advance(kNoon + 50ms);
  EXPECT_EQ(clock.next_boundary(), kNoon + 100ms);
  const DueBoundaries due = clock.advance(kNoon + 300ms);
  EXPECT_EQ(due.count, 3);
  EXPECT_EQ(due[0], kNoon + 100ms);
  EXPECT_EQ(due[1], kNoon + 200ms);
  EXPECT_EQ(due[2], kNoon + 300ms);
  MinuteClock daily(24h);
  daily.advance(kNoon);
  EXPECT_EQ(daily.advance(kNoon + 12h).count, 1);
  EXPECT_EQ(daily.next_boundary(), kNoon + 36h);
}

TEST(MinuteClock, GivesADayOfShortIntervalsAfterAStall) {
  MinuteClock clock(1s);
  clock.advance(kNoon);
  const DueBoundaries due = clock.advance(kNoon + 72h);
  EXPECT_EQ(due.count, 1 + 86'400);
  EXPECT_EQ(due.skipped, 2 * 86'400 - 1);
  EXPECT_EQ(due[0], kNoon + 1s);
  EXPECT_EQ(due[1], kNoon + 48h + 1s);
  EXPECT_EQ(due[due.count - 1], kNoon + 72h);
}

}  // namespace
}  // namespace acts
