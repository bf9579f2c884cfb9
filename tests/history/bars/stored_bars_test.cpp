#include "history/bars/stored_bars.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::Catalog;
using test::market;
using ::testing::HasSubstr;

class StoredBarsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* day : {"01", "02"}) {
      ASSERT_EQ(
          catalog_.error(testdata(fmt::format("vision/zip/BTCUSDT-1m-2020-01-{}.zip", day)), market("binance-spot")),
          "");
    }
  }
  static BarRequest hours() {
    return {.venue = "binance-spot", .symbol = "BTCUSDT", .kind = "klines", .source_interval = "1m", .size = "1h"};
  }
  Result<ImportOutcome> store(const BarRequest& request) {
    auto importer = Importer::open(real_file_ops(), catalog_.dir.string());
    if (!importer) return std::unexpected(importer.error());
    const auto duck = Duck::open({.temp_directory = ""}).value();
    const std::vector<CatalogFile> files = importer->files();
    const auto bars = StoredBars::open(*duck, importer->paths(), files, request);
    if (!bars) return std::unexpected(bars.error());
    return importer->import_made(
        {.name = (*bars)->name(), .sha256 = (*bars)->sha256(), .source = bars->get(), .code = "acts test"});
  }

  Catalog catalog_;
};

TEST_F(StoredBarsTest, AreCandlesOfTheCatalog) {
  const auto outcome = store(hours());
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.source_name, "bars 1h of binance-spot BTCUSDT klines 1m");
  const std::string rows = catalog_.rows("klines");
  EXPECT_EQ(catalog_.one("SELECT count(*) FROM " + rows + " WHERE origin = 'bars' AND interval = '1h'"), "48");
  EXPECT_EQ(
      catalog_.one("WITH m AS (SELECT date_trunc('hour', open_time) AS t, arg_min(open, open_time) AS o, max(high) AS "
                   "h, min(low) AS l, arg_max(close, open_time) AS c, sum(volume) AS v, sum(trades) AS n FROM " +
                   rows + " WHERE origin = 'archive' GROUP BY 1) SELECT count(*) FROM m JOIN " + rows +
                   " AS k ON k.open_time = m.t AND k.origin = 'bars' WHERE (m.o, m.h, m.l, m.c, m.v, m.n) = (k.open, "
                   "k.high, k.low, k.close, k.volume, k.trades)"),
      "48");
  const CatalogCheck check = catalog_.verify();
  EXPECT_TRUE(check.problems.empty());
  EXPECT_EQ(check.faults, 0U);
}

TEST_F(StoredBarsTest, AreWithoutTheOneThatMayStillChange) {
  BarRequest request = hours();
  request.period.to = 1'578'007'800'000'000;  // 2020-01-02 23:30
  const auto outcome = store(request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.facts.rows, 47U);
}

TEST_F(StoredBarsTest, AreThereOnceForWhatTheyAreMadeOf) {
  ASSERT_TRUE(store(hours()));
  const auto before = test::tree(catalog_.dir.string());
  const auto again = store(hours());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(test::tree(catalog_.dir.string()), before);
}

// Candles of six values: what they do not tell, their hours do not tell, so that nothing contradicts them.
TEST_F(StoredBarsTest, SayNothingThatTheirCandlesDoNotSay) {
  std::string json;
  for (std::int64_t i = 0; i < 12; ++i) {
    json += fmt::format("{}[{},1.5,9.0,1.0,4.5,2.5]", i == 0 ? "[" : ",", 1'609'459'200'000 + i * 300'000);
  }
  const SourceHints hints{.kind = "", .venue = "binance-spot", .symbol = "XUSDT", .interval = "5m"};
  ASSERT_EQ(catalog_.error(catalog_.dir.write("x.json", json + "]"), hints), "");
  BarRequest request = hours();
  request.symbol = "XUSDT";
  request.source_interval = "5m";
  const auto outcome = store(request);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(catalog_.one("SELECT concat_ws(' ', volume, close_time, quote_volume IS NULL, trades IS NULL, "
                         "taker_buy_volume IS NULL, taker_buy_quote_volume IS NULL) FROM " +
                         catalog_.rows("klines") + " WHERE origin = 'bars'"),
            "30.00000000 2021-01-01 00:59:59.999999 true true true true");
  const CatalogCheck check = catalog_.verify();
  EXPECT_TRUE(check.problems.empty());
  EXPECT_EQ(check.faults, 0U);
}

// The candles change, and change back: so do the bars.
TEST_F(StoredBarsTest, FollowTheirCandlesBack) {
  const SourceHints hints{.kind = "", .venue = "binance-spot", .symbol = "XUSDT", .interval = "5m"};
  BarRequest request = hours();
  request.symbol = "XUSDT";
  request.source_interval = "5m";
  for (const char* volume : {"2.5", "3", "2.5", "3"}) {
    std::string json;
    for (std::int64_t i = 0; i < 12; ++i) {
      json += fmt::format("{}[{},1.5,9.0,1.0,4.5,{}]", i == 0 ? "[" : ",", 1'609'459'200'000 + i * 300'000, volume);
    }
    const std::string path = catalog_.dir.write("x.json", json + "]");
    auto importer = Importer::open(real_file_ops(), catalog_.dir.string());
    ASSERT_TRUE(importer);
    ASSERT_TRUE(importer->import_file(
        {.path = path, .hints = hints, .max_bad_rows = 0, .code = "acts test", .replaces = true}));
    importer = std::unexpected(Error{ErrorCode::kCancelled, ""});  // gives the lock back
    const auto outcome = store(request);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_FALSE(outcome->was_there);
    EXPECT_EQ(catalog_.one("SELECT sum(volume) FROM " + catalog_.rows("klines") +
                           " WHERE origin = 'bars' AND symbol = 'XUSDT'"),
              fmt::format("{}.00000000", volume[0] == '2' ? 30 : 36));
  }
}

TEST_F(StoredBarsTest, AreNothingElseThanCandles) {
  const auto error = [this](const BarRequest& request) {
    const auto outcome = store(request);
    return outcome ? "" : outcome.error().message;
  };
  BarRequest request = hours();
  request.fill = true;
  EXPECT_THAT(error(request), HasSubstr("without --fill"));
  request = hours();
  request.size = "90m";
  EXPECT_THAT(error(request), HasSubstr("bars of 90m cannot be stored"));
  request = hours();
  request.symbol = "ETHUSDT";
  EXPECT_THAT(error(request), HasSubstr("the catalog has none"));
}

}  // namespace
}  // namespace acts::history
