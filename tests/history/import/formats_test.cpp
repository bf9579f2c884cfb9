// What the formats of others become, row by row.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "history/import/format_rows.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::FileRows;
using test::read_file;
using test::SetRows;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Formats : public ::testing::Test {
 protected:
  FileRows read(const std::string& name, const std::string& text, const SourceHints& hints = {}) {
    return read_file(dir_.write(name, text), hints);
  }
  acts::testing::TempDir dir_;
};

TEST_F(Formats, TardisUpdatesAreUpdates) {
  const FileRows told = read("deribit_incremental_book_L2_2020-04-01_BTC-PERPETUAL.csv",
                             "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
                             "deribit,BTC-PERPETUAL,1585699200245000,1585699200355684,true,ask,6421.5,18640\n"
                             "deribit,BTC-PERPETUAL,1585699200245000,1585699200355684,true,bid,6421,10\n"
                             "deribit,ETH-PERPETUAL,1585699200245000,1585699200355684,true,bid,6421,10\n"
                             "deribit,BTC-PERPETUAL,1585699200246000,1585699200355685,false,bid,6421,0\n");
  EXPECT_EQ(told.format, "tardis");
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_EQ(told.sets[0].set, "book_updates deribit BTC-PERPETUAL  tardis");
  EXPECT_THAT(
      told.sets[0].rows,
      ElementsAre(
          "2020-04-01T00:00:00.355684000Z,0,2020-04-01T00:00:00.245Z,null,null,null,true,false,6421.5,18640,null",
          "2020-04-01T00:00:00.355684000Z,1,2020-04-01T00:00:00.245Z,null,null,null,true,true,6421,10,null",
          "2020-04-01T00:00:00.355685000Z,0,2020-04-01T00:00:00.246Z,null,null,null,false,true,6421,0,null"));
  EXPECT_THAT(told.sets[0].bad, ElementsAre("4: symbol 'ETH-PERPETUAL' is not the one that the file is imported as"));
}

TEST_F(Formats, TardisSnapshotsAreAMessageALine) {
  const FileRows told = read("x.csv",
                             "exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,"
                             "bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount\n"
                             "binance-futures,BTCUSDT,1598918403696000,1598918403810979,2.5,1,2.4,1e-05,2.6,3,,\n"
                             "binance-futures,BTCUSDT,1598918403696000,1598918403810980,2.5,1,x,1,2.6,3,,\n"
                             "binance-futures,BTCUSDT,1598918403696000,1598918403810981,,,,,,,,\n");
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_EQ(told.sets[0].set, "book_updates binance-usdm BTCUSDT  tardis");
  const std::string at = "2020-09-01T00:00:03.810979000Z";
  EXPECT_THAT(
      told.sets[0].rows,
      ElementsAre(at + ",0,2020-09-01T00:00:03.696Z,null,null,null,true,false,2.5,1,null",
                  at + ",1,2020-09-01T00:00:03.696Z,null,null,null,true,true,2.4,0.00001,null",
                  at + ",2,2020-09-01T00:00:03.696Z,null,null,null,true,false,2.6,3,null",
                  "2020-09-01T00:00:03.810981000Z,0,2020-09-01T00:00:03.696Z,null,null,null,true,null,null,null,null"));
  // None of its levels came.
  EXPECT_THAT(told.sets[0].bad, ElementsAre("3: price 'x' is no decimal number"));
}

TEST_F(Formats, TardisTradesAreTrades) {
  const FileRows told = read("x.csv",
                             "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
                             "binance,BTCUSDT,1598918403696000,1598918403810979,17,sell,2.5,1\n"
                             "binance,BTCUSDT,1598918403696000,1598918403810979,18,buy,2.5,1\n"
                             "binance,BTCUSDT,1598918403696000,1598918403810979,19,unknown,2.5,1\n");
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_EQ(told.sets[0].set, "trades binance-spot BTCUSDT  tardis");
  const std::string end = ",null,null,2020-09-01T00:00:03.810979000Z";
  EXPECT_THAT(told.sets[0].rows, ElementsAre("17,2020-09-01T00:00:03.696Z,2.5,1,null,true" + end,
                                             "18,2020-09-01T00:00:03.696Z,2.5,1,null,false" + end));
  EXPECT_THAT(told.sets[0].bad, ElementsAre("4: is_buyer_maker 'unknown' is no side"));
}

