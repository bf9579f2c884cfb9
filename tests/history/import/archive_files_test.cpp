// Real files of the exchange's archive, with all they are known to hold and to lack (testdata/SOURCES.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "acts/base/time.hpp"

#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::Catalog;
using test::market;
using ::testing::IsEmpty;

struct Source {
  const char* path;
  const char* venue;
  std::uint64_t rows;
  const char* first;
  const char* last;
  SourceFacts facts;  // rows aside
  const char* unit;
  bool has_header;
  bool checksum_verified;
};

const Source kSources[]{
    {"vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv",
     "binance-spot",
     744,
     "2021-01-01T00:00:00.000Z",
     "2021-01-31T23:00:00.000Z",
     {},
     "ms",
     false,
     false},
    {"vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv",
     "binance-spot",
     671,
     "2021-02-01T00:00:00.000Z",
     "2021-02-28T23:00:00.000Z",
     {.gaps = 1, .missing = 1, .zero_volume = 1, .early_close = 1},
     "ms",
     false,
     false},
    {"vision/spot-klines-1h/BTCUSDT-1h-2021-03.csv",
     "binance-spot",
     743,
     "2021-03-01T00:00:00.000Z",
     "2021-03-31T23:00:00.000Z",
     {.gaps = 1, .missing = 1},
     "ms",
     false,
     false},
    {"vision/spot-klines-1h/ETHUSDT-1h-2021-01.csv",
     "binance-spot",
     744,
     "2021-01-01T00:00:00.000Z",
     "2021-01-31T23:00:00.000Z",
     {},
     "ms",
     false,
     false},
    {"vision/spot-klines-1h/ETHUSDT-1h-2021-02.csv",
     "binance-spot",
     671,
     "2021-02-01T00:00:00.000Z",
     "2021-02-28T23:00:00.000Z",
     {.gaps = 1, .missing = 1, .zero_volume = 1, .early_close = 1},
     "ms",
     false,
     false},
    {"vision/spot-klines-1h/ETHUSDT-1h-2021-03.csv",
     "binance-spot",
     743,
     "2021-03-01T00:00:00.000Z",
     "2021-03-31T23:00:00.000Z",
     {.gaps = 1, .missing = 1},
     "ms",
     false,
     false},
    {"vision/spot-klines-1h-header/BTCUSDT-1h-2023-01.csv",
     "binance-spot",
     744,
     "2023-01-01T00:00:00.000Z",
     "2023-01-31T23:00:00.000Z",
     {},
     "ms",
     true,
     false},
    {"vision/spot-klines-1h-header/BTCUSDT-1h-2023-02.csv",
     "binance-spot",
     672,
     "2023-02-01T00:00:00.000Z",
     "2023-02-28T23:00:00.000Z",
     {},
     "ms",
     true,
     false},
    {"vision/spot-klines-1h-header/BTCUSDT-1h-2023-03.csv",
     "binance-spot",
     743,
     "2023-03-01T00:00:00.000Z",
     "2023-03-31T23:00:00.000Z",
     {.gaps = 1, .missing = 1, .zero_volume = 1, .early_close = 1},
     "ms",
     true,
     false},
    {"vision/um-klines-1m/BTCUSDT-1m-2022-05-05.csv",
     "binance-usdm",
     1440,
     "2022-05-05T00:00:00.000Z",
     "2022-05-05T23:59:00.000Z",
     {},
     "ms",
     false,
     false},
    {"vision/zip/BTCUSDT-1m-2020-01-01.zip",
     "binance-spot",
     1440,
     "2020-01-01T00:00:00.000Z",
     "2020-01-01T23:59:00.000Z",
     {},
     "ms",
     false,
     true},
    {"vision/zip/BTCUSDT-1m-2020-01-02.zip",
     "binance-spot",
     1440,
     "2020-01-02T00:00:00.000Z",
     "2020-01-02T23:59:00.000Z",
     {},
     "ms",
     false,
     true},
    {"vision/zip/BTCUSDT-1h-2026-05-08.zip",
     "binance-spot",
     24,
     "2026-05-08T00:00:00.000Z",
     "2026-05-08T23:00:00.000Z",
     {},
     "us",
     false,
     true},
    {"vision/zip/BTCUSDT-fundingRate-2026-04.zip",
     "binance-usdm",
     90,
     "2026-04-01T00:00:00.000Z",
     "2026-04-30T16:00:00.000Z",
     {},
     "ms",
     true,
     true},
    {"vision/zip/BTCUSD_PERP-aggTrades-2026-05-08.zip",
     "binance-coinm",
     105'280,
     "2026-05-08T00:00:00.020Z",
     "2026-05-08T23:59:59.655Z",
     {},
     "ms",
     true,
     true},
};

