#include "report/axis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace acts::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> texts;
  for (const Tick& tick : ticks) texts.push_back(tick.label);
  return texts;
}

TEST(NumberTicks, AreRound) {
  EXPECT_THAT(labels(number_ticks(0, 10, 6)), ElementsAre("0", "2", "4", "6", "8", "10"));
  EXPECT_THAT(labels(number_ticks(61985.2, 62014.9, 6)), ElementsAre("61990", "62000", "62010"));
  EXPECT_THAT(labels(number_ticks(-0.012, 0.03, 5)), ElementsAre("0.00", "0.02"));
  EXPECT_THAT(labels(number_ticks(1e-8, 5e-8, 5)),
              ElementsAre("0.00000001", "0.00000002", "0.00000003", "0.00000004", "0.00000005"));
}

TEST(NumberTicks, AreWithinAnyLimits) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-320, 307);
  for (int i = 0; i < 20'000; ++i) {
    const double a = std::pow(10.0, exponent(random)) * (random() % 2 == 0 ? 1 : -1);
    const double b = std::pow(10.0, exponent(random)) * (random() % 2 == 0 ? 1 : -1);
    const double low = std::min(a, b);
    const double high = random() % 10 == 0 ? low : std::max(a, b);
    const auto ticks = number_ticks(low, high, 8);
    ASSERT_LE(ticks.size(), 8U) << low << " " << high;
    const double rounding = low == high ? 1e-6 * std::max(std::abs(low), 1.0) : (std::abs(low) + std::abs(high)) * 1e-6;
    for (const Tick& tick : ticks) {
      ASSERT_LE(tick.value, high + rounding);
      ASSERT_GE(tick.value, low - rounding);
    }
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(number_ticks(0, kInfinity, 5), IsEmpty());
  EXPECT_THAT(number_ticks(std::nan(""), 1, 5), IsEmpty());
  EXPECT_THAT(number_ticks(2, 1, 5), IsEmpty());
}

TEST(TimeTicks, AreWholeMinutesHoursDaysAndMonths) {
  constexpr double kNoon = 1'709'294'400;  // 2024-03-01T12:00
  EXPECT_THAT(labels(time_ticks(kNoon, kNoon + 3600, 5)), ElementsAre("12:00", "12:15", "12:30", "12:45", "13:00"));
  EXPECT_THAT(labels(time_ticks(kNoon, kNoon + 86'400, 5)),
              ElementsAre("12:00", "18:00", "2024-03-02", "06:00", "12:00"));
  EXPECT_THAT(labels(time_ticks(kNoon, kNoon + 20, 5)),
              ElementsAre("12:00:00", "12:00:05", "12:00:10", "12:00:15", "12:00:20"));
  EXPECT_THAT(labels(time_ticks(kNoon, kNoon + 400 * 86'400.0, 5)),
              ElementsAre("2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01"));
  EXPECT_THAT(labels(time_ticks(-86'400, 86'400, 4)), ElementsAre("1969-12-31", "1970-01-01", "1970-01-02"));
  EXPECT_THAT(time_ticks(0, 1e18, 5), IsEmpty());
}

}  // namespace
}  // namespace acts::report