TEST_F(Formats, TardisRefusesWhatItDoesNotKnow) {
  EXPECT_THAT(read("x.csv", "exchange,symbol,timestamp,local_timestamp,funding_rate\nbinance,A,1,1,1\n").error,
              HasSubstr("none of incremental_book_L2, book_snapshot_N and trades"));
  EXPECT_THAT(read("x.csv", "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n").error,
              HasSubstr("it holds no row"));
  EXPECT_THAT(read("x.csv", "exchange,symbol,timestamp,local_timestamp,asks[0].price,bids[0].amount\na,b,1,1,1,1\n")
                  .sets.at(0)
                  .error,
              HasSubstr("line 1: its header names 'asks[0].price', where"));
  EXPECT_THAT(
      read("x.csv", "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\na/..,b,1,1,1,buy,1,1\n").error,
      HasSubstr("is no venue that a folder can be called"));
}

// All three kinds of lines in one table, snapshots between updates.
TEST_F(Formats, MergedTablesHaveTwoSets) {
  const FileRows told = read_file(testdata("depth-csv/merged_usd_m_futures_trxusdt_14-04-2025_positive.csv.gz"), {});
  EXPECT_EQ(told.format, "depth-csv");
  ASSERT_EQ(told.sets.size(), 2U) << told.error;
  EXPECT_EQ(told.sets[0].set, "book_updates binance-usdm TRXUSDT  other");
  EXPECT_EQ(told.sets[1].set, "trades binance-usdm TRXUSDT  other");
  EXPECT_EQ(told.sets[0].rows.size(), 283U);
  EXPECT_EQ(told.sets[1].rows.size(), 5U);
  for (const SetRows& set : told.sets) {
    EXPECT_EQ(set.error, "");
    EXPECT_THAT(set.bad, ElementsAre());
  }
  EXPECT_EQ(told.sets[0].rows.front(),
            "2025-04-13T23:59:59.938000000Z,0,2025-04-13T23:59:59.412Z,null,null,null,true,true,0.25461,9781,"
            "2025-04-13T23:59:59.442Z")
      << "of the book that the table begins with";
  EXPECT_EQ(std::ranges::count_if(told.sets[0].rows,
                                  [](const std::string& row) { return row.contains(",null,null,null,true,"); }),
            47);
  EXPECT_EQ(
      std::ranges::count_if(told.sets[0].rows,
                            [](const std::string& row) { return row.contains(",null,7267631291190,null,true,"); }),
      92);
  EXPECT_EQ(told.sets[1].rows.front().substr(0, 10), "564661905,");
}

TEST_F(Formats, TradesOutsideTheMarketAreKept) {
  const FileRows told =
      read_file(testdata("depth-csv/test_positive_binance_trade_stream_usd_m_futures_trxusdt_04-03-2025.csv.gz"), {});
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_EQ(told.sets[0].set, "trades binance-usdm TRXUSDT  other");
  EXPECT_EQ(told.sets[0].rows.size(), 10'000U);
  EXPECT_EQ(
      std::ranges::count_if(told.sets[0].rows, [](const std::string& row) { return row.contains(",false,2025"); }), 1);
  EXPECT_THAT(told.sets[0].rows,
              Contains("548331095,2025-03-04T00:15:34.448Z,0,0,null,false,null,false,2025-03-04T00:15:34.450000000Z"));
}

TEST_F(Formats, CandlesComeFromJson) {
  const FileRows told = read("BTC_USDT-1h.json",
                             "[ [1606780800000,19695.87,19720.0,19479.8,19565.47,4570.361518],\n"
                             "[1606784400000, 1e-05, 2, 1, 1.5, 0.0],[1,2,3], [1606788000000,1,2,null,1,1]]",
                             {.kind = "", .venue = "binance-spot", .symbol = "", .interval = ""});
  EXPECT_EQ(told.format, "candles");
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_EQ(told.sets[0].set, "klines binance-spot BTCUSDT 1h other");
  EXPECT_THAT(
      told.sets[0].rows,
      ElementsAre("2020-12-01T00:00:00.000Z,19695.87,19720,19479.8,19565.47,4570.361518,null,null,null,null,null",
                  "2020-12-01T01:00:00.000Z,0.00001,2,1,1.5,0,null,null,null,null,null"));
  EXPECT_THAT(told.sets[0].bad, ElementsAre("3: it has 3 values, not 6 or 12", "4: low 'null' is no decimal number"));
  EXPECT_EQ(told.sets[0].error, "");
}

TEST_F(Formats, CandlesComeAsTheVenueAnswersThem) {
  const FileRows told = read("x.json",
                             R"([[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",)"
                             R"(1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]])",
                             {.kind = "", .venue = "binance-spot", .symbol = "ETHBTC", .interval = "1w"});
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_THAT(told.sets[0].rows,
              ElementsAre("2017-07-03T00:00:00.000Z,0.0163479,0.8,0.015758,0.015771,148976.11427815,2017-"
                          "07-09T23:59:59.999Z,2434.19055334,308,1756.87402397,28.46694368"));
}

