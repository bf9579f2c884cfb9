// Trades as ccxt tells them and freqtrade keeps them.
#include "history/import/trade_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/import/format_rows.hpp"
#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

using test::Catalog;
using test::FileRows;
using test::kSpotMarket;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// 2019-10-11T00:00:11.620Z
constexpr std::int64_t kFirstMillis = 1'570'752'011'620;

// As freqtrade writes it, `info` as given, with doubles that say something else.
std::string told_trade(std::string_view info, std::string_view symbol = "XRP/ETH") {
  return fmt::format(R"({{"info":{},"timestamp":1,"datetime":"2019-10-11T00:00:11.620Z","symbol":"{}","id":"1",)"
                     R"("order":null,"type":null,"takerOrMaker":null,"side":"sell","price":7.5,"amount":9.0,)"
                     R"("cost":0.03250866,"fee":null}})",
                     info, symbol);
}
std::string info(int id, std::string_view price = R"("0.00141342")", std::string_view quantity = R"("23.00000000")") {
  return fmt::format(R"({{"a":{},"p":{},"q":{},"f":{},"l":{},"T":{},"m":{},"M":true}})", id, price, quantity, 2 * id,
                     2 * id + 1, kFirstMillis + id, id % 2 == 1);
}
std::string array_of(const std::vector<std::string>& trades) { return fmt::format("[{}]", fmt::join(trades, ",")); }

class TradeJson : public ::testing::Test {
 protected:
  FileRows read(const std::string& text, const SourceHints& hints = {}) {
    return test::read_file(dir_.write("XRP_OLD-trades.json", text), hints);
  }
  acts::testing::TempDir dir_;
};

TEST_F(TradeJson, EntersWhatTheVenueSentToTheLastDigit) {
  const FileRows told =
      read("\n [ " + told_trade(info(1)) + ",\n" + told_trade(info(2, R"("9007199254.740993001")", R"("0.00000001")")) +
           " , " + told_trade(R"({"a":"3","p":"1.10","q":23,"f":"6","l":"7","T":"1570752011623","m":true})") + "]\n");
  EXPECT_EQ(told.format, "ccxt");
  ASSERT_THAT(told.sets, SizeIs(1)) << told.error;
  EXPECT_EQ(told.sets[0].error, "");
  EXPECT_EQ(told.sets[0].set, "agg_trades binance-spot XRPETH  other");
  EXPECT_THAT(told.sets[0].rows,
              ElementsAre("1,2019-10-11T00:00:11.621Z,0.00141342,23,2,3,true,true,null",
                          "2,2019-10-11T00:00:11.622Z,9007199254.740993001,0.00000001,4,5,false,true,null",
                          "3,2019-10-11T00:00:11.623Z,1.1,23,6,7,true,null,null"));
  EXPECT_THAT(told.sets[0].bad, IsEmpty());
}

TEST_F(TradeJson, TellsBadTradesByTheirPlaceAndGoesOn) {
  const std::string comma = R"({"a":4,"p":"1,5","q":"1","f":1,"l":1,"T":1570752011620,"m":true})";
  const FileRows told = read(array_of({
      told_trade(info(1)),
      told_trade(info(2), "XRP/BTC"),
      told_trade(info(3, "0.00141342")),
      told_trade(comma),
      R"({"symbol":"XRP/ETH","price":1.5})",
      told_trade("null"),
      told_trade(R"({"a":6,"p":"1","q":"1","f":1,"l":1,"m":true})"),
      R"({"info":{"a":7,}})",
      told_trade(info(8, R"("1.5")", "null")),
      told_trade(info(9, R"("")")),
      told_trade(R"({"a":-1,"p":"1","q":"1","f":1,"l":1,"T":1570752011620,"m":true})"),
      told_trade(R"({"a":99999999999999999999,"p":"1","q":"1","f":1,"l":1,"T":1570752011620,"m":true})"),
      told_trade(info(13)),
  }));
  ASSERT_THAT(told.sets, SizeIs(1)) << told.error;
  EXPECT_EQ(told.sets[0].error, "");
  EXPECT_THAT(told.sets[0].rows, SizeIs(2));
  const std::string lost = " in its info is neither a text nor a whole number: what the venue sent is not known";
  EXPECT_THAT(told.sets[0].bad,
              ElementsAre("2: symbol 'XRPBTC' is not the one that the file is imported as", "3: p" + lost,
                          "4: p in its info, '1,5', has a comma", "5: it has no info, what the venue sent",
                          "6: its info lacks a", "7: its info lacks T", "8: it is no JSON", "9: q" + lost,
                          "10: price '' is no decimal number", HasSubstr("11: agg_trade_id '-1' is no whole number"),
                          "12: a" + lost));
}