TEST(ArchiveFiles, HoldWhatIsKnownOfThem) {
  Catalog catalog;
  std::uint64_t rows = 0;
  for (const Source& source : kSources) {
    SourceHints hints = market(source.venue);
    if (std::string_view(source.path).contains("klines")) hints.kind = "klines";
    const auto outcome = catalog.import(testdata(source.path), hints);
    ASSERT_TRUE(outcome) << outcome.error().message;
    const Manifest& manifest = outcome->manifest;
    SourceFacts facts = source.facts;
    facts.rows = source.rows;
    EXPECT_EQ(manifest.facts, facts) << source.path;
    EXPECT_EQ(to_iso8601({manifest.files.front().first_time * 1000}), source.first) << source.path;
    EXPECT_EQ(to_iso8601({manifest.files.back().last_time * 1000}), source.last) << source.path;
    EXPECT_EQ(manifest.time_unit, source.unit) << source.path;
    EXPECT_EQ(manifest.has_header, source.has_header) << source.path;
    EXPECT_EQ(manifest.checksum_verified, source.checksum_verified) << source.path;
    EXPECT_EQ(manifest.bad_rows, 0U);
    rows += source.rows;
  }
  const CatalogCheck check = catalog.verify();
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_EQ(check.rows, rows);
  EXPECT_EQ(rows, 116'189U);
}

// Every value of a file leaves as it came, but for zeros at its end.
TEST(ArchiveFiles, GiveBackWhatTheyHeld) {
  Catalog catalog;
  const std::string path = testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv");
  ASSERT_TRUE(catalog.import(path, market("binance-spot")));
  const auto rows = catalog.ask(
      "SELECT epoch_ms(open_time), open, high, low, close, volume, epoch_ms(close_time), quote_volume, "
      "trades, taker_buy_volume, taker_buy_quote_volume FROM " +
      catalog.rows("klines") + " ORDER BY open_time");
  std::ifstream file(path);
  std::size_t at = 0;
  for (std::string line; std::getline(file, line); ++at) {
    ASSERT_LT(at, rows.size());
    std::istringstream fields(line);
    for (const auto& cell : rows[at]) {
      std::string field;
      std::getline(fields, field, ',');
      ASSERT_EQ(parse_decimal(*cell).value(), parse_decimal(field).value()) << line;
    }
  }
  EXPECT_EQ(at, rows.size());
}

TEST(ArchiveFiles, ShowTheOutages) {
  Catalog catalog;
  for (const char* month : {"2021-02", "2021-03"}) {
    ASSERT_TRUE(catalog.import(testdata(fmt::format("vision/spot-klines-1h/BTCUSDT-1h-{}.csv", month)),
                               market("binance-spot")));
  }
  const auto gaps = catalog.ask(
      "SELECT open_time, close_time, open = high AND high = low AND volume = 0 FROM (SELECT *, lead(open_time) OVER "
      "(ORDER BY open_time) AS "
      "following FROM " +
      catalog.rows("klines") + ") WHERE following <> open_time + INTERVAL 1 HOUR ORDER BY 1");
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0], (Duck::Texts{"2021-02-11 03:00:00", "2021-02-11 03:40:54.773", "true"}));
  EXPECT_EQ(gaps[1], (Duck::Texts{"2021-03-06 01:00:00", "2021-03-06 01:59:59.999", "false"}));
}

// Two sources that know nothing of each other.
TEST(ArchiveFiles, MinutesSumUpToTheDaysOfAnotherSource) {
  Catalog catalog;
  for (const char* day : {"2020-01-01", "2020-01-02"}) {
    ASSERT_TRUE(catalog.import(testdata(fmt::format("vision/zip/BTCUSDT-1m-{}.zip", day)), market("binance-spot")));
  }
  const auto days = catalog.ask(
      "SELECT strftime(date, '%Y-%m-%d 00:00:00'), arg_min(open, open_time), max(high), min(low), "
      "arg_max(close, open_time), sum(volume) FROM " +
      catalog.rows("klines") + " GROUP BY date ORDER BY date");
  ASSERT_EQ(days.size(), 2U);
  std::ifstream file(testdata("vision/binance_btcusdt_day_2020.csv"));
  std::string line;
  std::getline(file, line);  // header
  for (const Duck::Texts& day : days) {
    std::getline(file, line);
    std::string ours;
    for (const auto& cell : day) ours += (ours.empty() ? "" : ",") + cell.value_or("");
    EXPECT_EQ(ours, line);
  }
}

