#include "acts/base/time.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace acts {
namespace {

using namespace std::chrono_literals;

TEST(Iso8601, PrintsMillisecondsInUtc) {
  EXPECT_EQ(to_iso8601({1'723'161'300'000'000'000}), "2024-08-08T23:55:00.000Z");
  EXPECT_EQ(to_iso8601({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_iso8601({std::numeric_limits<std::int64_t>::min()}), "1677-09-21T00:12:43.145Z");
  EXPECT_EQ(to_iso8601({std::numeric_limits<std::int64_t>::max()}), "2262-04-11T23:47:16.854Z");
}

TEST(Iso8601, ReadsWhatItPrintsAndShorterForms) {
  for (const char* text : {"2024-08-08T23:55:00.000Z", "2024-08-08T23:55", "2024-08-08 23:55:00"}) {
    EXPECT_EQ(parse_iso8601(text).value().value, 1'723'161'300'000'000'000) << text;
  }
  EXPECT_EQ(parse_iso8601("1970-01-02")->value, 86'400'000'000'000);
  EXPECT_EQ(parse_iso8601("1970-01-01T00:00:00.000000001Z")->value, 1);
}

TEST(Iso8601, RefusesImpossibleTimes) {
  for (const char* text : {"2024-02-30", "2024-13-01", "2024-01-01T24:00", "2024-01-01T10", "24-01-01",
                           "2024-01-01T00:00:00+01:00", "2300-01-01", ""}) {
    EXPECT_FALSE(parse_iso8601(text).has_value()) << text;
  }
}

TEST(Duration, ReadsNumberAndUnit) {
  EXPECT_EQ(parse_duration("250ms").value(), 250ms);
  EXPECT_EQ(parse_duration("1d").value(), 24h);
  EXPECT_EQ(parse_duration("0").value(), 0s);
  for (const char* text : {"", "5", "ms", "-1s", "1.5s", "1 s", "1w", "999999999999d"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

// An interval behind a time, and another one behind that, are times: engines and strategies add them unasked.
TEST(Duration, IsNoLongerThanWhatCanBeAddedToATime) {
  const Nanos most = parse_duration("36500d").value();
  EXPECT_EQ(parse_duration("36501d").error().message, "'36501d' is too long: 36500d at most");
  EXPECT_EQ(parse_duration("99999999999999999999s").error().message,
            "'99999999999999999999s' is too long: 36500d at most");
  EXPECT_TRUE(parse_duration("-99999999999999999999s").error().message.contains("is not a duration"));
  EXPECT_FALSE(parse_duration("9223372036854775807ns").has_value());
  const UnixNanos today = parse_iso8601("2026-11-27").value();
  EXPECT_LT(most.count(), (INT64_MAX - today.value) / 2);
}

TEST(Duration, PrintsTheLargestUnitThatDivides) {
  EXPECT_EQ(to_string(Nanos{90s}), "90s");
  EXPECT_EQ(to_string(Nanos{120s}), "2m");
  EXPECT_EQ(to_string(Nanos{0}), "0s");
}

TEST(FloorTo, HandlesTimesBeforeTheEpoch) {
  EXPECT_EQ(floor_to({-1}, kMinute).value, -60'000'000'000);
  EXPECT_EQ(next_multiple({0}, kMinute).value, 60'000'000'000);
  EXPECT_EQ(to_unix_millis({-1}), -1);
}

}  // namespace
}  // namespace acts