TEST_F(Formats, JsonThatIsNoArrayOfArraysIsRefused) {
  const SourceHints hints{.kind = "", .venue = "binance-spot", .symbol = "A", .interval = "1h", .format = "candles"};
  for (const char* text : {"", "{}", "[1]", "[[1,2", "[[1]", "[[1][2]]", "[[1]]x", "[[[1]]]", "[[{}]]", "[[\"a,b\"]]",
                           "[[1],", "[[1],]", "[[1 2]]", "[[\"1\"2]]", "[[1\"2\"]]", "[[\"1 2\"]]", "[[\"1]]"}) {
    const FileRows told = read("x.json", text, hints);
    ASSERT_EQ(told.sets.size(), 1U) << told.error;
    EXPECT_THAT(told.sets[0].error, HasSubstr("it is no array of arrays")) << text;
  }
  EXPECT_EQ(read("x.json", " [ ] ", hints).sets.at(0).error, "");
  EXPECT_THAT(read("x.json", "[[" + std::string(5000, '1'), hints).sets.at(0).error,
              HasSubstr("a candle is longer than 4096 bytes"));
}

const SourceHints kDaily{.kind = "", .venue = "binance-spot", .symbol = "BTCUSDT", .interval = "1d", .format = "csv"};
SourceHints mapped(std::string columns, std::string time_format = "") {
  SourceHints hints = kDaily;
  hints.columns = std::move(columns);
  hints.time_format = std::move(time_format);
  return hints;
}

TEST_F(Formats, UsualNamesNeedNoMap) {
  const FileRows told =
      read("x.csv", "Date,Open,High,Low,Close,Adj Close,Volume\r\n2020-01-01,1,2,0.5,1.5,7,1E3\r\n", kDaily);
  ASSERT_EQ(told.sets.size(), 1U) << told.error;
  EXPECT_EQ(told.sets[0].error, "");
  EXPECT_THAT(told.sets[0].rows, ElementsAre("2020-01-01T00:00:00.000Z,1,2,0.5,1.5,1000,null,null,null,null,null"));
}

TEST_F(Formats, AMapSaysWhichFieldIsWhich) {
  const std::string row = "2018-05-01T00:00:00.000Z,1,2,0.5,1.5,7,null,null,null,null,null";
  const std::string named = "open_time=When,open=O,high=H,low=L,close=C,volume=V";
  EXPECT_THAT(read("x.csv", "V,C,L,H,O,Other,When\n7,1.5,0.5,2,1,x,20180501 00:00\n", mapped(named, "%Y%m%d %H:%M"))
                  .sets.at(0)
                  .rows,
              ElementsAre(row));
  const std::string numbered = "open_time=1,open=2,high=3,low=4,close=5,volume=6";
  EXPECT_THAT(read("x.csv", "1525132800,1,2,0.5,1.5,7\n", mapped(numbered, "s")).sets.at(0).rows, ElementsAre(row));
  EXPECT_THAT(read("x.csv", "a,b,c,d,e,f\n1525132800,1,2,0.5,1.5,7\n", mapped(numbered, "s")).sets.at(0).rows,
              ElementsAre(row));
}

