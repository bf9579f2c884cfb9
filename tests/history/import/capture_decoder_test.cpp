// Messages of OKX and Coinbase, one by one: ids, times, and what is refused of them.
#include "history/import/capture_decoder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "history/table/row_text.hpp"

namespace acts::history {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Texts = std::vector<std::string>;

class CapturedMessages : public ::testing::Test {
 protected:
  // "VENUE SYMBOL: ROW", and why a trade is a bad one; or the reason.
  Texts decode(std::string_view json) {
    const Result<void> decoded = decoder->decode(json, connection, 1'000);
    if (!decoded) return {decoded.error().message};
    Texts texts;
    for (const CapturePart& part : decoder->parts()) {
      for (Row row : part.rows) {
        set_value(row, 1, part.kind->is_stream ? 0 : row.values[1]);
        texts.push_back(fmt::format("{} {}: {}", part.venue, part.symbol, row_text(*part.kind, row)));
      }
    }
    for (const BadPart& trade : decoder->bad_trades()) texts.push_back(trade.reason);
    return texts;
  }
  std::unique_ptr<CaptureDecoder> decoder;
  CaptureConnection connection;
};

class OkxMessages : public CapturedMessages {
 protected:
  void SetUp() override { decoder = CaptureDecoder::of_exchange("OKX"); }
  Texts book(std::string_view instrument, std::string_view action, std::string_view data,
             std::string_view channel = "books") {
    return decode(fmt::format(R"({{"arg":{{"channel":"{}","instId":"{}"}},"action":"{}","data":[{{{}}}]}})", channel,
                              instrument, action, data));
  }
};

const std::string kBegin = "1970-01-01T00:00:00.000001000Z,0,2023-11-14T22:13:20.000Z,";

TEST_F(OkxMessages, BooksHaveIdsWhereTheVenueGivesThem) {
  EXPECT_THAT(
      book("BTC-USDT", "snapshot",
           R"("asks":[["2","1","0","1"]],"bids":[["1","5","0","3"]],"ts":"1700000000000","seqId":7,"prevSeqId":-1)"),
      ElementsAre("okex BTC-USDT: " + kBegin + "null,7,null,true,false,2,1,null",
                  "okex BTC-USDT: " + kBegin + "null,7,null,true,true,1,5,null"));
  EXPECT_THAT(
      book("BTC-USDT", "update", R"("asks":[],"bids":[["1","0"]],"ts":"1700000000000","seqId":9,"prevSeqId":7)"),
      ElementsAre("okex BTC-USDT: " + kBegin + "null,9,7,false,true,1,0,null"));
  EXPECT_THAT(book("BTC-USDT", "update", R"("asks":[],"bids":[["1","0"]],"ts":"1700000000000","checksum":-5)"),
              ElementsAre("okex BTC-USDT: " + kBegin + "null,null,null,false,true,1,0,null"));
  // Nothing has changed, which is said once in a while.
  EXPECT_THAT(book("BTC-USDT", "update", R"("asks":[],"bids":[],"ts":"1700000000000","seqId":9,"prevSeqId":9)"),
              IsEmpty());
  EXPECT_EQ(decoder->what(), "books");
}

TEST_F(OkxMessages, MarketsAreToldByHowInstrumentsAreSpelled) {
  const std::string data = R"("asks":[],"bids":[],"ts":"1700000000000")";
  for (const auto& [instrument, venue] :
       {std::pair("BTC-USDT", "okex"), std::pair("UNI-USD-SWAP", "okex-swap"),
        std::pair("BTC-USD-220527", "okex-futures"), std::pair("BTC-USD-220527-30000-C", "okex-options")}) {
    EXPECT_THAT(
        book(instrument, "snapshot", data),
        ElementsAre(fmt::format("{} {}: {}null,null,null,true,null,null,null,null", venue, instrument, kBegin)));
  }
  EXPECT_THAT(book("BTC", "snapshot", data), ElementsAre("its instId is of no market that is known"));
}

TEST_F(OkxMessages, WhatIsWrongIsSaid) {
  const std::string data = R"("asks":[],"bids":[],"ts":"1700000000000")";
  EXPECT_THAT(book("BTC-USDT", "", data), ElementsAre("its action is neither snapshot nor update"));
  EXPECT_THAT(book("BTC-USDT", "update", R"("asks":[],"bids":[["1","1"]])"),
              ElementsAre("it tells no time of its own"));
  EXPECT_THAT(book("BTC-USDT", "update", R"("asks":[],"bids":[],"ts":"99999999999")"),
              ElementsAre("it tells no time of its own"));
  EXPECT_THAT(book("BTC-USDT", "update", data + R"(,"seqId":"x")"), ElementsAre("its seqId is no id"));
  EXPECT_THAT(decode(R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[]})"),
              ElementsAre("it has no data behind its channel"));
  EXPECT_THAT(decode(R"({"data":[{"px":"1"}],"arg":{"channel":"trades","instId":"BTC-USDT"}})"),
              ElementsAre("it has no data behind its channel"));
  EXPECT_THAT(book("BTC-USDT", "", data, "books5"), IsEmpty());
  EXPECT_EQ(decoder->what(), "books5");
  EXPECT_THAT(decode(R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}})"), IsEmpty());
  EXPECT_EQ(decoder->what(), "subscribe");
}

