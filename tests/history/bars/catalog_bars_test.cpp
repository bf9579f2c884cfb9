#include "history/bars/catalog_bars.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "acts/base/time.hpp"

#include "history/import/importer_fixture.hpp"
#include "history/table/row_text.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::Catalog;
using test::market;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Bars as texts, or what went wrong.
struct Made {
  std::vector<std::vector<std::string>> rows;
  BarFacts facts;
  Error error{ErrorCode::kUsage, ""};
};
Made make(const Catalog& catalog, const BarRequest& request) {
  Made made;
  const auto duck = Duck::open({.temp_directory = ""}).value();
  const auto files = current_files(read_manifests(real_file_ops(), catalog.paths()).value());
  auto bars = CatalogBars::open(*duck, catalog.paths(), files, request);
  if (!bars) {
    made.error = bars.error();
    return made;
  }
  Row row;
  std::vector<std::optional<std::string>> texts;
  for (;;) {
    const Result<bool> there = bars->next(row);
    if (!there) {
      made.error = there.error();
      return made;
    }
    if (!*there) break;
    row_texts(bar_kind(), row, texts);
    std::vector<std::string>& cells = made.rows.emplace_back();
    for (const auto& text : texts) cells.push_back(text.value_or(""));
  }
  made.facts = bars->facts();
  return made;
}

BarRequest time_bars(const std::string& symbol, const std::string& source, const std::string& interval) {
  return {.venue = "binance-spot", .symbol = symbol, .kind = "klines", .source_interval = source, .size = interval};
}

std::string without_zeros(std::string text) {
  while (text.contains('.') && (text.back() == '0' || text.back() == '.')) {
    const bool is_point = text.back() == '.';
    text.pop_back();
    if (is_point) break;
  }
  return text;
}

// The archive's minutes come to the days that another source has of the same exchange, to the last digit.
TEST(CatalogBars, MakesTheDaysThatAnotherSourceHas) {
  Catalog catalog;
  for (const char* day : {"01", "02"}) {
    ASSERT_TRUE(
        catalog.import(testdata(fmt::format("vision/zip/BTCUSDT-1m-2020-01-{}.zip", day)), market("binance-spot")));
  }
  const Made made = make(catalog, time_bars("BTCUSDT", "1m", "1d"));
  std::ifstream days(testdata("vision/binance_btcusdt_day_2020.csv"));
  std::string line;
  std::getline(days, line);
  ASSERT_EQ(line, "datetime,open,high,low,close,volume");
  ASSERT_EQ(made.rows.size(), 2U);
  for (const auto& row : made.rows) {
    ASSERT_TRUE(std::getline(days, line));
    std::istringstream cells(line);
    std::string cell;
    std::getline(cells, cell, ',');
    EXPECT_EQ(row[kBarOpenTime].substr(0, 10), cell.substr(0, 10));
    for (const BarColumn column : {kBarOpen, kBarHigh, kBarLow, kBarClose, kBarVolume}) {
      std::getline(cells, cell, ',');
      EXPECT_EQ(row[column], without_zeros(cell)) << line;
    }
    EXPECT_EQ(row[kBarRows], "1440");
    EXPECT_EQ(row[kBarMissing], "0");
    EXPECT_EQ(row[kBarIsOpen], "false");
  }
}

// The two outages of that quarter: hours that are missing stay missing.
TEST(CatalogBars, LeavesTheOutagesOfTheExchangeAsTheyAre) {
  Catalog catalog;
  for (const char* month : {"1", "2", "3"}) {
    ASSERT_TRUE(catalog.import(testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-2021-0{}.csv", month)),
                               market("binance-spot")));
  }
  const Made days = make(catalog, time_bars("BTCUSDT", "1h", "1d"));
  ASSERT_EQ(days.rows.size(), 90U);
  std::vector<std::string> torn;
  for (const auto& row : days.rows) {
    if (row[kBarMissing] != "0") torn.push_back(row[kBarOpenTime].substr(0, 10) + " " + row[kBarMissing]);
  }
  EXPECT_THAT(torn, ElementsAre("2021-02-11 1", "2021-03-06 1"));
  BarRequest hours = time_bars("BTCUSDT", "1h", "1h");
  hours.period = {.from = parse_iso8601("2021-02-11T02:00")->value / 1000,
                  .to = parse_iso8601("2021-02-11T06:00")->value / 1000};
  EXPECT_EQ(make(catalog, hours).rows.size(), 3U);
  hours.fill = true;
  const Made filled = make(catalog, hours);
  ASSERT_EQ(filled.rows.size(), 4U);
  EXPECT_EQ(filled.rows[2][kBarOpenTime], "2021-02-11T04:00:00.000Z");
  EXPECT_EQ(filled.rows[2][kBarIsFilled], "true");
  EXPECT_EQ(filled.rows[2][kBarOpen], filled.rows[1][kBarClose]);
  // The candle before it was cut by the outage.
  EXPECT_EQ(filled.rows[1][kBarCloseTime], "2021-02-11T03:40:54.773Z");
}

