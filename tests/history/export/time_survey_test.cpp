#include "history/export/time_survey.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace acts::history {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Messages a second apart and 10 ms on their way, the first `early` of which seem to be received 30 s before.
TimeSurvey survey_of(std::int64_t messages, std::int64_t early, std::int64_t latency = 10'000'000) {
  TimeSurvey survey;
  for (std::int64_t i = 0; i < messages; ++i) {
    const std::int64_t exch = (1000 + i) * kSecond;
    survey.add({.exch_ts = exch, .local_ts = exch + latency - (i < early ? 30 * kSecond : 0)});
  }
  return survey;
}

TEST(TimeSurvey, TellsOnHowFewMessagesAShiftRests) {
  const TimeSurvey::Shifts shifts = survey_of(200, 3, -20'000'000).shifts();
  EXPECT_EQ(shifts.few, 3U);
  EXPECT_EQ(shifts.all, Nanos{30 * kSecond + 20'000'000});
  EXPECT_EQ(shifts.without_few, Nanos{20'000'000});
}

TEST(TimeSurvey, TakesMoreThanOneInTwentyForASlowClock) {
  EXPECT_EQ(survey_of(200, 10).shifts().few, 10U);
  const TimeSurvey::Shifts shifts = survey_of(200, 11).shifts();
  EXPECT_EQ(shifts.few, 0U);
  EXPECT_EQ(shifts.all, shifts.without_few);
  EXPECT_EQ(shifts.all, Nanos{30 * kSecond - 10'000'000});
}

TEST(TimeSurvey, NeedsNoShiftWhereNothingIsEarly) {
  const TimeSurvey::Shifts shifts = survey_of(200, 0).shifts();
  EXPECT_EQ(shifts.few, 0U);
  EXPECT_EQ(shifts.all, Nanos{0});
  EXPECT_EQ(TimeSurvey().shifts().all, Nanos{0});
  EXPECT_EQ(TimeSurvey().messages(), 0U);
}

TEST(TimeSurvey, CountsEventsOfTheSameTimesAsOneMessage) {
  TimeSurvey survey;
  survey.add({.exch_ts = 100 * kSecond, .local_ts = 101 * kSecond});
  survey.add({.exch_ts = 100 * kSecond, .local_ts = 101 * kSecond});
  survey.add({.exch_ts = 97 * kSecond, .local_ts = 98 * kSecond});
  survey.add({.exch_ts = 97 * kSecond, .local_ts = 98 * kSecond});
  EXPECT_EQ(survey.measure().events(), 4U);
  EXPECT_EQ(survey.messages(), 2U);
  EXPECT_EQ(survey.venue_steps().messages, 1U);
  EXPECT_EQ(survey.local_steps().messages, 1U);
  EXPECT_EQ(survey.local_steps().most, Nanos{3 * kSecond});
  EXPECT_EQ(survey.first_local(), UnixNanos{98 * kSecond});
  EXPECT_EQ(survey.last_local(), UnixNanos{101 * kSecond});
}

TEST(TimeSurvey, TellsForWhichClockThereAreEvents) {
  TimeSurvey survey;
  survey.add({.exch_ts = 2 * kSecond, .local_ts = 2 * kSecond, .is_for_venue = false});
  survey.add({.exch_ts = 1 * kSecond, .local_ts = 1 * kSecond, .is_for_venue = false});
  EXPECT_FALSE(survey.has_venue());
  EXPECT_TRUE(survey.has_local());
  EXPECT_EQ(survey.venue_steps().messages, 0U);
  EXPECT_EQ(survey.local_steps().messages, 1U);
}

}  // namespace
}  // namespace acts::history