// A bad row in front was a header, and gone without a word.
TEST_F(Formats, AFirstLineWithATimeOrANumberIsNoHeader) {
  const std::string rest = "\n1609462800000,1,2,0.5,1.5,7\n";
  const auto bad = [&](const std::string& first_line, const std::string& time_format = "") {
    const FileRows told =
        read("x.csv", first_line + rest, mapped("open_time=1,open=2,high=3,low=4,close=5,volume=6", time_format));
    EXPECT_EQ(told.sets.at(0).rows.size(), time_format.empty() ? 1U : 0U) << first_line;
    return told.sets.at(0).bad;
  };
  EXPECT_THAT(bad("1609459200000,x,2,0.5,1.5,7"), ElementsAre("1: open 'x' is no decimal number"));
  EXPECT_THAT(bad("x,1e-05,2,0.5,1.5,7"), ElementsAre(HasSubstr("1: open_time 'x' is no time")));
  EXPECT_THAT(bad("2021-01-01 00:00:00,nan,nan,nan,nan,nan"), ElementsAre("1: open 'nan' is no decimal number"));
  EXPECT_THAT(bad("1.1.2021,-,-,-,-,-", "%d.%m.%Y"), Contains(HasSubstr("1: open_time '1.1.2021'")).Times(0));
  EXPECT_THAT(bad("01.01.2021,-,-,-,-,-", "%d.%m.%Y"), Contains("1: open '-' is no decimal number"));
  EXPECT_THAT(bad("time,open,high,low,close,nan"), IsEmpty());
}

// It was the header that was told not to be known, or the file had a field too few.
TEST_F(Formats, QuotesAndOtherSeparatorsAreToldAsWhatIsWrong) {
  const SourceHints archive{.kind = "klines", .venue = "binance-spot", .symbol = "A", .interval = "1h"};
  const auto error = [this](const std::string& text, const SourceHints& hints) {
    return read("x.csv", text, hints).sets.at(0).error;
  };
  const std::string quotes = "line 1: its fields are in quotes, which are not taken: write the file without them";
  const std::string commas = " between them, not commas: write the file with commas, and its numbers with points";
  EXPECT_EQ(error("\"open_time\",\"open\",\"high\"\n", archive), quotes);
  EXPECT_EQ(error("\"1609459200000\",\"1.5\",\"2\"\n", archive), quotes);
  EXPECT_EQ(error("\"Date\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\n", kDaily), quotes);
  EXPECT_EQ(error("\"t\",\"o\",\"h\",\"l\",\"c\",\"v\"\n", mapped("open_time=t,open=o,high=h,low=l,close=c,volume=v")),
            quotes);
  EXPECT_EQ(error("1609459200000;1,5;2,5;0,5;1,5;7\n", archive), "line 1: its fields have semicolons" + commas);
  EXPECT_EQ(error("Date;Open;High;Low;Close;Volume\n", kDaily), "line 1: its fields have semicolons" + commas);
  EXPECT_EQ(error("Date\tOpen\tHigh\tLow\tClose\tVolume\n", kDaily), "line 1: its fields have tabs" + commas);
  // What else is wrong is told as before, and quotes around what is not read do no harm.
  EXPECT_THAT(error("a,b;c,\"d\",e\n", archive), HasSubstr("its header names 'a', which klines do not have"));
  EXPECT_THAT(
      read("x.csv", "Date,Open,High,Low,Close,Volume,Note\n2020-01-01,1,2,0.5,1.5,7,\"x\"\n", kDaily).sets.at(0).rows,
      ElementsAre("2020-01-01T00:00:00.000Z,1,2,0.5,1.5,7,null,null,null,null,null"));
}

TEST_F(Formats, ARowInQuotesIsABadOneThatSaysSo) {
  const std::string numbered = "open_time=1,open=2,high=3,low=4,close=5,volume=6";
  const std::string row = "\"1525132800\",\"1\",\"2\",\"0.5\",\"1.5\",\"7\"\n";
  const std::string why = "open_time '\"1525132800\"' is in quotes, which are not taken: write the file without them";
  // The first of them was taken for a header.
  EXPECT_THAT(read("x.csv", row + row, mapped(numbered, "s")).sets.at(0).bad, ElementsAre("1: " + why, "2: " + why));
  EXPECT_THAT(read("x.csv", "\"t\",\"o\",\"h\",\"l\",\"c\",\"v\"\n" + row, mapped(numbered, "s")).sets.at(0).bad,
              ElementsAre("2: " + why));
  EXPECT_THAT(read("x.csv", "Date,Open,High,Low,Close,Volume\n2020-01-01,\"1\",2,0.5,1.5,7\n", kDaily).sets.at(0).bad,
              ElementsAre(HasSubstr("2: open '\"1\"' is in quotes")));
}

