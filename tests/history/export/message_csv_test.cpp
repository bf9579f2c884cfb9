#include "history/export/message_csv.hpp"

#include <gtest/gtest.h>

#include "binance/decoder.hpp"

namespace acts::history {
namespace {

constexpr UnixNanos kRecv{1'723'161'255'000'000'999};
constexpr UnixNanos kEvent{1'723'161'256'001'000'000};

std::string csv_of(RecordedKind kind, std::string_view json, std::optional<UnixNanos> ts_event = kEvent,
                   Venue venue = Venue::kBinanceUsdm) {
  binance::Decoder decoder(venue);
  const auto symbol = decoder.add("BTCUSDT", {});
  const auto message = decoder.decode(json, symbol);
  if (!message) return message.error().message;
  std::string text;
  MessageCsv(kind, venue, "BTCUSDT").append(*message, kRecv, ts_event, text);
  return text;
}

constexpr std::string_view kUpdate =
    R"({"e":"depthUpdate","E":1723161256001,"T":1723161256001,"s":"BTCUSDT","U":5,"u":7,"pu":4,)"
    R"("b":[["61800.20","0.000"],["61800.10","12.500"]],"a":[["61800.30","2.510"]]})";
constexpr std::string_view kTrade =
    R"({"e":"trade","E":1723161256001,"T":1723161256001,"s":"BTCUSDT","t":526,"p":"61800.30","q":"0.006","X":"MARKET","m":true})";

TEST(MessageCsv, WritesALineALevelAsTardisDoes) {
  EXPECT_EQ(csv_of(RecordedKind::kBookUpdates, kUpdate),
            "binance-futures,BTCUSDT,1723161256001000,1723161255000000,false,bid,61800.2,0\n"
            "binance-futures,BTCUSDT,1723161256001000,1723161255000000,false,bid,61800.1,12.5\n"
            "binance-futures,BTCUSDT,1723161256001000,1723161255000000,false,ask,61800.3,2.51\n");
}

TEST(MessageCsv, MarksASnapshotAndUsesTheReceiveTimeWhereThereIsNoOther) {
  EXPECT_EQ(csv_of(RecordedKind::kBookUpdates, R"({"lastUpdateId":9,"bids":[["1.5","2"]],"asks":[]})", std::nullopt,
                   Venue::kBinanceSpot),
            "binance,BTCUSDT,1723161255000000,1723161255000000,true,bid,1.5,2\n");
}

TEST(MessageCsv, WritesTradesByTheTakersSide) {
  EXPECT_EQ(csv_of(RecordedKind::kTrades, kTrade),
            "binance-futures,BTCUSDT,1723161256001000,1723161255000000,526,sell,61800.3,0.006\n");
}

TEST(MessageCsv, WritesAggregatesAndTickersWithTheCatalogsColumns) {
  EXPECT_EQ(
      csv_of(
          RecordedKind::kAggTrades,
          R"({"e":"aggTrade","E":1,"s":"BTCUSDT","a":3,"p":"1.10","q":"2","f":5,"l":6,"T":1723161256001,"m":false})"),
      "3,1723161256001000,1.1,2,5,6,false,,1723161255000000999\n");
  EXPECT_EQ(csv_of(RecordedKind::kBookTicker, R"({"u":8,"s":"BTCUSDT","b":"1.10","B":"2","a":"1.2","A":"0.50"})",
                   std::nullopt),
            "8,,1.1,2,1.2,0.5,1723161255000000999\n");
}

TEST(MessageCsv, LeavesOutWhatIsOfAnotherKind) {
  EXPECT_EQ(csv_of(RecordedKind::kTrades, kUpdate), "");
  EXPECT_EQ(csv_of(RecordedKind::kAggTrades, kTrade), "");
  EXPECT_EQ(csv_of(RecordedKind::kBookTicker, kTrade), "");
  EXPECT_EQ(csv_of(RecordedKind::kBookUpdates, kTrade), "");
}

TEST(RecordedKind, HasTheCatalogsNames) {
  for (const RecordedKind kind :
       {RecordedKind::kBookUpdates, RecordedKind::kTrades, RecordedKind::kAggTrades, RecordedKind::kBookTicker}) {
    EXPECT_EQ(parse_recorded_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(parse_recorded_kind("klines").error().message,
            "recordings hold no klines: book_updates, trades, agg_trades, book_ticker");
}

}  // namespace
}  // namespace acts::history