TEST_F(TradeJson, TakesSymbolAndMarketFromTheFirstTrade) {
  const auto set = [this](const std::string& symbol, const SourceHints& hints = {}) {
    const std::string of_futures = R"({"a":1,"p":"1","q":"1","f":1,"l":1,"T":1570752011620,"m":true})";
    const FileRows told = read(array_of({told_trade(of_futures, symbol)}), hints);
    if (told.sets.empty()) return told.error;
    return told.sets[0].set + (told.sets[0].bad.empty() ? "" : " bad");
  };
  EXPECT_EQ(set("BTC/USDT:USDT"), "agg_trades binance-usdm BTCUSDT  other");
  EXPECT_EQ(set("BTC/USDT:USDT-250627"), "agg_trades binance-usdm BTCUSDT_250627  other");
  EXPECT_EQ(set("BTC/USD:BTC"), "agg_trades binance-coinm BTCUSD_PERP  other");
  EXPECT_EQ(set("BTC/USD:BTC-250627"), "agg_trades binance-coinm BTCUSD_250627  other");
  // Only what spot sends has an M.
  EXPECT_THAT(set("XRP/ETH"), HasSubstr("its name does not say its market: give --market"));
  EXPECT_EQ(set("XRP/ETH", test::market("binance-usdm")), "agg_trades binance-usdm XRPETH  other");
  EXPECT_THAT(set("BTC/USDT:USDT-250627-60000-C", kSpotMarket), HasSubstr("is no symbol that a folder can be called"));
  EXPECT_THAT(set("../../x", kSpotMarket), HasSubstr("is no symbol that a folder can be called"));
  SourceHints other = kSpotMarket;
  other.symbol = "XRPBTC";
  EXPECT_EQ(set("XRP/ETH", other), "agg_trades binance-spot XRPBTC  other bad") << "the file says that it is not";
  other.symbol = "XRPETH";
  EXPECT_EQ(set("XRP/ETH", other), "agg_trades binance-spot XRPETH  other");
  other.kind = "trades";
  EXPECT_THAT(set("XRP/ETH", other), HasSubstr("XRP_OLD-trades.json: it holds agg_trades, not trades"));
}

// Both are spelled BTCUSDT at Binance.
TEST_F(TradeJson, ASwapsTradeIsNoneOfSpot) {
  const FileRows told = read(array_of(
      {told_trade(info(1), "BTC/USDT"), told_trade(info(2), "BTC/USDT:USDT"), told_trade(info(3), "BTC/USDT")}));
  ASSERT_THAT(told.sets, SizeIs(1)) << told.error;
  EXPECT_THAT(told.sets[0].rows, SizeIs(2));
  EXPECT_THAT(told.sets[0].bad,
              ElementsAre("2: symbol 'BTC/USDT:USDT' is of another market than the file's first trade"));
}

TEST_F(TradeJson, ASwapsFileHasNoTradeWithoutItsSymbol) {
  const FileRows told = read(array_of({told_trade(info(1), "BTC/USDT:USDT"), R"({"info":)" + info(2) + "}"}));
  ASSERT_THAT(told.sets, SizeIs(1)) << told.error;
  EXPECT_THAT(told.sets[0].rows, SizeIs(1));
  EXPECT_THAT(told.sets[0].bad, ElementsAre("2: it has no symbol, which the file's first trade has"));
}

TEST_F(TradeJson, BracesAndQuotesInTextsEndNothing) {
  const std::string odd = R"({"note":"}]{\"[\\","info":)" + info(1) + R"(,"symbol":"XRP/ETH","more":[{"x":[]}]})";
  const FileRows told = read(array_of({odd, told_trade(info(2))}));
  ASSERT_THAT(told.sets, SizeIs(1)) << told.error;
  EXPECT_EQ(told.sets[0].error, "");
  EXPECT_THAT(told.sets[0].rows, SizeIs(2));
}

