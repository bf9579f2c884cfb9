// Recordings in the catalog: what enters is what a replay takes, once, whatever the files are cut into.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "history/import/importer_fixture.hpp"
#include "history/import/recording_rows.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::Catalog;
using test::market;
using ::testing::HasSubstr;

std::string trade_line(std::int64_t ts_recv, int id) {
  return fmt::format(
      R"({} {{"e":"trade","E":1723161256051,"T":1723161256050,"s":"BTCUSDT","t":{},"p":"100.5","q":"0.3","X":"MARKET","m":true}})"
      "\n",
      ts_recv, id);
}

std::string update_line(std::int64_t ts_recv, int id) {
  return fmt::format(
      R"({0} {{"e":"depthUpdate","E":1723161256001,"T":1723161256000,"s":"BTCUSDT","U":{1},"u":{1},"pu":{2},)"
      R"("b":[["100.1","{1}"],["100.0","2"]],"a":[["100.5","0"]]}})"
      "\n",
      ts_recv, id, id - 1);
}

constexpr std::int64_t kAugust = 1'723'161'255'000'000'000;

// The counts are those of the raw files (testdata/SOURCES.md).
TEST(RecordingImport, HoldsEveryMessageOfRealRecordings) {
  Catalog catalog;
  for (const char* day : {"18", "19"}) {
    const auto outcome = catalog.import(testdata(fmt::format("binance-feed/usdm/btcusdt_202407{}.gz", day)), {});
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->sets.size(), 3U);
    EXPECT_EQ(outcome->manifest.bad_rows, 0U);
  }
  EXPECT_EQ(catalog.one("SELECT count(DISTINCT (ts_recv_ns, update_id)) FROM " + catalog.rows("book_updates") +
                        " WHERE NOT is_snapshot"),
            "9022");
  EXPECT_EQ(catalog.one("SELECT sum(is_snapshot::INT) FROM " + catalog.rows("book_updates")), "2000");
  EXPECT_EQ(catalog.one("SELECT count(*) || ' ' || max(trade_id) - min(trade_id) + 1 FROM " + catalog.rows("trades")),
            "10701 10701");
  EXPECT_EQ(catalog.one("SELECT count(*) FROM " + catalog.rows("book_ticker")), "52260");
  EXPECT_EQ(catalog.one("SELECT DISTINCT origin FROM " + catalog.rows("trades")), "recording");
  EXPECT_TRUE(catalog.verify().problems.empty());
}

TEST(RecordingImport, ChangesNothingTheSecondTime) {
  Catalog catalog;
  const std::string path = testdata("binance-feed/usdm/btcusdt_20240718.gz");
  ASSERT_TRUE(catalog.import(path, {}));
  const auto before = test::tree(catalog.dir.string());
  const auto again = catalog.import(path, {});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(test::tree(catalog.dir.string()), before);
}

// Two lines bring each trade twice; a file ends between the copies.
TEST(RecordingImport, TakesCopiesInTwoFilesForOne) {
  Catalog catalog;
  const auto first = catalog.dir.write("1", trade_line(kAugust, 3) + trade_line(kAugust + 1, 4));
  const auto second = catalog.dir.write("2", trade_line(kAugust + 2, 4) + trade_line(kAugust + 3, 5));
  ASSERT_EQ(catalog.error(first, market("binance-usdm")), "");
  ASSERT_EQ(catalog.error(second, market("binance-usdm")), "");
  EXPECT_EQ(
      catalog.one(
          fmt::format("SELECT string_agg((ts_recv_ns - {}) || ':' || trade_id, ' ' ORDER BY trade_id) FROM ", kAugust) +
          catalog.rows("trades")),
      "0:3 1:4 3:5");
}

// A clock that was set back: rows are sorted by the time of receipt, those of a message stay together as they were.
TEST(RecordingImport, SortsWhatWasReceivedOutOfOrder) {
  Catalog catalog;
  const auto path =
      catalog.dir.write("1", update_line(kAugust + 5, 9) + update_line(kAugust + 1, 7) + update_line(kAugust + 1, 8));
  ASSERT_EQ(catalog.error(path, market("binance-usdm")), "");
  EXPECT_EQ(catalog.one(fmt::format("SELECT string_agg((ts_recv_ns - {}) || '.' || row || ' ' || update_id || ' ' || "
                                    "price, ', ' ORDER BY ts_recv_ns, row) FROM ",
                                    kAugust) +
                        catalog.rows("book_updates")),
            "1.0 7 100.10000000, 1.1 7 100.00000000, 1.2 7 100.50000000, 1.3 8 100.10000000, 1.4 8 100.00000000, "
            "1.5 8 100.50000000, 5.0 9 100.10000000, 5.1 9 100.00000000, 5.2 9 100.50000000");
}