TEST(ArchiveFiles, AggregatedTradesHaveNoGap) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(testdata("vision/zip/BTCUSD_PERP-aggTrades-2026-05-08.zip"), market("binance-coinm")));
  const auto all = catalog.ask(
      "SELECT count(*), max(agg_trade_id) - min(agg_trade_id) + 1, sum(quantity), symbol, venue, date, "
      "typeof(any_value(price)) FROM " +
      catalog.rows("agg_trades") + " GROUP BY ALL");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0][0], "105280");
  EXPECT_EQ(all[0][1], "105280");
  EXPECT_EQ(all[0][3], "BTCUSD_PERP");
  EXPECT_EQ(all[0][5], "2026-05-08");
  EXPECT_EQ(all[0][6], "DECIMAL(18,8)");
}

// As data.binance.vision publishes them: text times, decimals with zeros behind, rows in no order, each twice in 2020,
// ratios that are not there.
TEST(ArchiveFiles, MetricsAreSortedAndHaveHoles) {
  Catalog catalog;
  const std::string path =
      catalog.dir.write("BTCUSDT-metrics-2025-11-02.csv",
                        "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
                        "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio\n"
                        "2025-11-02 "
                        "00:20:00,BTCUSDT,76659.2820000000000000,8432390699.2206000000000000,2.05106087,1.90890700,1."
                        "87632740,1.26739400\n"
                        "2025-11-02 "
                        "00:05:00,BTCUSDT,76643.1910000000000000,8430743345.6809000000000000,2.05109210,1.90989100,1."
                        "87546479,0.76060100\n"
                        "2025-11-02 00:10:00,BTCUSDT,76650.8170000000000000,8431092392.8673270000000000,,,,0.97024300\n"
                        "2025-11-02 "
                        "00:05:00,BTCUSDT,76643.1910000000000000,8430743345.6809000000000000,2.05109210,1.90989100,1."
                        "87546479,0.76060100\n");
  const auto done = catalog.import(path, market("binance-usdm"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.facts, (SourceFacts{.rows = 3, .repeated = 1, .gaps = 1, .missing = 1}));
  EXPECT_EQ(done->manifest.time_unit, "text");
  const auto rows =
      catalog.ask("SELECT ts_event, sum_open_interest, sum_open_interest_value, count_long_short_ratio FROM " +
                  catalog.rows("metrics") + " ORDER BY 1");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1], (Duck::Texts{"2025-11-02 00:10:00", "76650.81700000", "8431092392.86732700", std::nullopt}));
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_THAT(catalog.error(path, {.kind = "", .venue = "binance-usdm", .symbol = "ETHUSDT", .interval = ""}),
              ::testing::HasSubstr("symbol 'BTCUSDT' is not the one"));
}

TEST(ArchiveFiles, BookDepthHasAKeyOfTwoColumns) {
  Catalog catalog;
  const auto done = catalog.import(catalog.dir.write("BTCUSDT-bookDepth-2026-06-15.csv",
                                                     "timestamp,percentage,depth,notional\n"
                                                     "2026-06-15 00:00:04,-5.00,6851.68200000,439751940.22480000\n"
                                                     "2026-06-15 00:00:04,-0.20,51.5,3300000\n"
                                                     "2026-06-15 00:00:04,0.20,60,3900000\n"
                                                     "2026-06-15 00:00:34,-5.00,6852,439751941\n"),
                                   market("binance-usdm"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.facts, (SourceFacts{.rows = 4}));
  EXPECT_EQ(
      catalog.one("SELECT list(percentage ORDER BY ts_event, percentage)::VARCHAR FROM " + catalog.rows("book_depth")),
      "[-5.00000000, -0.20000000, 0.20000000, -5.00000000]");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

TEST(ArchiveFiles, BookTickersHaveTheTimeOfTheChange) {
  Catalog catalog;
  const std::string rows =
      "3932256034651,42570.3,0.821,42570.4,7.207,1707091200006,1707091200012\n"
      "3932256034700,42570.2,1.500,42570.5,2.000,1707091200150,1707091200160\n";
  const std::string header =
      "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n";
  ASSERT_TRUE(
      catalog.import(catalog.dir.write("BTCUSDT-bookTicker-2024-02-05.csv", header + rows), market("binance-usdm")));
  // The same without a header is another file, and the same rows.
  const auto again = catalog.import(catalog.dir.write("BTCUSDT-bookTicker-2024-02.csv", rows), market("binance-usdm"));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->manifest.already_there, 2U);
  EXPECT_EQ(again->manifest.facts, (SourceFacts{.rows = 2}));
  EXPECT_EQ(catalog.one("SELECT max(ts_event) || ' ' || max(ask_price) FROM " + catalog.rows("book_ticker")),
            "2024-02-05 00:00:00.15 42570.50000000");
}

}  // namespace
}  // namespace acts::history