TEST_F(TradeJson, WhatIsNoArrayOfObjectsIsRefused) {
  SourceHints hints = kSpotMarket;
  hints.symbol = "XRPETH";
  hints.format = "ccxt";
  const auto error = [&](const std::string& text) { return read(text, hints).sets.at(0).error; };
  const std::string one = told_trade(info(1));
  EXPECT_EQ(error(""), "trade 0: it is no array of objects: it ends before");
  EXPECT_EQ(error(one), "trade 0: it is no array of objects: it begins otherwise");
  EXPECT_EQ(error("[" + one), "trade 1: it is no array of objects: it ends before");
  EXPECT_EQ(error("[" + one.substr(0, 40)), "trade 1: it is no array of objects: it ends before");
  EXPECT_EQ(error("[" + one + one + "]"), "trade 1: it is no array of objects: a comma is missing");
  EXPECT_EQ(error("[" + one + ",]"), "trade 2: it is no array of objects: something else is in it");
  EXPECT_EQ(error("[" + one + ",null]"), "trade 2: it is no array of objects: something else is in it");
  EXPECT_EQ(error("[" + one + "]x"), "trade 1: it is no array of objects: something follows it");
  EXPECT_EQ(error("[{\"x\":\"" + std::string(20'000, 'x')),
            "trade 1: it is no array of objects: an object is longer than 16384 bytes");
  EXPECT_EQ(error(" [ ] "), "");
  // A number that is one to none, and more braces than a stack could hold.
  EXPECT_THAT(read(array_of({told_trade(info(1, "1e999"))}), hints).sets.at(0).bad, ElementsAre("1: it is no JSON"));
  const std::string deep = R"({"info":)" + std::string(8000, '[') + std::string(8000, ']') + "}";
  EXPECT_THAT(read(array_of({deep}), hints).sets.at(0).bad, ElementsAre("1: its info lacks a"));
}

// Objects lie over the ends of what is read at a time.
TEST_F(TradeJson, ReadsMoreThanABlock) {
  std::vector<std::string> trades;
  for (int id = 1; id <= 2000; ++id) trades.push_back(told_trade(info(id)));
  const FileRows told = read(array_of(trades));
  ASSERT_THAT(told.sets, SizeIs(1)) << told.error;
  ASSERT_THAT(told.sets[0].rows, SizeIs(2000));
  EXPECT_THAT(told.sets[0].bad, IsEmpty());
  EXPECT_EQ(told.sets[0].rows.back(), "2000,2019-10-11T00:00:13.620Z,0.00141342,23,4000,4001,false,true,null");
}

// The rows are those that the archive's file of the same trades gives, once, and bad ones are listed.
TEST(Importer, MakesTheArchivesRowsOfCcxtsTrades) {
  Catalog catalog;
  const std::string json = catalog.dir.write(
      "XRP_OLD-trades.json",
      array_of({told_trade(info(1)), told_trade(info(2), "XRP/BTC"), told_trade(info(3)), told_trade(info(5))}));
  const std::string csv = catalog.dir.write("XRPETH-aggTrades-2019-10-11.csv",
                                            "1,0.00141342,23.00000000,2,3,1570752011621,true,true\n"
                                            "3,0.00141342,23.00000000,6,7,1570752011623,true,true\n"
                                            "5,0.00141342,23.00000000,10,11,1570752011625,true,true\n");
  const auto made = catalog.import(json, {}, 1);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->manifest.facts, (SourceFacts{.rows = 3, .gaps = 2, .missing = 2}));
  EXPECT_EQ(made->manifest.time_unit, "ms");
  EXPECT_EQ(made->manifest.read_as, "ccxt");
  EXPECT_EQ(made->manifest.bad_rows, 1U);
  EXPECT_THAT(acts::testing::read_file(made->rejects_path),
              HasSubstr("2,\"symbol 'XRPBTC' is not the one that the file is imported as\",\"{\"\"info\"\":{"));
  ASSERT_TRUE(catalog.import(csv, kSpotMarket));
  const std::string all =
      "agg_trade_id, ts_event, price, quantity, first_trade_id, last_trade_id, is_buyer_maker, "
      "is_best_match";
  EXPECT_EQ(catalog.one(fmt::format("SELECT count(*) FROM (SELECT {0} FROM {1} WHERE origin = 'other' INTERSECT "
                                    "SELECT {0} FROM {1} WHERE origin = 'archive')",
                                    all, catalog.rows("agg_trades"))),
            "3");
  const auto before = test::tree(catalog.dir.string());
  EXPECT_TRUE(catalog.import(json, {}, 1)->was_there);
  EXPECT_EQ(test::tree(catalog.dir.string()), before);
  EXPECT_EQ(catalog.verify().files, 2U);
}

}  // namespace
}  // namespace acts::history
