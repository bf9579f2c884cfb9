#include "collector/clock_offset.hpp"

#include <gtest/gtest.h>

namespace acts::collector {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kSent{1'000'000'000'000};

TEST(ClockOffset, IsUnknownBeforeTheFirstAnswer) {
  const ClockOffset clock;
  EXPECT_FALSE(clock.offset());
  EXPECT_FALSE(clock.measured_at());
  EXPECT_FALSE(clock.is_beyond(0s));
}

TEST(ClockOffset, TakesTheMiddleOfTheRoundTrip) {
  ClockOffset clock;
  clock.on_answer(kSent, kSent + 200ms, kSent + 100ms + 3s);
  EXPECT_EQ(clock.offset(), 3s);
  EXPECT_EQ(clock.uncertainty(), 101ms);
  EXPECT_EQ(clock.measured_at(), kSent + 200ms);
  clock.on_answer(kSent, kSent + 20ms, kSent + 10ms - 2s);
  EXPECT_EQ(clock.offset(), -2s);
}

TEST(ClockOffset, BlamesTheClockOnlyForWhatTheWayCannotExplain) {
  ClockOffset clock;
  clock.on_answer(kSent, kSent + 4s, kSent + 2s + 1500ms);
  EXPECT_FALSE(clock.is_beyond(1s));
  clock.on_answer(kSent, kSent + 100ms, kSent + 50ms + 1500ms);
  EXPECT_TRUE(clock.is_beyond(1s));
  clock.on_answer(kSent, kSent + 100ms, kSent + 50ms - 1500ms);
  EXPECT_TRUE(clock.is_beyond(1s));
}

TEST(ClockOffset, TakesAnAnswerBeforeItsQuestionForAnInstant) {
  ClockOffset clock;
  clock.on_answer(kSent, kSent - 1s, kSent + 5s);
  EXPECT_EQ(clock.offset(), 5s);
}

}  // namespace
}  // namespace acts::collector