TEST(CatalogBars, ReadsDaysOfBothFormsAsOne) {
  Catalog catalog;
  const std::string first = "1,0.00000987,3,1,1,1735689600000,true\n2,0.00000988,4,2,3,1735689601000,false\n";
  const std::string second = "4,0.000009872345,5,4,4,1735776000000,true\n";
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2025-01.csv", first + second), market("binance-spot")));
  BarRequest request{.venue = "binance-spot", .symbol = "X", .kind = "agg_trades", .source_interval = "1m"};
  request.shape = BarShape::kSize;
  request.size = "3";
  const Made made = make(catalog, request);
  ASSERT_EQ(made.rows.size(), 1U) << made.error.message;
  EXPECT_EQ(made.rows[0][kBarHigh], "0.00000988");
  EXPECT_EQ(made.rows[0][kBarLow], "0.00000987");
  EXPECT_EQ(made.rows[0][kBarClose], "0.000009872345");
  EXPECT_EQ(made.rows[0][kBarTrades], "4");
  EXPECT_EQ(made.rows[0][kBarMissing], "1");
  EXPECT_EQ(made.rows[0][kBarTakerBuyVolume], "4");
}

BarRequest agg_trade_bars(const std::string& trades) {
  return {.venue = "binance-spot", .symbol = "X", .kind = "agg_trades", .shape = BarShape::kSize, .size = trades};
}

// Of two days, and one where the first day's last ids lie within the second's.
TEST(CatalogBars, ReadDaysWhoseIdsOverlapByThem) {
  Catalog catalog;
  const std::string first = "10,1.5,2,20,20,1709251198000,true,true\n12,1.7,2,22,22,1709251199999,true,true\n";
  const std::string second =
      "11,1.6,2,21,21,1709251200001,true,true\n13,1.8,2,23,23,1709251201000,true,true\n"
      "15,2.123456789,2,25,25,1709337599000,true,true\n";
  const std::string third = "14,1.9,2,24,24,1709337600000,true,true\n16,2.0,2,26,26,1709337601000,true,true\n";
  for (const auto& [day, text] : {std::pair("02-29", first), std::pair("03-01", second), std::pair("03-02", third)}) {
    ASSERT_TRUE(
        catalog.import(catalog.dir.write(fmt::format("X-aggTrades-2024-{}.csv", day), text), market("binance-spot")));
  }
  const Made made = make(catalog, agg_trade_bars("1"));
  ASSERT_EQ(made.rows.size(), 7U) << made.error.message;
  std::vector<std::string> ids;
  for (const auto& row : made.rows) ids.push_back(row[kBarFirstId]);
  EXPECT_THAT(ids, ElementsAre("10", "11", "12", "13", "14", "15", "16"));
  EXPECT_EQ(made.rows[5][kBarClose], "2.123456789");
  EXPECT_EQ(made.facts.missing, 0U);
}

// Bars over ids that begin anew would be in no order of time.
TEST(CatalogBars, RefuseDaysWhoseIdsBeginAnew) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2024-02-29.csv",
                                               "10,1.5,2,20,20,1709200000000,true,true\n"
                                               "12,1.7,2,22,22,1709251199999,true,true\n"),
                             market("binance-spot")));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2024-03-01.csv", "1,1.6,2,21,21,1709251200001,true,true\n"),
                             market("binance-spot")));
  const Made made = make(catalog, agg_trade_bars("1"));
  EXPECT_EQ(
      made.error.message,
      "agg_trade_id 10 of 2024-02-29 lies more than an hour before a lower one (where ids begin anew, ask for the "
      "days before and those from there on each by itself): acts catalog verify says what is wrong");
}

TEST(CatalogBars, SaysWhatCannotBeMade) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"), market("binance-spot")));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2025-01.csv", "1,2,3,1,1,1735689600000,true\n"),
                             market("binance-coinm")));
  const auto error = [&catalog](BarRequest request, BarShape shape = BarShape::kTime) {
    request.shape = shape;
    const Made made = make(catalog, request);
    EXPECT_EQ(made.error.code, ErrorCode::kUsage);
    EXPECT_TRUE(made.rows.empty());
    return made.error.message;
  };
  EXPECT_THAT(error(time_bars("BTCUSDT", "1m", "1h")), HasSubstr("none of 1m, but of 1h: give --source-interval"));
  EXPECT_THAT(error(time_bars("ETHUSDT", "1h", "1h")), HasSubstr("acts catalog ls"));
  EXPECT_THAT(error(time_bars("BTCUSDT", "1h", "90m")), HasSubstr("cannot be made of whole candles of 1h"));
  EXPECT_THAT(error(time_bars("BTCUSDT", "1h", "1y")), HasSubstr("'1y' is no interval"));
  EXPECT_THAT(error(time_bars("BTCUSDT", "1h", "100"), BarShape::kSize), HasSubstr("take agg_trades or trades"));
  BarRequest request = time_bars("BTCUSDT", "1h", "1d");
  request.origin = "recording";
  EXPECT_THAT(error(request), HasSubstr("the catalog has it of archive: give --origin"));
  request = {.venue = "binance-coinm", .symbol = "X", .kind = "funding", .source_interval = "1m", .size = "5"};
  EXPECT_THAT(error(request), HasSubstr("no bars are made of 'funding'"));
  request.kind = "agg_trades";
  request.measure = BarMeasure::kDollar;
  EXPECT_THAT(error(request, BarShape::kSize), HasSubstr("take volume bars"));
  request.measure = BarMeasure::kTick;
  request.size = "0.5";
  EXPECT_THAT(error(request, BarShape::kSize), HasSubstr("'0.5' has more than 0 decimals"));
  EXPECT_THAT(error(request, BarShape::kImbalance), HasSubstr("is no number of trades"));
  request.fill = true;
  EXPECT_THAT(error(request, BarShape::kSize), HasSubstr("only bars of time can be filled"));
}

}  // namespace
}  // namespace acts::history
