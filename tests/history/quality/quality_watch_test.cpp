#include "history/quality/quality_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "history/quality/rows.hpp"

namespace acts::history {
namespace {

using test::candle;
using test::kHourMicros;
using test::kOne;
using test::kSecondMicros;
using test::micros;
using test::set_of;
using test::trade;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Texts = std::vector<std::string>;

// What is found in rows that are handed over day by day.
Texts findings(const DataSet& set, const std::vector<std::vector<Row>>& days) {
  Texts texts;
  QualityWatch watch(set, [&texts](const Finding& finding) { texts.push_back(test::text_of(finding)); });
  for (const std::vector<Row>& day : days) {
    for (const Row& row : day) watch.look(row);
    watch.end_day();
  }
  watch.finish();
  return texts;
}

const std::int64_t kDay = micros("2024-05-01T00:00:00Z");
const DataSet kHours = set_of("klines", "1h");
const DataSet kTrades = set_of("trades");

std::vector<Row> hours(std::int64_t first, int count) {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) rows.push_back(candle(first + i * kHourMicros, kHourMicros));
  return rows;
}

TEST(QualityWatch, FindsNothingInSoundRows) {
  EXPECT_THAT(findings(kHours, {hours(kDay, 24), hours(kDay + 24 * kHourMicros, 24)}), IsEmpty());
  EXPECT_THAT(findings(kTrades, {{trade(1, kDay), trade(2, kDay), trade(3, kDay + 1000)}}), IsEmpty());
}

TEST(QualityWatch, TellsMissingCandlesAlsoOverDays) {
  auto day = hours(kDay, 24);
  day.erase(day.begin() + 3, day.begin() + 5);
  EXPECT_THAT(findings(kHours, {day, hours(kDay + 26 * kHourMicros, 22)}),
              ElementsAre("gap 2 2024-05-01T03:00:00.000Z 2024-05-01T04:00:00.000Z",
                          "gap 2 2024-05-02T00:00:00.000Z 2024-05-02T01:00:00.000Z"));
}

TEST(QualityWatch, TellsAnOutageOfTheExchangeFromAHole) {
  const std::int64_t day = micros("2021-02-11T00:00:00Z");
  auto rows = hours(day, 24);
  rows[3].values[6] = micros("2021-02-11T03:40:54.773Z");
  rows[3].values[5] = 0;
  rows[3].values[9] = 0;
  rows.erase(rows.begin() + 10);
  rows.erase(rows.begin() + 4);
  EXPECT_THAT(
      findings(kHours, {rows}),
      ElementsAre("gap 1 2021-02-11T04:00:00.000Z outage", "gap 1 2021-02-11T10:00:00.000Z",
                  "zero_volume 1 2021-02-11T03:00:00.000Z outage", "early_close 1 2021-02-11T03:00:00.000Z outage"));
  // The same hole at another venue is nobody's outage.
  DataSet other = kHours;
  other.venue = "binance-usdm";
  EXPECT_EQ(findings(other, {rows}).front(), "gap 1 2021-02-11T04:00:00.000Z");
}

TEST(QualityWatch, TellsCandlesThatAreOddOnceADay) {
  auto rows = hours(kDay, 24);
  for (const std::size_t i : {3U, 7U}) {
    for (const std::size_t column : {1U, 2U, 3U, 4U}) rows[i].values[column] = 100 * kOne;
  }
  rows[5].values[6] -= 60 * kSecondMicros;
  rows[9].values[5] = 0;
  rows[9].values[9] = 0;
  EXPECT_THAT(findings(kHours, {rows}), ElementsAre("zero_volume 1 2024-05-01T09:00:00.000Z",
                                                    "flat 2 2024-05-01T03:00:00.000Z 2024-05-01T07:00:00.000Z",
                                                    "early_close 1 2024-05-01T05:00:00.000Z"));
}

TEST(QualityWatch, TellsCandlesThatContradictThemselves) {
  auto rows = hours(kDay, 6);
  rows[0].values[2] = 98 * kOne;              // high
  rows[1].values[3] = 100 * kOne + kOne / 2;  // low
  rows[2].values[9] = 11 * kOne;
  rows[3].values[6] += kHourMicros;
  rows[4].values[0] += kSecondMicros;
  rows[4].values[6] = rows[4].values[0] + 1;
  const Texts found = findings(kHours, {rows});
  ASSERT_THAT(found, SizeIs(6));
  EXPECT_EQ(found[0], "contradiction 1 2024-05-01T00:00:00.000Z high 98 is below open 100");
  EXPECT_EQ(found[1], "contradiction 1 2024-05-01T01:00:00.000Z low 100.5 is above open 100");
  EXPECT_EQ(found[2], "contradiction 1 2024-05-01T02:00:00.000Z taker_buy_volume 11 is above volume 10");
  EXPECT_EQ(found[3], "contradiction 1 2024-05-01T03:00:00.000Z close_time is not within the candle");
  EXPECT_EQ(found[4], "contradiction 1 2024-05-01T04:00:01.000Z open_time is not a multiple of 1h");
  EXPECT_EQ(found[5], "early_close 1 2024-05-01T04:00:01.000Z");
}

TEST(QualityWatch, TellsIdsThatAreMissingRepeatedOrGoBack) {
  const std::int64_t next = kDay + 24 * kHourMicros;
  EXPECT_THAT(findings(kTrades, {{trade(5, kDay), trade(6, kDay + 1000), trade(10, kDay + 3000)},
                                 {trade(10, next), trade(8, next), trade(11, next)}}),
              ElementsAre("gap 3 2024-05-01T00:00:00.001Z 2024-05-01T00:00:00.003Z trade_id 7 to 9",
                          "repeated 1 2024-05-02T00:00:00.000Z trade_id 10 behind 10",
                          "step_back 1 2024-05-02T00:00:00.000Z trade_id 8 behind 10"));
}

TEST(QualityWatch, TellsATimeThatGoesBack) {
  EXPECT_THAT(findings(kTrades, {{trade(5, kDay + 2000), trade(6, kDay)}}),
              ElementsAre("step_back 1 2024-05-01T00:00:00.000Z ts_event is 2000 us before that of the row before"));
}

// Binance's insurance fund trades like this: a real one is 548331095 of TRXUSDT on 2025-03-04.
TEST(QualityWatch, TellsTradesOutsideTheMarketAndTakesThemForNoOutlier) {
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) rows.push_back(trade(i, kDay + i * kSecondMicros));
  rows[50].values[2] = 0;
  rows[50].values[3] = 0;
  EXPECT_THAT(findings(kTrades, {rows}), ElementsAre("zero_price 1 2024-05-01T00:00:50.000Z"));
}