TEST_F(OkxMessages, ABookHasTwoArraysOfLevels) {
  for (const char* sides : {R"("asks":["1","2"],"bids":[])", R"("asks":{},"bids":[])", R"("asks":[],"bids":null)",
                            R"("asks":[],"bids":[{"px":"1"}])", R"("asks":[null],"bids":[])"}) {
    EXPECT_THAT(book("BTC-USDT", "update", fmt::format(R"({},"ts":"1700000000000")", sides)),
                ElementsAre("its asks or bids are no array of levels"))
        << sides;
  }
  EXPECT_THAT(book("BTC-USDT", "update", R"("asks":[],"ts":"1700000000000")"),
              ElementsAre("it lacks its asks or its bids"));
  EXPECT_THAT(decode(R"({"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"1","px":"1","sz":"2",)"
                     R"("side":"buy","ts":"1700000000000"},null]})"),
              ElementsAre("its data is no array of objects"));
}

// "data[].asks" may be the name of a member too.
TEST_F(OkxMessages, AMemberNamedAsAPlaceIsNone) {
  EXPECT_THAT(decode(R"({"arg":{"channel":"trades","instId":"A-B"},"data":[{"tradeId":"1","px":"1","sz":"2",)"
                     R"("side":"buy","ts":"1700000000000"}],"arg.instId":"C-D","":{"arg":{"channel":"x"}}})"),
              ElementsAre(HasSubstr("okex A-B: 1,")));
}

// Each is a row, so each counts.
TEST_F(OkxMessages, UpdatesWithoutLevelsAreBoundedToo) {
  std::string data = R"("asks":[],"bids":[],"ts":"1700000000000")";
  for (std::size_t i = 0; i < CaptureDecoder::kMostRows; ++i) {
    data += R"(},{"asks":[],"bids":[],"ts":"1700000000000")";
  }
  EXPECT_THAT(book("BTC-USDT", "update", data), ElementsAre("it has more than 250000 levels or trades"));
}

TEST_F(OkxMessages, TradesHaveTheTakersSide) {
  EXPECT_THAT(
      decode(R"({"arg":{"channel":"trades","instId":"UNI-USD-SWAP"},"data":[)"
             R"({"instId":"UNI-USD-SWAP","tradeId":"5","px":"5.1","sz":"100","side":"sell","ts":"1700000000000"},)"
             R"({"instId":"UNI-USD-SWAP","tradeId":"6","px":"5.2","sz":"1","side":"buy","ts":"1700000000000"}]})"),
      ElementsAre("okex-swap UNI-USD-SWAP: 5,2023-11-14T22:13:20.000Z,5.1,100,null,true,null,null,"
                  "1970-01-01T00:00:00.000001000Z",
                  "okex-swap UNI-USD-SWAP: 6,2023-11-14T22:13:20.000Z,5.2,1,null,false,null,null,"
                  "1970-01-01T00:00:00.000001000Z"));
}

