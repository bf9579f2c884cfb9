#include "history/bars/bar_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "acts/base/time.hpp"

#include "history/bars/bar_rows.hpp"

namespace acts::history {
namespace {

using test::grid;
using ::testing::HasSubstr;

std::int64_t at(const char* time) { return parse_iso8601(time).value().value / 1000; }

// What bar a moment belongs to.
std::string bar_of(const char* interval, const char* time) {
  const std::int64_t begin = grid(interval).begin_of(at(time));
  const std::int64_t end = grid(interval).next(begin);
  EXPECT_LE(begin, at(time));
  EXPECT_GT(end, at(time));
  return to_iso8601({begin * 1000}).substr(0, 16) + " " + to_iso8601({end * 1000}).substr(0, 16);
}

TEST(TimeGrid, BeginsWhereTheVenuesCandlesDo) {
  EXPECT_EQ(bar_of("1h", "2021-03-06T02:59:59.999"), "2021-03-06T02:00 2021-03-06T03:00");
  EXPECT_EQ(bar_of("1h", "2021-03-06T03:00"), "2021-03-06T03:00 2021-03-06T04:00");
  EXPECT_EQ(bar_of("4h", "2021-03-06T23:00"), "2021-03-06T20:00 2021-03-07T00:00");
  EXPECT_EQ(bar_of("1w", "2021-03-06T12:00"), "2021-03-01T00:00 2021-03-08T00:00");
  EXPECT_EQ(bar_of("1w", "2021-03-08T00:00"), "2021-03-08T00:00 2021-03-15T00:00");
  EXPECT_EQ(bar_of("1mo", "2020-02-29T23:59"), "2020-02-01T00:00 2020-03-01T00:00");
  EXPECT_EQ(bar_of("3mo", "2020-12-31T00:00"), "2020-10-01T00:00 2021-01-01T00:00");
  EXPECT_EQ(bar_of("1mo", "1969-12-31T00:00"), "1969-12-01T00:00 1970-01-01T00:00");
  EXPECT_EQ(bar_of("1d", "1969-12-31T00:00"), "1969-12-31T00:00 1970-01-01T00:00");
}

TEST(TimeGrid, TakesIntervalsAndNothingElse) {
  for (const char* text : {"250ms", "1s", "90s", "7m", "1h", "36500d", "2w", "1200mo"}) {
    EXPECT_TRUE(TimeGrid::parse(text)) << text;
  }
  for (const char* text :
       {"", "h", "1", "0h", "-1h", "1.5h", "1y", "1 h", "36526d", "1201mo", "9999999999999999999s"}) {
    const auto parsed = TimeGrid::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kUsage);
  }
}

TEST(TimeGrid, KnowsWhichCandlesMakeItsBars) {
  constexpr std::int64_t kMinute = 60'000'000;
  EXPECT_TRUE(grid("1h").is_made_of(kMinute));
  EXPECT_TRUE(grid("90m").is_made_of(30 * kMinute));
  EXPECT_FALSE(grid("90s").is_made_of(kMinute));
  EXPECT_FALSE(grid("1m").is_made_of(60 * kMinute));
  EXPECT_TRUE(grid("1mo").is_made_of(24 * 60 * kMinute));
  EXPECT_FALSE(grid("1mo").is_made_of(7 * 24 * 60 * kMinute));
  EXPECT_TRUE(grid("3mo").is_made_of(0));
  EXPECT_FALSE(grid("1w").is_made_of(0));
}

TEST(SizedUnits, AreExactOrRefused) {
  EXPECT_EQ(sized_units(BarMeasure::kTick, "1000", 16).value(), 1000);
  EXPECT_EQ(sized_units(BarMeasure::kVolume, "0.00000001", 16).value(), 1);
  EXPECT_EQ(sized_units(BarMeasure::kDollar, "1.5", 16).value(), int128{15'000'000'000'000'000});
  for (const auto& [measure, text] :
       {std::pair{BarMeasure::kTick, "1.5"}, std::pair{BarMeasure::kVolume, "0.000000001"},
        std::pair{BarMeasure::kTick, "0"}, std::pair{BarMeasure::kTick, "-3"}, std::pair{BarMeasure::kTick, "x"},
        std::pair{BarMeasure::kDollar, "99999999999999999999999999999999999999"}}) {
    EXPECT_FALSE(sized_units(measure, text, 20)) << text;
  }
}

BarPart part(bool is_buy, std::int64_t volume) {
  BarPart part;
  part.is_buy = is_buy;
  part.volume = volume;
  part.value = volume * 7;
  return part;
}

// By hand, size 4, span 1: weights 1 (bars) and 2 / 5 (trades). Trades + + + - end the first bar: E[T] = 4, E[b] = 2 /
// 4, threshold 2. Then + (E[b] = 0.7), + (0.82): theta 2 >= 2 ends the second: E[T] = 2, threshold 1.64. Then -, -:
// theta -2, and so on.
TEST(ImbalanceRule, FollowsItsDefinition) {
  ImbalanceRule rule(BarMeasure::kTick, 4, 1);
  const std::vector<std::pair<bool, bool>> trades{{true, false}, {true, false}, {true, false},  {false, true},
                                                  {true, false}, {true, true},  {false, false}, {false, true}};
  std::vector<double> thresholds;
  for (const auto& [is_buy, ends] : trades) {
    const bool ended = rule.add(part(is_buy, 1)).value();
    EXPECT_EQ(ended, ends);
    if (ended) thresholds.push_back(rule.threshold().value());
  }
  ASSERT_EQ(thresholds.size(), 3U);
  EXPECT_DOUBLE_EQ(thresholds[0], 2.0);
  EXPECT_DOUBLE_EQ(thresholds[1], 2 * 0.82);
  // 0.82 -> 0.6 * 0.82 - 0.4 = 0.092 -> 0.6 * 0.092 - 0.4 = -0.3448; E[T] = 2.
  EXPECT_NEAR(thresholds[2], 2 * 0.3448, 1e-12);
}

// The definition once more, over all trades at once.
TEST(ImbalanceRule, EqualsANaiveModel) {
  for (const BarMeasure measure : {BarMeasure::kTick, BarMeasure::kVolume, BarMeasure::kDollar}) {
    std::mt19937_64 random(7);
    constexpr std::int64_t kRows = 50;
    constexpr std::int64_t kSpan = 5;
    ImbalanceRule rule(measure, kRows, kSpan);
    double bar_mean = kRows;
    double trade_mean = 0;
    double theta = 0;
    double threshold = 0;
    std::int64_t rows = 0;
    int bars = 0;
    for (int i = 0; i < 20'000; ++i) {
      const BarPart trade = part(random() % 100 < 55, static_cast<std::int64_t>(random() % 1000) + 1);
      const double size = measure == BarMeasure::kTick     ? 1.0
                          : measure == BarMeasure::kVolume ? static_cast<double>(trade.volume)
                                                           : static_cast<double>(trade.value);
      const double imbalance = trade.is_buy ? size : -size;
      theta += imbalance;
      ++rows;
      bool ends = false;
      if (bars == 0) {
        ends = rows == kRows;
        if (ends) trade_mean = theta / kRows;
      } else {
        trade_mean += 2.0 / (kSpan * kRows + 1) * (imbalance - trade_mean);
        ends = std::abs(theta) >= threshold && rows >= kRows / 10;
        if (ends) {
          bar_mean += 2.0 / (kSpan + 1) * (static_cast<double>(rows) - bar_mean);
          bar_mean = std::min(std::max(bar_mean, kRows / 10.0), kRows * 10.0);
        }
      }
      ASSERT_EQ(rule.add(trade).value(), ends) << i;
      if (!ends) continue;
      threshold = bar_mean * std::abs(trade_mean);
      theta = 0;
      rows = 0;
      ++bars;
    }
    EXPECT_GT(bars, 20);
  }
}

TEST(SizeRule, RefusesASumBeyondItsBits) {
  SizeRule rule(BarMeasure::kVolume, int128{1} << 126);
  BarPart large = part(true, 1);
  large.volume = (int128{1} << 126) - 1;
  EXPECT_FALSE(rule.add(large).value());
  large.volume = std::numeric_limits<std::int64_t>::max();
  large.volume = (int128{1} << 126) + ((int128{1} << 126) - 1);
  const auto refused = rule.add(large);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("too large"));
}

}  // namespace
}  // namespace acts::history