TEST_F(Formats, MapsThatCannotBeAreRefused) {
  const std::string rest = ",high=3,low=4,close=5,volume=6";
  const auto error = [&](const std::string& columns) {
    return read("x.csv", "a,b,c,d,e,f\n1525132800000,1,2,0.5,1.5,7\n", mapped(columns)).sets.at(0).error;
  };
  EXPECT_THAT(error("open_time=1" + rest), HasSubstr("open is not there, and klines must have it"));
  EXPECT_THAT(error("open_time=1,open=2,cost=3" + rest), HasSubstr("'cost=3' is not COLUMN=FIELD"));
  EXPECT_THAT(error("open_time=1,open=2,open=3" + rest), HasSubstr("open is there twice"));
  EXPECT_THAT(error("open_time=1,open=99" + rest), HasSubstr("fields are 1 to 32"));
  EXPECT_THAT(error("open_time=1,open=20" + rest), HasSubstr("has no field '20'"));
  EXPECT_THAT(error("open_time=1,open=x" + rest), HasSubstr("has no field 'x'"));
  EXPECT_THAT(error("open_time=1,open=3" + rest), HasSubstr("'3' is there twice"));
  EXPECT_THAT(read("x.csv", "a,b\n1,2\n", kDaily).sets.at(0).error, HasSubstr("lacks datetime: --map says"));
}

// They were "no row of 12 fields", or asked for a kind that none of them is of.
TEST_F(Formats, FilesOfOtherToolsAreRefusedByTheirName) {
  const auto error = [this](const std::string& name, const std::string& text) { return read(name, text).error; };
  EXPECT_THAT(
      error("XRP_OLD-trades.json", R"([{"info":{"a":13519807},"timestamp":1570752011620,"price":0.00141342}])"),
      HasSubstr("XRP_OLD-trades.json: it is a JSON array of objects, as ccxt has trades: those whose info is Binance's "
                "aggregated trade (a, p, q, f, l, T, m) are taken; make CSV of others"));
  for (const char* text : {R"([[1565798399463,"126181329",null,"buy",0.019626,0.04,0.00078],[1]])",
                           "[\n [ 1565798399463, \"126181329\", null, \"sell\", 0.019626, 0.04, 0.00078 ] ]"}) {
    EXPECT_THAT(error("XRP_ETH-trades.json", text),
                HasSubstr("XRP_ETH-trades.json: these are trades in a JSON array of arrays, as freqtrade keeps them: "
                          "their prices are doubles"));
  }
  EXPECT_THAT(error("20221213_quote.csv", "0,0.3066,0.3067,0.3066,0.3067,88126,0.3067,0.3068,0.3067,0.3068,236586\n"),
              HasSubstr("20221213_quote.csv: these are quotes of LEAN"));
  EXPECT_THAT(error("btcusd.csv", "20201229 00:00:00,0.00020030\n20201229 08:00:00,0.00046053\n"),
              HasSubstr("btcusd.csv: these are rates of LEAN's margin_interest"));
  // Its name alone makes nothing a quote, and who names a format has it.
  EXPECT_THAT(error("x_quote.csv", "1,2,3\n"), HasSubstr("give --kind"));
  EXPECT_EQ(
      format_of(dir_.write("y.json", "[{}]"), {.kind = "", .venue = "", .symbol = "", .interval = "", .format = "csv"})
          .value()
          ->name,
      "csv");
}

TEST_F(Formats, FilesSayWhatTheyLackByTheFlagThatHelps) {
  EXPECT_THAT(read("x.json", "[[1,2,3,4,5,6]]", {}).error, HasSubstr("give --market"));
  EXPECT_THAT(read("x.json", "[[1,2,3,4,5,6]]", {.kind = "", .venue = "kraken", .symbol = "", .interval = ""}).error,
              HasSubstr("give --symbol"));
  EXPECT_THAT(read("x.csv", "", {.kind = "", .venue = "", .symbol = "", .interval = "", .format = "tar"}).error,
              HasSubstr("no format 'tar'"));
}

}  // namespace
}  // namespace acts::history