TEST_F(OkxMessages, ATradeIsOfItsChannelsInstrument) {
  EXPECT_THAT(decode(R"({"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[)"
                     R"({"instId":"ETH-USDT","tradeId":"5","px":"5.1","sz":"1","side":"sell","ts":"1700000000000"}]})"),
              ElementsAre("a trade's instId is not that of its channel"));
}

// Several trades of one moment have one seqId, which books have too.
TEST_F(OkxMessages, TradesHaveTheirOwnIdsBesideTheSequences) {
  EXPECT_THAT(decode(R"({"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[)"
                     R"({"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12060306","side":"buy",)"
                     R"("ts":"1700000000000","count":"3","source":"0","seqId":1234}]})"),
              ElementsAre("okex BTC-USDT: 130639474,2023-11-14T22:13:20.000Z,42219.9,0.12060306,null,false,null,null,"
                          "1970-01-01T00:00:00.000001000Z"));
}

// The first of two messages is cut behind what would excuse the second one.
TEST_F(OkxMessages, WhatACutMessageSaidIsForgotten) {
  EXPECT_NE(decode(R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[],"bids":[],)"
                   R"("ts":"1700000000000","seqId":9,"prevSeqId":9},)"),
            Texts{});
  EXPECT_THAT(decode(R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[]})"),
              ElementsAre("it has no data behind its channel"));
}

class CoinbaseMessages : public CapturedMessages {
 protected:
  void SetUp() override { decoder = CaptureDecoder::of_exchange("COINBASE"); }
  Texts book(int sequence, std::string_view type, std::string_view side = "bid") {
    return decode(fmt::format(
        R"({{"channel":"l2_data","timestamp":"2023-11-14T22:13:20.5Z","sequence_num":{},"events":[{{"type":"{}",)"
        R"("product_id":"BTC-USD","updates":[{{"side":"{}","event_time":"2023-11-14T22:13:20Z","price_level":"1",)"
        R"("new_quantity":"2"}}]}}]}})",
        sequence, type, side));
  }
  Texts other(int sequence) {
    return decode(fmt::format(R"({{"channel":"ticker","sequence_num":{},"events":[]}})", sequence));
  }
  static std::string row(std::string_view ids, std::string_view rest) {
    return fmt::format("coinbase BTC-USD: {}null,{},{},2023-11-14T22:13:20.500Z", kBegin, ids, rest);
  }
};

TEST_F(CoinbaseMessages, WhatIsRefusedIsMissingInTheBook) {
  EXPECT_THAT(book(0, "snapshot"), SizeIs(1));
  EXPECT_THAT(book(1, "update"), ElementsAre(row("1,0", "false,true,1,2")));
  EXPECT_THAT(book(2, "update", "neither"), ElementsAre(HasSubstr("side")));
  EXPECT_THAT(book(3, "update"), ElementsAre(row("3,2", "false,true,1,2")));
}

TEST_F(CoinbaseMessages, RefusedTradesAreNotMissingInTheBook) {
  EXPECT_THAT(book(0, "snapshot"), SizeIs(1));
  EXPECT_THAT(decode(R"({"channel":"market_trades","sequence_num":1,"events":[{"type":"update","trades":[{}]}]})"),
              ElementsAre("a trade's side is neither BUY nor SELL"));
  EXPECT_THAT(book(2, "update"), ElementsAre(row("2,0", "false,true,1,2")));
}

// An update names the one before it as long as no message of the connection was missing in between.
TEST_F(CoinbaseMessages, MissingMessagesShowInTheIds) {
  EXPECT_THAT(book(0, "snapshot"), ElementsAre(row("0,null", "true,true,1,2")));
  EXPECT_THAT(book(1, "update"), ElementsAre(row("1,0", "false,true,1,2")));
  EXPECT_THAT(other(2), IsEmpty());
  EXPECT_EQ(decoder->what(), "ticker");
  EXPECT_THAT(book(3, "update", "offer"), ElementsAre(row("3,1", "false,false,1,2")));
  EXPECT_THAT(other(6), IsEmpty());  // 4 and 5 may have been updates
  EXPECT_THAT(book(7, "update"), ElementsAre(row("7,5", "false,true,1,2")));
  EXPECT_THAT(book(8, "update"), ElementsAre(row("8,7", "false,true,1,2")));
  connection = {};
  EXPECT_THAT(book(0, "snapshot"), ElementsAre(row("0,null", "true,true,1,2")));
}

