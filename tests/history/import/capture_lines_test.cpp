// Captures in JSON lines, line by line: what enters, what is left out, and what is a bad line.
#include "history/import/capture_lines.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "history/import/capture_text.hpp"
#include "history/import/capture_trade_ids.hpp"

namespace acts::history {
namespace {

using test::book;
using test::CaptureText;
using test::connect;
using test::header;
using test::recv;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kLater = "1700000001.5";

TEST_F(CaptureText, TheTestnetOfBybitIsNoMarket) {
  const std::string path =
      write_lines({header("BYBIT"), connect("c"),
                   R"({"t":"connect","conn":"t","ts":1.5,"addr":"wss://stream-testnet.bybit.com/v5/public/linear"})",
                   recv("1700000000.5", book("snapshot", 1, R"(["1","1"])")),
                   recv("1700000000.6", book("snapshot", 1, R"(["2","1"])"), "t")});
  EXPECT_THAT(rows_in(path),
              ElementsAre(HasSubstr(",1,1,"), "5: the URL of its connection is of no market that is known"));
}

TEST_F(CaptureText, TimesAreTakenToTheNanosecondAsTheyStand) {
  EXPECT_THAT(rows({recv("1700000000.123456789", book("snapshot", 7, R"(["0.10","1"])")),
                    recv("1700000000.123456789", book("delta", 8, R"(["0.10","0"],["1e-05","3"])"))}),
              ElementsAre("2023-11-14T22:13:20.123456789Z,0,2023-11-14T22:13:20.000Z,null,7,null,true,true,0.1,1,"
                          "2023-11-14T22:13:20.001Z",
                          "2023-11-14T22:13:20.123456789Z,1,2023-11-14T22:13:20.000Z,8,8,null,false,true,0.1,0,"
                          "2023-11-14T22:13:20.001Z",
                          "2023-11-14T22:13:20.123456789Z,2,2023-11-14T22:13:20.000Z,8,8,null,false,true,0.00001,3,"
                          "2023-11-14T22:13:20.001Z"));
}

TEST_F(CaptureText, BadLinesAreToldWithTheirReasonAndNothingOfThemEnters) {
  const std::string good = recv("1700000000.5", book("snapshot", 7, R"(["1","1"])"));
  std::string deep(200'000, '[');
  const std::vector<std::string> told = rows({
      good,
      R"({"t":"recv","conn":"c","ts":1700000001.5,"data":)",
      R"({"t":"other"})",
      R"({"t":"recv","conn":"c","ts":"soon","data":"{}"})",
      recv("1700000001.1234567891", "{}"),
      R"({"t":"recv","conn":"d","ts":1700000001.5,"data":"{}"})",
      R"({"t":"recv","conn":"c","ts":1700000001.5,"data":{}})",
      recv(kLater, deep),
      deep,
      recv(kLater, book("delta", 8, R"(["1","1"],["2","-1"])")),
      recv(kLater, book("delta", 8, R"(["1"])")),
      recv(kLater, book("delta", 8, R"(["1,5","1"])")),
      recv(kLater, book("delta", 8, R"(["1",{"a":1}])")),
      recv(kLater, book("delta", 8, R"(["123456789012345678901234567890","1"])")),
      recv(kLater, book("none", 8, R"(["1","1"])")),
      recv(kLater, R"({"topic":"orderbook.50.X","type":"delta","ts":1,"data":{"s":"X","b":[],"a":[],"u":1.0e99}})"),
      recv(kLater, R"({"topic":"orderbook.50.X","type":"delta","ts":1,)"
                   R"("data":{"s":"X","b":[],"a":[],"u":99999999999999999999}})"),
      recv(kLater, book("delta", 8, "", "50", "X/..")),
      recv(kLater, R"({"topic":"publicTrade.X","type":"snapshot","data":[)"
                   R"({"s":"X","i":"a-b","T":1,"p":"1","v":"1","S":"Buy"}]})"),
      recv(kLater, R"({"topic":"publicTrade.X","type":"snapshot","data":null})"),
      "\xFF\xFE",
  });
  ASSERT_EQ(told.size(), 21U);
  EXPECT_THAT(told[0], HasSubstr("2023-11-14T22:13:20.500000000Z,0,"));
  const std::vector<std::string> reasons = {
      "4: it is no JSON, or a line that is cut",
      "5: its t is none of header, http, connect, send and recv",
      "6: its ts is no time in unix seconds",
      "7: its ts is no time in unix seconds from 1973 to 2199, exact to a nanosecond",
      "8: no line tells of its connection",
      "9: it has no data",
      "10: its message is no JSON, or nests deeper than 16",
      "11: it is no JSON",
      "12: quantity '-1' is negative",
      "13: a level lacks its price or quantity",
      "14: it has 4 fields, not 3",
      "15: its b or a is no array of levels",
      "16: price '123456789012345678901234567890' is larger than the catalog keeps",
      "17: its type is neither snapshot nor delta",
      "18: its u is no id",
      "19: its u is no id",
      "20: 'X/..' is no symbol",
      "21: a trade's i is no whole number, and it has no seq",
      "22: it has no data behind its topic",
      "23: it is no JSON",
  };
  for (std::size_t i = 0; i < reasons.size(); ++i) EXPECT_THAT(told[i + 1], HasSubstr(reasons[i]));
}

TEST_F(CaptureText, OneBookChannelOfAnInstrumentEnters) {
  EXPECT_THAT(rows({recv("1700000000.5", book("snapshot", 7, R"(["1","1"])")),
                    recv("1700000000.6", book("snapshot", 9, R"(["2","1"])", "1")),
                    recv("1700000001.5", R"({"op":"pong"})"), recv("1700000001.6", "pong")}),
              ElementsAre(HasSubstr(",7,null,true,true,1,1,")));
  EXPECT_EQ(left_out, "1 orderbook.1, 2 pong");
}

// Mixed they would tell each trade twice: those of the one channel are sums of those of the other.
TEST_F(CaptureText, OneTradeChannelOfAnInstrumentEnters) {
  const auto trade = [](std::string_view channel, std::string_view instrument, int id) {
    return recv(kLater, fmt::format(R"({{"arg":{{"channel":"{}","instId":"{}"}},"data":[{{"tradeId":"{}","px":"1",)"
                                    R"("sz":"2","side":"buy","ts":"1700000000000"}}]}})",
                                    channel, instrument, id));
  };
  EXPECT_THAT(
      rows_in(write_lines({header("OKX"), connect("c"), trade("trades-all", "A-B", 10), trade("trades-all", "A-B", 11),
                           trade("trades", "A-B", 11), trade("trades", "A-C", 7), trade("trades-all", "A-C", 6)})),
      ElementsAre(StartsWith("10,"), StartsWith("11,"), StartsWith("7,")));
  EXPECT_EQ(left_out, "1 trades, 1 trades-all");
}

// As rows of a book that nobody has: two connections' updates interleave. A snapshot begins it anew.
TEST_F(CaptureText, ABookComesOverOneConnectionAtATime) {
  const auto told = [](std::string_view connection, std::string_view type, int id) {
    return recv(fmt::format("17000000{:02}", id), book(type, id, R"(["1","1"])"), connection);
  };
  EXPECT_THAT(rows({connect("d"), told("c", "snapshot", 1), told("c", "delta", 2), told("d", "delta", 2),
                    told("d", "snapshot", 3), told("c", "delta", 3), told("d", "delta", 4)}),
              ElementsAre(HasSubstr(",1,null,true,"), HasSubstr(",2,null,false,"), HasSubstr(",3,null,true,"),
                          HasSubstr(",4,null,false,")));
  EXPECT_EQ(left_out, "2 orderbook.50 over another connection");
}

// Levels of its topic have another form, and it is no depth.
TEST_F(CaptureText, ABookOfBybitHasADepthInItsTopic) {
  for (const char* depth : {"rpi", "", "50x", "-1", "99999999999999999999"}) {
    EXPECT_THAT(rows({recv(kLater, book("snapshot", 7, R"(["1","1"])", depth)),
                      recv(kLater, book("snapshot", 7, R"(["1","1"])"))}),
                ElementsAre(HasSubstr(",7,null,true,true,1,1,")));
    EXPECT_EQ(left_out, fmt::format("1 orderbook.{}", depth));
  }
}

TEST_F(CaptureText, ABookOfBybitHasTwoArraysOfLevels) {
  const auto told = [this](std::string_view sides) {
    return rows({recv(kLater, book("snapshot", 7, R"(["1","1"])")),
                 recv(kLater, fmt::format(R"({{"topic":"orderbook.50.X","type":"delta","ts":1700000000000,)"
                                          R"("data":{{"s":"X","u":8,{}}}}})",
                                          sides))})
        .back();
  };
  EXPECT_THAT(told(R"("b":[],"a":[])"), HasSubstr(",8,8,null,false,null,null,null,"));
  for (const char* sides :
       {R"("b":["1","2"],"a":[])", R"("b":"1","a":[])", R"("b":[],"a":{})", R"("b":[],"a":[null])",
        R"("b":[],"a":[{"p":"1"}])", R"("b":[],"a":[{}])", R"("b":[],"a":null)", R"("b":[["1",["2"]]],"a":[])"}) {
    EXPECT_EQ(told(sides), "4: its b or a is no array of levels") << sides;
  }
  EXPECT_EQ(told(R"("b":[])"), "4: it lacks its b or its a");
}

// Its levels would be of nobody knows what.
TEST_F(CaptureText, DataInFrontOfItsTopicIsBad) {
  const std::string good = recv(kLater, book("snapshot", 7, R"(["1","1"])"));
  EXPECT_EQ(rows({good, recv(kLater, R"({"type":"delta","ts":1700000000000,"data":{"s":"X","u":8,"b":[["1","2"]],)"
                                     R"("a":[]},"topic":"orderbook.50.X"})")})
                .back(),
            "4: it has data in front of its topic");
}

// Of 1970 and 2262: nobody has captured that.
TEST_F(CaptureText, TimesOutsideWhatIsLikelyAreBad) {
  const std::string good = recv("100000000", book("snapshot", 7, R"(["1","1"])"));
  EXPECT_THAT(rows({good, recv("99999999.999999999", book("delta", 8, "")), recv("7258118399.9", book("delta", 8, "")),
                    recv("7258118400", book("delta", 9, "")), recv("9223372036.854775807", book("delta", 9, ""))}),
              ElementsAre(StartsWith("1973-03-03T09:46:40.000000000Z,"), StartsWith("4: its ts is no time"),
                          StartsWith("2199-12-31T23:59:59.900000000Z,"), StartsWith("6: its ts is no time"),
                          StartsWith("7: its ts is no time")));
  EXPECT_EQ(rows({good, recv(kLater, R"({"topic":"orderbook.50.X","type":"delta","ts":99999999999,)"
                                     R"("data":{"s":"X","u":8,"b":[],"a":[]}})")})
                .back(),
            "4: it tells no time of its own");
}

TEST_F(CaptureText, AHeaderOfAnotherExchangeEndsIt) {
  const std::string good = recv(kLater, book("snapshot", 7, R"(["1","1"])"));
  EXPECT_THAT(
      rows({good, header("OKX"), connect("c")}),
      ElementsAre(EndsWith("x.jsonl: line 4: a header of 'OKX' in format '2' follows that of BYBIT in format 2: "
                           "make a file of each capture")));
  EXPECT_THAT(rows({good, R"({"t":"header","format":3,"exchange":"BYBIT"})"}),
              ElementsAre(HasSubstr("line 4: a header of 'BYBIT' in format '3' follows")));
  EXPECT_THAT(rows({good, R"({"t":"header"})"}), ElementsAre(HasSubstr("line 4: a header of '' in format '' follows")));
}

// Names of connections are those of a run.
TEST_F(CaptureText, BehindAHeaderConnectionsBeginAnew) {
  const std::string good = recv(kLater, book("snapshot", 7, R"(["1","1"])"));
  EXPECT_THAT(rows({good, header("BYBIT"), good, connect("c"), good}),
              ElementsAre(HasSubstr(",7,null,true"), StartsWith("5: no line tells of its connection"),
                          HasSubstr(",7,null,true")));
}

TEST_F(CaptureText, NamesOfConnectionsAreBounded) {
  const std::string name(CaptureConnections::kMostNameBytes, 'n');
  const std::string good = recv(kLater, book("snapshot", 7, R"(["1","1"])"), name);
  const std::string market(CaptureConnections::kMostUrlBytes, 'm');
  EXPECT_THAT(rows({connect(name), good, connect(name + "n"), connect("d", market)}),
              ElementsAre(HasSubstr(",7,null,true"), "5: its conn is longer than 256 bytes",
                          "6: its addr is longer than 2048 bytes"));
}

// More than are held at a time, as of a long capture whose every new connection has a new name.
TEST_F(CaptureText, ConnectionsThatAreSilentMakeRoom) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i <= CaptureConnections::kMost; ++i) {
    lines.push_back(connect(fmt::format("n{}", i)));
    lines.push_back(recv(kLater, book("snapshot", static_cast<int>(i), R"(["1","1"])"), fmt::format("n{}", i)));
  }
  lines.push_back(recv(kLater, book("snapshot", 7, ""), "n0"));
  const std::vector<std::string> told = rows(lines);
  ASSERT_EQ(told.size(), CaptureConnections::kMost + 2);
  for (std::size_t i = 0; i <= CaptureConnections::kMost; ++i) EXPECT_THAT(told[i], HasSubstr(",null,true,true,1,1,"));
  EXPECT_THAT(told.back(), HasSubstr("no line tells of its connection, or 1024 others have spoken since it did"));
}

std::string told_by(std::string_view connection, std::string_view type, int id, int second) {
  return recv(fmt::format("17000000{:02}", second), book(type, id, R"(["1","1"])"), connection);
}

// What is next is next, over whichever connection it comes: none of them has an end that is told.
TEST_F(CaptureText, ABookGoesOnOverTheConnectionThatContinuesIt) {
  EXPECT_THAT(rows({connect("d"), told_by("c", "snapshot", 1, 1), told_by("c", "delta", 2, 2),
                    told_by("d", "snapshot", 2, 3), told_by("c", "delta", 3, 4), told_by("d", "delta", 3, 5),
                    told_by("d", "delta", 4, 6), told_by("c", "delta", 4, 7), told_by("c", "delta", 5, 8),
                    told_by("c", "delta", 7, 9), told_by("d", "delta", 6, 10), told_by("c", "delta", 8, 11)}),
              ElementsAre(HasSubstr(",1,null,true,"), HasSubstr(",2,null,false,"), HasSubstr(",2,null,true,"),
                          HasSubstr(",3,null,false,"), HasSubstr(",4,null,false,"), HasSubstr(",5,null,false,"),
                          HasSubstr(",7,null,false,"), HasSubstr(",8,null,false,")));
  EXPECT_EQ(left_out, "3 orderbook.50 over another connection");
}

// Ids of Coinbase are those of a connection: equal ones mean nothing.
TEST_F(CaptureText, IdsThatCountAConnectionsMessagesContinueNoOther) {
  const auto told = [](std::string_view connection, std::string_view type, int sequence) {
    return recv(kLater,
                fmt::format(R"({{"channel":"l2_data","timestamp":"2023-11-14T22:13:20Z","sequence_num":{},"events":[)"
                            R"({{"type":"{}","product_id":"X","updates":[]}}]}})",
                            sequence, type),
                connection);
  };
  EXPECT_EQ(rows_in(write_lines({header("COINBASE"), connect("c"), connect("d"), told("d", "snapshot", 0),
                                 told("c", "snapshot", 0), told("c", "update", 1), told("d", "update", 1),
                                 told("d", "update", 2)}))
                .size(),
            3U);
  EXPECT_EQ(left_out, "2 l2_data over another connection");
}

// Without ids that tell: what the others had to say meanwhile is counted.
TEST_F(CaptureText, ABookGoesOnOverAnotherConnectionWhereItsOwnIsSilent) {
  const auto told = [](std::string_view connection, std::string_view action, int second) {
    return recv(fmt::format("17000000{:02}", second),
                fmt::format(R"({{"arg":{{"channel":"books","instId":"A-B"}},"action":"{}","data":[{{"asks":[],)"
                            R"("bids":[],"ts":"17000000{:02}000"}}]}})",
                            action, second),
                connection);
  };
  const auto seconds = [this](std::vector<std::string> lines) {
    lines.insert(lines.begin(), {header("OKX"), connect("c"), connect("d")});
    std::vector<std::string> kept;
    for (const std::string& row : rows_in(write_lines(lines))) kept.push_back(row.substr(14, 5));
    return kept;
  };
  const std::vector<std::string> begin = {told("c", "snapshot", 0), told("d", "snapshot", 1)};
  auto silent = begin;
  for (const int second : {10, 40, 69, 70, 80}) silent.push_back(told("c", "update", second));
  EXPECT_THAT(seconds(silent), ElementsAre("13:20", "13:21", "14:30", "14:40"));
  EXPECT_EQ(left_out, "3 books over another connection");
  auto alive = begin;
  for (const int second : {10, 40}) alive.push_back(told("c", "update", second));
  alive.push_back(recv("1700000050", "pong", "d"));
  for (const int second : {69, 80}) alive.push_back(told("c", "update", second));
  EXPECT_THAT(seconds(alive), ElementsAre("13:20", "13:21"));
  auto renewed = begin;
  renewed.push_back(told("c", "update", 2));
  renewed.insert(renewed.end(), {header("OKX"), connect("c")});
  renewed.push_back(told("c", "update", 3));
  EXPECT_THAT(seconds(renewed), ElementsAre("13:20", "13:21", "13:23")) << "another run, whose names are its own";
}

// Of what is not chosen; where that is known.
TEST_F(CaptureText, BadLinesOfOtherInstrumentsDoNotCount) {
  const std::vector<std::string> lines = {
      recv(kLater, book("snapshot", 7, R"(["1","1"])")),
      recv(kLater, book("snapshot", 7, R"(["1","1"])", "50", "Y")),
      recv(kLater, book("delta", 8, R"(["1","bad"])", "50", "Y")),
      recv(kLater, book("delta", 8, R"(["1","bad"])")),
      recv(kLater, R"({"topic":"publicTrade.X","type":"snapshot","data":[)"),
      recv(kLater, R"({"topic":)"),
  };
  const auto bad = [&](const SourceHints& hints) {
    std::vector<std::string> places;
    for (const std::string& told : rows(lines, hints)) {
      if (told.find(": ") < 3) places.push_back(told.substr(0, told.find(':')));
    }
    return places;
  };
  EXPECT_THAT(bad({}), ElementsAre("5", "6", "7", "8"));
  EXPECT_THAT(bad({.kind = "", .venue = "", .symbol = "X", .interval = ""}), ElementsAre("6", "7", "8"));
  EXPECT_THAT(bad({.kind = "", .venue = "", .symbol = "Y", .interval = ""}), ElementsAre("5", "8"));
  EXPECT_THAT(bad({.kind = "book_updates", .venue = "bybit", .symbol = "X", .interval = ""}), ElementsAre("6", "8"));
}

std::string trades(std::string_view all) {
  return fmt::format(R"({{"topic":"publicTrade.X","type":"snapshot","ts":1,"data":[{}]}})", all);
}
std::string trade(std::string_view id, int seq, std::string_view more = "") {
  return fmt::format(R"({{"s":"X","i":"{}","T":1700000000000,"p":"2","v":"3","S":"Sell","seq":{}{}}})", id, seq, more);
}
const std::string kTradeAt = ",2023-11-14T22:13:20.000Z,2,3,null,true,null,";

// The number that a trade of Bybit has.
std::string number_of(std::string_view id, std::int64_t sequence, std::int64_t place = 0) {
  CaptureTradeIds ids;
  return fmt::format("{},", ids.number("", id, sequence, place).value());
}

// The rows are the same but for the time of receipt: as repeated ones of other exchanges they count once.
TEST_F(CaptureText, TradesOfBybitOverTwoConnectionsHaveOneNumber) {
  EXPECT_THAT(
      rows({connect("d"), recv(kLater, trades(trade("u-0", 5) + "," + trade("u-1", 5))),
            recv(kLater, trades(trade("u-2", 6))), recv(kLater, trades(trade("u-0", 5) + "," + trade("u-1", 5)), "d"),
            connect("c"), recv(kLater, trades(trade("u-2", 6) + "," + trade("u-3", 6))),
            recv(kLater, trades(trade("u-4", 5)), "d")}),
      ElementsAre(StartsWith(number_of("u-0", 5)), StartsWith(number_of("u-1", 5, 1)), StartsWith(number_of("u-2", 6)),
                  StartsWith(number_of("u-0", 5)), StartsWith(number_of("u-1", 5, 1)), StartsWith(number_of("u-2", 6)),
                  StartsWith(number_of("u-3", 6, 1)), StartsWith(number_of("u-4", 5))));
}

// Of two captures the second begins between two messages of one seq.
TEST_F(CaptureText, TradesOfBybitHaveOneNumberInEveryCapture) {
  const std::string first = recv(kLater, trades(trade("u-0", 5) + "," + trade("u-1", 5)));
  const std::string second = recv(kLater, trades(trade("u-2", 5)));
  const std::string third = recv(kLater, trades(trade("u-3", 6)));
  const std::vector<std::string> whole = rows({first, second, third});
  ASSERT_EQ(whole.size(), 4U);
  EXPECT_THAT(rows({second, third}), ElementsAre(whole[2], whole[3]));
  EXPECT_THAT(rows({first, second}), ElementsAre(whole[0], whole[1], whole[2]));
}

// One that cannot be taken does not take the others with it; each is told.
TEST_F(CaptureText, ABadTradeIsABadLineAndItsMessageEnters) {
  EXPECT_THAT(rows({recv(kLater, trades(trade("u-0", 5) + "," + trade("u-1", 5, R"(,"S":"neither")") + "," +
                                        trade("u-2", 5, R"(,"p":"1,5")") + "," + trade("u-3", 5, R"(,"s":"Y")") + "," +
                                        trade("u-4", 5))),
                    recv(kLater, trades(trade("u-5", 6, R"(,"v":"-1")")))}),
              ElementsAre(StartsWith(number_of("u-0", 5)), StartsWith(number_of("u-4", 5, 3)),
                          "3: a trade's side is neither Buy nor Sell", "3: it has 5 fields, not 4",
                          "3: its topic is not of the symbol in it", "4: quantity '-1' is negative"));
  EXPECT_EQ(left_out, "");
}

TEST_F(CaptureText, TradesOfBybitAreOfTheSymbolInTheirTopicButForOptions) {
  const std::string of_other = R"({"topic":"publicTrade.Y","type":"snapshot","ts":1,"data":[)" + trade("u-1", 6) + "]}";
  EXPECT_EQ(rows({recv(kLater, trades(trade("u-0", 5))), recv(kLater, of_other)}).back(),
            "4: its topic is not of the symbol in it");
  EXPECT_THAT(rows({connect("o", "option"), recv(kLater, of_other, "o")}),
              ElementsAre(StartsWith(number_of("u-1", 6))));
}

TEST_F(CaptureText, TradesOfBybitAreObjects) {
  for (const char* data : {"null", "7", "[]", "[[]]"}) {
    EXPECT_EQ(rows({recv(kLater, trades(trade("u-0", 5))), recv(kLater, trades(trade("u-1", 6) + "," + data))}).back(),
              "4: its data is no array of trades");
  }
}

// Of futures ids are UUIDs; several trades have one seq.
TEST_F(CaptureText, TradesOfBybitAreNumberedBySeqWhereTheirIdIsNoNumber) {
  EXPECT_THAT(
      rows({recv(kLater, trades(trade("a-b", 5) + "," + trade("a-c", 5, R"(,"BT":true)"))),
            recv(kLater, trades(trade("a-d", 5) + "," + trade("a-e", 6, R"(,"BT":false)"))),
            recv(kLater, trades(trade("77", 6)))}),
      ElementsAre(number_of("a-b", 5) + std::string(kTradeAt).substr(1) + "null,2023-11-14T22:13:21.500000000Z",
                  number_of("a-c", 5, 1) + std::string(kTradeAt).substr(1) + "false,2023-11-14T22:13:21.500000000Z",
                  number_of("a-d", 5) + std::string(kTradeAt).substr(1) + "null,2023-11-14T22:13:21.500000000Z",
                  number_of("a-e", 6) + std::string(kTradeAt).substr(1) + "true,2023-11-14T22:13:21.500000000Z",
                  "77" + kTradeAt + "null,2023-11-14T22:13:21.500000000Z"));
}

TEST_F(CaptureText, HintsSayWhatOfACaptureEnters) {
  const std::string path = write({recv("1700000000.5", book("snapshot", 7, R"(["1","1"])"))});
  const auto error = [&](const SourceHints& hints) {
    const auto source = open_cryptofeed_lines(path, hints);
    return source ? std::string() : source.error().message;
  };
  EXPECT_EQ(error({.kind = "book_updates", .venue = "bybit", .symbol = "X", .interval = ""}), "");
  for (const SourceHints& hints : {SourceHints{.kind = "trades", .venue = "", .symbol = "", .interval = ""},
                                   SourceHints{.kind = "", .venue = "okex", .symbol = "", .interval = ""},
                                   SourceHints{.kind = "", .venue = "", .symbol = "Y", .interval = ""}}) {
    EXPECT_THAT(error(hints), HasSubstr("it holds nothing of the --venue, --symbol and --kind asked for"));
  }
  EXPECT_THAT(rows({recv(kLater, R"({"topic":"kline.1.X"})")}),
              ElementsAre(HasSubstr("it holds no book and no trade that can be read, but 1 kline")));
  EXPECT_THAT(
      rows({recv(kLater, R"({"topic":"kline.1.X"})"), recv("1.5", "{}")}),
      ElementsAre(EndsWith("that can be read, but 1 kline; line 4: its ts is no time in unix seconds from 1973 to "
                           "2199, exact to a nanosecond")));
}

// Whoever has more imports them in parts.
TEST_F(CaptureText, SetsAreBoundedToThoseThatAreChosen) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i <= kMostCaptureSets; ++i) {
    lines.push_back(recv(kLater, book("snapshot", 7, R"(["1","1"])", "50", fmt::format("S{}", i))));
  }
  EXPECT_THAT(rows(lines), ElementsAre(EndsWith("x.jsonl: it holds more than 4096 data sets: import it in parts, by "
                                                "--venue, --symbol or --kind")));
  EXPECT_THAT(rows(lines, {.kind = "", .venue = "", .symbol = "S7", .interval = ""}),
              ElementsAre(HasSubstr(",7,null,true,true,1,1,")));
}