// Once, although books and trades both meet them.
TEST(RecordingImport, ListsLinesThatAreNone) {
  Catalog catalog;
  const auto path = catalog.dir.write(
      "1", trade_line(kAugust, 3) + "nothing\n" + trade_line(kAugust + 1, 4) + update_line(kAugust + 2, 9));
  EXPECT_THAT(catalog.error(path, market("binance-usdm")), HasSubstr("more than 0"));
  const auto outcome = catalog.import(path, market("binance-usdm"), 1);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.bad_rows, 1U);
  EXPECT_EQ(outcome->manifest.facts.rows, 5U);
  EXPECT_EQ(outcome->sets.size(), 2U);
}

// A message of each kind of each symbol, over and over.
std::string many_symbols(int symbols, int rounds) {
  std::string text;
  std::int64_t at = kAugust;
  for (int id = 1; id <= rounds; ++id) {
    for (int symbol = 0; symbol < symbols; ++symbol) {
      const std::string name = fmt::format("S{:02}USDT", symbol);
      text += fmt::format(
          R"({0} {{"e":"depthUpdate","E":1723161256001,"T":1723161256000,"s":"{1}","U":{2},"u":{2},"pu":{3},"b":[["{4}","{2}"]],"a":[]}})"
          "\n",
          at++, name, id, id - 1, symbol + 1);
      text += fmt::format(
          R"({} {{"e":"trade","E":1723161256051,"T":1723161256050,"s":"{}","t":{},"p":"{}.5","q":"{}","X":"MARKET","m":true}})"
          "\n",
          at++, name, id, symbol, id);
    }
  }
  return text;
}

// Each of the sets had read and decoded the whole file.
TEST(RecordingImport, ReadsAFileOfManySymbolsTwiceInAll) {
  Catalog catalog;
  constexpr int kSymbols = 20;
  constexpr int kRounds = 30;
  const std::string path = catalog.dir.write("many", many_symbols(kSymbols, kRounds));
  int readings = 0;
  const auto source = open_recording_source(
      path,
      [&] {
        ++readings;
        return RecordingReader::open({path});
      },
      Venue::kBinanceUsdm, {}, DataSet::kRecording);
  ASSERT_TRUE(source) << source.error().message;
  ASSERT_EQ((*source)->sets().size(), 2U * kSymbols);
  for (const DataSet& set : (*source)->sets()) {
    const auto reader = (*source)->reader(set, catalog.dir.string());
    ASSERT_TRUE(reader);
    Row row;
    int rows = 0;
    while (*(*reader)->next(row) == RowReader::Got::kRow) ++rows;
    EXPECT_EQ(rows, kRounds);
  }
  EXPECT_EQ(readings, 2);  // once to look what it holds
}

// The same files as of recordings of one symbol each.
TEST(RecordingImport, TellsSymbolsApart) {
  Catalog together;
  Catalog apart;
  const std::string all = many_symbols(3, 40);
  ASSERT_EQ(together.error(together.dir.write("all", all), market("binance-usdm")), "");
  for (const char* symbol : {"S00USDT", "S01USDT", "S02USDT"}) {
    std::string own;
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
      if (line.contains(symbol)) own += line + '\n';
    }
    ASSERT_EQ(apart.error(apart.dir.write(symbol, own), market("binance-usdm")), "");
  }
  const auto rows_in = [](const Catalog& catalog) {
    auto files = test::tree(catalog.dir / "catalog");
    std::erase_if(files, [](const auto& file) { return !file.first.starts_with("kind="); });
    return files;
  };
  EXPECT_EQ(rows_in(together), rows_in(apart));
  EXPECT_EQ(rows_in(together).size(), 6U);
}

// Nobody knows whose they are: nothing was said of them.
TEST(RecordingImport, ListsLinesOfNoSymbolOnce) {
  Catalog catalog;
  const auto path = catalog.dir.write("1", many_symbols(2, 3) + fmt::format("{} {{\"e\":\n", kAugust + 100));
  EXPECT_THAT(catalog.error(path, market("binance-usdm")), HasSubstr("line 13"));
  const auto outcome = catalog.import(path, market("binance-usdm"), 1);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.bad_rows, 1U);
  EXPECT_EQ(outcome->manifest.facts.rows, 12U);
}

}  // namespace
}  // namespace acts::history