// Of a file that has each line twice.
TEST_F(CoinbaseMessages, AMessageThatComesAgainIsNoneThatIsMissing) {
  EXPECT_THAT(book(0, "snapshot"), SizeIs(1));
  EXPECT_THAT(book(1, "update"), ElementsAre(row("1,0", "false,true,1,2")));
  EXPECT_THAT(other(2), IsEmpty());
  EXPECT_THAT(other(2), IsEmpty());
  EXPECT_THAT(book(3, "update"), ElementsAre(row("3,1", "false,true,1,2")));
}

TEST_F(CoinbaseMessages, MessagesMissingBehindTheSnapshotShowInTheIds) {
  EXPECT_THAT(book(4, "snapshot"), SizeIs(1));
  EXPECT_THAT(book(7, "update"), ElementsAre(row("7,6", "false,true,1,2")));
  EXPECT_THAT(book(8, "snapshot"), ElementsAre(row("8,null", "true,true,1,2")));
  EXPECT_THAT(book(9, "update"), ElementsAre(row("9,8", "false,true,1,2")));
}

TEST_F(CoinbaseMessages, BooksBeyondThoseFollowedAreRefused) {
  connection.books_left = 1;
  EXPECT_THAT(book(0, "snapshot"), SizeIs(1));
  EXPECT_EQ(connection.books_left, 0U);
  EXPECT_THAT(book(1, "update"), SizeIs(1));
  EXPECT_THAT(decode(R"({"channel":"l2_data","timestamp":"2023-11-14T22:13:20Z","sequence_num":2,"events":[)"
                     R"({"type":"snapshot","product_id":"ETH-USD","updates":[]}]})"),
              ElementsAre("more books have updates, over all connections, than are followed"));
  EXPECT_THAT(book(3, "update"), ElementsAre(row("3,2", "false,true,1,2")));
}

// As the venue's pages show those of snapshots.
TEST_F(CoinbaseMessages, ALevelsTimeOf1970IsNone) {
  const std::string told = R"({"channel":"l2_data","timestamp":"2023-11-14T22:13:20Z","sequence_num":0,"events":[)"
                           R"({"type":"snapshot","product_id":"BTC-USD","updates":[{"side":"bid",)"
                           R"("event_time":"1970-01-01T00:00:00Z","price_level":"1","new_quantity":"2"}]}]})";
  EXPECT_THAT(decode(told), ElementsAre("coinbase BTC-USD: " + kBegin + "null,0,null,true,true,1,2,null"));
}

TEST_F(CoinbaseMessages, UpdatesAndTradesAreArraysOfObjects) {
  for (const char* list : {"7", "{}", "[7]", "[null]", "[[]]"}) {
    EXPECT_THAT(decode(fmt::format(R"({{"channel":"l2_data","timestamp":"2023-11-14T22:13:20Z","sequence_num":0,)"
                                   R"("events":[{{"type":"update","product_id":"X","updates":{}}}]}})",
                                   list)),
                ElementsAre("its updates or trades are no array of objects"))
        << list;
    EXPECT_THAT(
        decode(fmt::format(
            R"({{"channel":"market_trades","sequence_num":0,"events":[{{"type":"update","trades":{}}}]}})", list)),
        ElementsAre("its updates or trades are no array of objects"))
        << list;
  }
}