TEST(QualityWatch, TellsAPriceFarFromItsNeighbours) {
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) rows.push_back(trade(i, kDay + i * kSecondMicros, 100 * kOne + (i % 3) * kOne / 100));
  rows[40].values[2] = 93 * kOne + kOne / 2;
  EXPECT_THAT(findings(kTrades, {rows}),
              ElementsAre("outlier 1 2024-05-01T00:00:40.000Z price 93.5, the median of its neighbours is 100.01"));
}

TEST(QualityWatch, TellsWhereTheUnitOfTimesChanges) {
  const std::int64_t day = micros("2024-12-31T00:00:00Z");
  const std::int64_t next = day + 24 * kHourMicros;
  EXPECT_THAT(findings(kTrades, {{trade(1, day + 1000)}, {trade(2, next + 1001), trade(3, next + 2000)}}),
              ElementsAre("unit_change 1 2025-01-01T00:00:00.001Z times in milliseconds up to here, in "
                          "microseconds from here on"));
}

TEST(QualityWatch, JoinsNothingOverAFileThatCannotBeRead) {
  Texts texts;
  QualityWatch watch(kTrades, [&texts](const Finding& finding) { texts.push_back(test::text_of(finding)); });
  watch.look(trade(1, kDay));
  watch.interrupt();
  watch.look(trade(9, kDay - 1));
  watch.end_day();
  watch.finish();
  EXPECT_THAT(texts, IsEmpty());
}

TEST(QualityWatch, TellsFundingThatIsMissing) {
  std::vector<Row> rows;
  for (const int hour : {0, 8, 16, 32}) {
    Row row;
    row.values[0] = kDay + hour * kHourMicros + (hour % 3) * 1000;
    row.values[1] = 8;
    rows.push_back(row);
  }
  EXPECT_THAT(findings(set_of("funding"), {rows}), ElementsAre("gap 1 2024-05-02T00:00:00.001Z"));
}

TEST(QualityWatch, TellsACrossedTicker) {
  static const Kind kTickers{.name = "book_ticker",
                             .meaning = "",
                             .columns = {{"update_id", CellType::kInteger, false, false, ""},
                                         {"ts_event", CellType::kTime, false, false, ""},
                                         {"bid_price", CellType::kPrice, false, false, ""},
                                         {"ask_price", CellType::kPrice, false, false, ""}},
                             .time_column = 1};
  DataSet set = kTrades;
  set.kind = &kTickers;
  std::vector<Row> rows;
  for (const auto& [bid, ask] : {std::pair{5, 6}, std::pair{6, 6}, std::pair{5, 0}, std::pair{7, 6}}) {
    Row row;
    row.values[0] = 10 * static_cast<int>(rows.size());
    row.values[1] = kDay;
    row.values[2] = bid * kOne;
    row.values[3] = ask * kOne;
    rows.push_back(row);
  }
  EXPECT_THAT(findings(set, {rows}), ElementsAre("crossed 1 2024-05-01T00:00:00.000Z bid 6, ask 6",
                                                 "crossed 1 2024-05-01T00:00:00.000Z bid 7, ask 6"));
}

TEST(DayFindings, TellsFaultsOneByOneUpToALimitAndTheOthersInOneLine) {
  Texts texts;
  DayFindings findings([&texts](const Finding& finding) { texts.push_back(test::text_of(finding)); });
  constexpr std::int64_t kMany = static_cast<std::int64_t>(DayFindings::kMostADay) + 5;
  for (std::int64_t i = 0; i < kMany; ++i) {
    findings.add({.kind = FindingKind::kGap, .first = i * kSecondMicros, .last = i * kSecondMicros, .count = 2});
  }
  EXPECT_THAT(texts, SizeIs(DayFindings::kMostADay));
  findings.end_day();
  ASSERT_THAT(texts, SizeIs(DayFindings::kMostADay + 1));
  EXPECT_EQ(texts.back(), "gap 10 1970-01-01T00:16:40.000Z 1970-01-01T00:16:44.000Z 5 more places");
  findings.add({.kind = FindingKind::kGap});
  EXPECT_EQ(texts.back(), "gap 1 1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace acts::history