TEST_F(CaptureText, OtherExchangesAndFormsAreRefusedByTheirName) {
  const auto error = [this](const std::string& header) {
    const std::string path = dir_.write("y.jsonl", header + "\n");
    EXPECT_EQ(format_of(path, {}).value()->name, "cryptofeed");
    return open_cryptofeed_lines(path, {}).error().message;
  };
  EXPECT_THAT(error(R"({"t":"header","format":2,"exchange":"KRAKEN"})"),
              AllOf(HasSubstr("y.jsonl: it is a capture of cryptofeed in JSON lines, of KRAKEN: those of BINANCE, "
                              "BINANCE_FUTURES, OKX, BYBIT and "
                              "COINBASE are taken"),
                    Not(HasSubstr("\n"))));
  EXPECT_THAT(error(R"({"t":"header","format":2,"exchange":"A\nB"})"),
              AllOf(HasSubstr("in JSON lines: those of"), Not(HasSubstr("\n"))));
  EXPECT_THAT(error(R"({"exchange": "KRAKEN", "t": "header"})"), HasSubstr("in JSON lines, of KRAKEN"));
  EXPECT_THAT(error(R"({"t":"header","format":3,"exchange":"OKX"})"),
              HasSubstr("its format is '3', and 2 is the one that is known"));
}

// A line without an end is a bad one, whose memory is bounded.
TEST_F(CaptureText, ALineThatIsTooLongIsABadOne) {
  const std::string good = recv("1700000000.5", book("snapshot", 7, R"(["1","1"])"));
  const std::vector<std::string> told = rows({std::string(CaptureLines::kMostLineBytes + 1, ' '), good});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[0], HasSubstr("3: "));
  EXPECT_THAT(told[1], HasSubstr(",7,null,true,true,1,1,"));
}

TEST_F(CaptureText, AMessageOfTooManyLevelsIsABadOne) {
  std::string levels = R"(["1","1"])";
  for (std::size_t i = 0; i < CaptureDecoder::kMostRows; ++i) levels += R"(,["1","1"])";
  EXPECT_THAT(rows({recv("1700000000.5", book("snapshot", 7, levels)), recv(kLater, book("delta", 8, ""))}),
              ElementsAre("3: it has more than 250000 levels or trades", HasSubstr(",8,8,null,false,null,null,null,")));
}

}  // namespace
}  // namespace acts::history