TEST_F(CoinbaseMessages, WhatIsRefusedIsOfAProductWhereThereIsOne) {
  EXPECT_THAT(book(0, "update", "neither"), SizeIs(1));
  EXPECT_EQ(decoder->refused().symbol, "BTC-USD");
  EXPECT_EQ(decoder->refused().venue, "coinbase");
  EXPECT_EQ(decoder->refused().kind->name, "book_updates");
  EXPECT_THAT(decode(R"({"channel":"market_trades","sequence_num":1,"events":[{"type":"update","trades":[)"
                     R"({"product_id":"X"},{"product_id":"Y"}]}]})"),
              SizeIs(2));
  EXPECT_EQ(decoder->bad_trades()[0].subject.symbol, "X");
  EXPECT_EQ(decoder->bad_trades()[1].subject.symbol, "Y");
  EXPECT_EQ(decoder->bad_trades()[1].subject.kind->name, "trades");
  EXPECT_THAT(decode(R"({"channel":"market_trades","sequence_num":1,"events":[{"type":"update","trades":[)"
                     R"({"product_id":"X"},)"),
              SizeIs(1));
  EXPECT_EQ(decoder->refused().symbol, "") << "another product may have been cut off";
  EXPECT_THAT(decode(R"({"channel":"ticker","x":)"), SizeIs(1));
  EXPECT_EQ(decoder->refused().kind, nullptr);
}

TEST_F(CoinbaseMessages, WhatIsWrongIsSaid) {
  EXPECT_THAT(book(0, "other"), ElementsAre("its type is neither snapshot nor update"));
  EXPECT_THAT(book(0, "update", "ask"), ElementsAre("a level's side is neither bid nor offer"));
  EXPECT_THAT(book(-1, "update"), ElementsAre("its sequence_num is no number"));
  EXPECT_THAT(decode(R"({"channel":"l2_data","sequence_num":1,"events":[]})"),
              ElementsAre("it has no event behind its channel"));
  EXPECT_THAT(decode(R"({"channel":"market_trades","sequence_num":2,"events":[{"type":"update","trades":[)"
                     R"({"product_id":"X","trade_id":"1","price":"1","size":"1","time":"soon","side":"BUY"}]}]})"),
              ElementsAre("a trade tells no time"));
  EXPECT_THAT(decode("[]"), IsEmpty());
  EXPECT_THAT(decode("{}{}"), ElementsAre(HasSubstr("its message is no JSON")));
}

// Each is of the product that it names, and of no other.
TEST_F(CoinbaseMessages, TradesOfSeveralProductsAreKeptApart) {
  EXPECT_THAT(
      decode(R"({"channel":"market_trades","sequence_num":2,"events":[{"type":"update","trades":[)"
             R"({"product_id":"X","trade_id":"1","price":"1","size":"1","time":"2023-11-14T22:13:20Z","side":"BUY"},)"
             R"({"product_id":"Y","trade_id":"9","price":"1","size":"1","time":"2023-11-14T22:13:20Z",)"
             R"("side":"SELL"}]}]})"),
      ElementsAre("coinbase X: 1,2023-11-14T22:13:20.000Z,1,1,null,true,null,null,1970-01-01T00:00:00.000001000Z",
                  "coinbase Y: 9,2023-11-14T22:13:20.000Z,1,1,null,false,null,null,"
                  "1970-01-01T00:00:00.000001000Z"));
  EXPECT_THAT(
      decode(R"({"channel":"market_trades","sequence_num":3,"events":[{"type":"update","trades":[)"
             R"({"product_id":"X","trade_id":"1","price":"1","size":"1","time":"2023-11-14T22:13:20Z","side":"BUY"},)"
             R"({"trade_id":"9","price":"1","size":"1","time":"2023-11-14T22:13:20Z","side":"SELL"}]}]})"),
      ElementsAre("coinbase X: 1,2023-11-14T22:13:20.000Z,1,1,null,true,null,null,1970-01-01T00:00:00.000001000Z",
                  "'' is no symbol that a folder can be called"));
}

TEST(CaptureDecoders, AreThoseOfThreeExchanges) {
  for (const char* exchange : {"OKX", "BYBIT", "COINBASE"}) EXPECT_NE(CaptureDecoder::of_exchange(exchange), nullptr);
  for (const char* exchange : {"", "okx", "BINANCE"}) EXPECT_EQ(CaptureDecoder::of_exchange(exchange), nullptr);
}

}  // namespace
}  // namespace acts::history
