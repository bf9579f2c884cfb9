// Bad input: each is refused whole, with one clear line, and harms nobody.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "binance/decoder.hpp"
#include "binance/wire.hpp"

namespace acts::binance {
namespace {

constexpr Venue kSpot = Venue::kBinanceSpot;
constexpr Venue kUsdm = Venue::kBinanceUsdm;

// The one line a message is refused with, by the scanner's decoder and by the other.
std::string refusal(std::string_view json, Venue venue = kSpot, InstrumentIndex asked = kNoInstrument) {
  Decoder decoder(venue);
  Decoder without_scanner(venue);
  without_scanner.disable_scanner();
  decoder.add("BTCUSDT", {2, 5});
  without_scanner.add("BTCUSDT", {2, 5});
  const Result<Message> message = decoder.decode(json, asked);
  const Result<Message> again = without_scanner.decode(json, asked);
  EXPECT_FALSE(message.has_value());
  EXPECT_FALSE(again.has_value());
  if (message || again) return "taken";
  EXPECT_EQ(message.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(message.error().message, again.error().message);
  EXPECT_LT(message.error().message.size(), 400U);
  EXPECT_TRUE(std::ranges::none_of(message.error().message, [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
  })) << message.error().message;
  const std::size_t start = message.error().message.rfind(": {");
  return message.error().message.substr(0, start);
}

std::string depth(std::string_view bids, std::string_view asks = "", std::string_view ids = R"("U":157,"u":160,)") {
  return R"({"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT",)" + std::string(ids) + R"("b":[)" + std::string(bids) +
         R"(],"a":[)" + std::string(asks) + "]}";
}

TEST(DecoderRefusal, TextThatIsNotJson) {
  EXPECT_EQ(refusal(""), "not JSON: Empty: no JSON found: ");
  EXPECT_EQ(refusal("<html><body>403 Forbidden</body></html>"),
            "HTML instead of JSON: <html><body>403 Forbidden</body></html>");
  EXPECT_EQ(refusal("\r\n <!DOCTYPE html>").substr(0, 20), "HTML instead of JSON");
  EXPECT_EQ(refusal("pong").substr(0, 10), "not JSON: ");
  EXPECT_EQ(refusal(depth("") + "}").substr(0, 10), "not JSON: ");
  EXPECT_EQ(refusal(depth("") + depth("")).substr(0, 10), "not JSON: ");
  EXPECT_EQ(refusal(std::string("{\"e\":\"trade\"\0}", 14)).substr(0, 10), "not JSON: ");
  EXPECT_EQ(refusal(R"({"e":"depthUpdate","E":0123})").substr(0, 10), "not JSON: ");
}

TEST(DecoderRefusal, AnEmptyViewOfNothing) {
  Decoder decoder(kSpot);
  EXPECT_FALSE(decoder.decode({}).has_value());
}

TEST(DecoderRefusal, EveryMessageThatIsCutShort) {
  for (const std::string& whole : {depth(R"(["61685.99","0.001"],["2","3"])", R"(["61686.00","1"])"),
                                   R"({"stream":"btcusdt@depth","data":)" + depth(R"(["2","3"])") + "}",
                                   std::string(R"({"lastUpdateId":5,"bids":[["1","1"]],"asks":[]})")}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_NE(refusal(whole.substr(0, length)), "taken") << whole.substr(0, length);
    }
  }
}

TEST(DecoderRefusal, InvalidUtf8) {
  EXPECT_EQ(refusal("{\"e\":\"depthUpdate\",\"s\":\"BTC\xff\"}").substr(0, 44),
            "not JSON: The input is not valid UTF-8");
}

TEST(DecoderRefusal, PricesAndQuantitiesThatAreNone) {
  EXPECT_EQ(refusal(depth(R"(["abc","1"])")), "BTCUSDT: price 'abc' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["","1"])")), "BTCUSDT: price '' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["1e5","1"])")), "BTCUSDT: price '1e5' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["+1","1"])")), "BTCUSDT: price '+1' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"([" 1","1"])")), "BTCUSDT: price ' 1' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["1.","1"])")), "BTCUSDT: price '1.' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"([".5","1"])")), "BTCUSDT: price '.5' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["1.2.3","1"])")), "BTCUSDT: price '1.2.3' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["1","NaN"])")), "BTCUSDT: quantity 'NaN' is not a decimal number");
  EXPECT_EQ(refusal(depth(R"(["-61685.99","1"])")), "BTCUSDT: price '-61685.99' is negative");
  EXPECT_EQ(refusal(depth("", R"(["1","-0.00000001"])")), "BTCUSDT: quantity '-0.00000001' is negative");
  EXPECT_EQ(refusal(depth(R"(["0.00","1"])")), "BTCUSDT: a level has price 0");
  EXPECT_EQ(refusal(depth(R"([1.5,"1"])")), "BTCUSDT: a price is not a string");
  EXPECT_EQ(refusal(depth(R"(["1",2])")), "BTCUSDT: a quantity is not a string");
  EXPECT_EQ(refusal(depth(R"([null,null])")), "BTCUSDT: a price is not a string");
}

TEST(DecoderRefusal, ValuesBeyondWhatIsExact) {
  EXPECT_EQ(refusal(depth(R"(["92233720368547758.08","1"])")), "BTCUSDT: price '92233720368547758.08' is too large");
  EXPECT_EQ(refusal(depth(R"(["1","92233720368547.75808"])")), "BTCUSDT: quantity '92233720368547.75808' is too large");
  EXPECT_EQ(refusal(depth(R"(["1.000000001","1"])")), "BTCUSDT: price '1.000000001' has more than 8 decimals");
  EXPECT_EQ(refusal(depth(R"(["1","0.)" + std::string(300, '1') + "\"]")).substr(0, 70),
            "BTCUSDT: quantity '0.111111111111111111111111111111...' has more than ");
  EXPECT_EQ(refusal(depth("[\"" + std::string(1'000'000, '9') + "\",\"1\"]")),
            "BTCUSDT: price '99999999999999999999999999999999...' is too large");
}

TEST(DecoderRefusal, LevelsOfAnotherShape) {
  EXPECT_EQ(refusal(depth(R"(["1"])")), "BTCUSDT: a level in b is not [price, quantity]");
  EXPECT_EQ(refusal(depth("[]")), "BTCUSDT: a level in b is not [price, quantity]");
  EXPECT_EQ(refusal(depth("5")), "BTCUSDT: a level in b is not [price, quantity]");
  EXPECT_EQ(refusal(depth("", R"({"1":"2"})")), "BTCUSDT: a level in a is not [price, quantity]");
}

TEST(DecoderRefusal, MissingKeysAndKeysOfAnotherType) {
  const auto without = [](std::string_view part, std::string_view instead = "") {
    std::string json = R"({"e":"depthUpdate","E":17,"s":"BTCUSDT","U":157,"u":160,"pu":156,"b":[],"a":[]})";
    json.replace(json.find(part), part.size(), instead);
    return refusal(json, kUsdm);
  };
  EXPECT_EQ(without(R"("e":"depthUpdate",)"), "e, the kind of event, is missing or not a string");
  EXPECT_EQ(without(R"("depthUpdate")", "1"), "e, the kind of event, is missing or not a string");
  EXPECT_EQ(without(R"("E":17,)"), "BTCUSDT: E is missing or not a whole number");
  EXPECT_EQ(without(R"("E":17)", R"("E":"17")"), "BTCUSDT: E is missing or not a whole number");
  EXPECT_EQ(without(R"("E":17)", R"("E":-1)"), "BTCUSDT: E is not a time");
  EXPECT_EQ(without(R"("E":17)", R"("E":9223372036854775807)"), "BTCUSDT: E is not a time");
  EXPECT_EQ(without(R"("s":"BTCUSDT",)"), "s is missing or not a symbol");
  EXPECT_EQ(without(R"("BTCUSDT")", "7"), "s is missing or not a symbol");
  EXPECT_EQ(without(R"("BTCUSDT")", R"("")"), "s is missing or not a symbol");
  EXPECT_EQ(without(R"("U":157,)"), "BTCUSDT: U is missing or not a whole number");
  EXPECT_EQ(without("157", "157.5"), "BTCUSDT: U is missing or not a whole number");
  EXPECT_EQ(without("157", "-1"), "BTCUSDT: U is out of range");
  EXPECT_EQ(without("160", "4611686018427387904"), "BTCUSDT: u is out of range");
  EXPECT_EQ(without("160", "9999999999999999999"), "BTCUSDT: u is missing or not a whole number");
  EXPECT_EQ(without(R"("pu":156,)"), "BTCUSDT: pu is missing or not a whole number");
  EXPECT_EQ(without(R"("b":[],)"), "BTCUSDT: b is missing or not an array");
  EXPECT_EQ(without(R"("a":[])", R"("a":{})"), "BTCUSDT: a is missing or not an array");
}

TEST(DecoderRefusal, AnUpdateWhoseFirstIdIsAboveItsLast) {
  EXPECT_EQ(refusal(depth("", "", R"("U":161,"u":160,)")), "BTCUSDT: U is above u");
}

TEST(DecoderRefusal, AnUpdateThatFollowsALaterOne) {
  constexpr std::string_view kJson = R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"pu":10,"b":[],"a":[]})";
  EXPECT_EQ(refusal(kJson, kUsdm), "BTCUSDT: pu is above u");
}

TEST(DecoderRefusal, AnEventOfAnotherSymbolThanItsStream) {
  EXPECT_EQ(refusal(R"({"stream":"ethusdt@depth@100ms","data":)" + depth("") + "}"),
            "BTCUSDT: stream ethusdt@depth@100ms carries another symbol");
  EXPECT_EQ(refusal(R"({"stream":"@depth","data":{"e":"depthUpdate","E":1,"s":"","U":1,"u":2,"b":[],"a":[]}})"),
            "@depth: s is missing or not a symbol");
}

TEST(DecoderRefusal, EnvelopesWithoutAnEvent) {
  EXPECT_EQ(refusal(R"({"stream":"btcusdt@depth"})"), "stream btcusdt@depth without an event");
  EXPECT_EQ(refusal(R"({"stream":"btcusdt@depth","data":[]})"), "stream btcusdt@depth without an event");
  EXPECT_EQ(refusal(R"({"stream":"btcusdt@depth","data":null})"), "stream btcusdt@depth without an event");
  EXPECT_EQ(refusal(R"({"stream":"btcusdt@depth","data":{}})"),
            "btcusdt@depth: e, the kind of event, is missing or not a string");
  EXPECT_EQ(refusal(R"({"data":)" + depth("") + "}"), "data without the name of its stream");
  EXPECT_EQ(refusal(R"({"stream":5,"data":)" + depth("") + "}"), "data without the name of its stream");
}

TEST(DecoderRefusal, SnapshotsThatAreNone) {
  const auto snapshot = [](std::string_view id, std::string_view bids, std::string_view asks) {
    return refusal(R"({"lastUpdateId":)" + std::string(id) + R"(,"bids":)" + std::string(bids) + R"(,"asks":)" +
                       std::string(asks) + "}",
                   kSpot, 0);
  };
  EXPECT_EQ(snapshot("5", R"([["2","1"]])", R"([["2","1"]])"), "BTCUSDT: the snapshot is crossed");
  EXPECT_EQ(snapshot("5", R"([["1","1"],["3","1"]])", R"([["4","1"],["2","1"]])"), "BTCUSDT: the snapshot is crossed");
  EXPECT_EQ(snapshot("5", R"([["2","0.0"]])", "[]"), "BTCUSDT: a level of a snapshot has quantity 0");
  EXPECT_EQ(snapshot("5", "[]", R"([["2","0"]])"), "BTCUSDT: a level of a snapshot has quantity 0");
  EXPECT_EQ(snapshot("null", "[]", "[]"), "BTCUSDT: lastUpdateId is missing or not a whole number");
  EXPECT_EQ(snapshot("5", "null", "[]"), "BTCUSDT: bids is missing or not an array");
  EXPECT_EQ(snapshot("5", "[]", "{}"), "BTCUSDT: asks is missing or not an array");
  EXPECT_EQ(refusal(R"({"lastUpdateId":5,"E":"x","bids":[],"asks":[]})"), "E is missing or not a whole number");
  EXPECT_EQ(refusal(R"({"stream":"btcusdt@depth","data":{"lastUpdateId":5,"bids":[],"asks":[]}})"),
            "BTCUSDT: a snapshot on a stream that sends none");
  EXPECT_EQ(
      refusal(
          R"({"stream":"btcusdt@depth5","data":{"e":"depthUpdate","E":7,"s":"BTCUSDT","U":5,"u":9,"pu":4,"b":[["1","0"]],"a":[]}})",
          kUsdm),
      "BTCUSDT: a level of a snapshot has quantity 0");
}

TEST(DecoderRefusal, TickersAndTradesThatAreNone) {
  const auto changed = [](std::string json, std::string_view part, std::string_view instead) {
    json.replace(json.find(part), part.size(), instead);
    return refusal(json);
  };
  const std::string ticker = R"({"u":4,"s":"BTCUSDT","b":"25.3","B":"31.2","a":"25.4","A":"40.6"})";
  EXPECT_EQ(changed(ticker, R"("s":"BTCUSDT",)", ""), "s is missing or not a symbol");
  EXPECT_EQ(changed(ticker, R"("b":"25.3",)", ""), "BTCUSDT: b is missing");
  EXPECT_EQ(changed(ticker, R"("25.4")", "25.4"), "BTCUSDT: a price is not a string");
  EXPECT_EQ(changed(ticker, R"("A":"40.6")", R"("X":1)"), "e, the kind of event, is missing or not a string");
  EXPECT_EQ(changed(ticker, R"("u":4)", R"("u":"4")"), "BTCUSDT: u is missing or not a whole number");
  const std::string trade =
      R"({"e":"aggTrade","E":9,"s":"BTCUSDT","a":77,"p":"1","q":"2","f":100,"l":105,"T":8,"m":true})";
  EXPECT_EQ(changed(trade, R"("m":true)", R"("m":"true")"), "BTCUSDT: m is missing or neither true nor false");
  EXPECT_EQ(changed(trade, R"("a":77)", R"("a":-77)"), "BTCUSDT: a is out of range");
  EXPECT_EQ(changed(trade, R"("f":100)", R"("f":106)"), "BTCUSDT: f is above l");
  EXPECT_EQ(changed(trade, R"("l":105)", R"("l":1e2)"), "BTCUSDT: l is missing or not a whole number");
  EXPECT_EQ(changed(trade, R"("q":"2",)", ""), "BTCUSDT: q is missing");
  EXPECT_EQ(changed(trade, R"("T":8,)", ""), "BTCUSDT: T is missing or not a whole number");
  EXPECT_EQ(changed(trade, R"("p":"1")", R"("p":"-1")"), "BTCUSDT: price '-1' is negative");
  EXPECT_EQ(refusal(R"({"e":"serverShutdown"})"), "E is missing or not a whole number");
}

// What counts them adds their numbers up, and takes no trade twice by the highest id.
TEST(DecoderRefusal, IdsOfTradesThatNoVenueCounts) {
  const auto aggregate = [](std::int64_t own, std::int64_t first, std::int64_t last) {
    return fmt::format(R"({{"e":"aggTrade","E":9,"s":"BTCUSDT","a":{},"p":"1","q":"2","f":{},"l":{},"T":8,"m":true}})",
                       own, first, last);
  };
  const auto single = [](std::int64_t id) {
    return fmt::format(R"({{"e":"trade","E":9,"s":"BTCUSDT","t":{},"p":"1","q":"2","T":8,"m":true,"M":true}})", id);
  };
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(refusal(aggregate(1, 0, kHighest)), "BTCUSDT: l is out of range");
  EXPECT_EQ(refusal(aggregate(1, kIdEnd, kIdEnd)), "BTCUSDT: f is out of range");
  EXPECT_EQ(refusal(aggregate(kIdEnd, 1, 1)), "BTCUSDT: a is out of range");
  EXPECT_EQ(refusal(aggregate(1, -1, 1)), "BTCUSDT: f is out of range");
  EXPECT_EQ(refusal(single(kHighest)), "BTCUSDT: t is out of range");
  EXPECT_EQ(refusal(single(kIdEnd)), "BTCUSDT: t is out of range");
  EXPECT_EQ(refusal(aggregate(1, 0, kMostTradesOfAggregate)), "BTCUSDT: f and l are of more than 1000000 trades");
  Decoder decoder(kSpot);
  EXPECT_TRUE(decoder.decode(aggregate(1, 0, kMostTradesOfAggregate - 1)).has_value());
  EXPECT_TRUE(decoder.decode(aggregate(kIdEnd - 1, kIdEnd - 1, kIdEnd - 1)).has_value());
  EXPECT_TRUE(decoder.decode(single(kIdEnd - 1)).has_value());
}

TEST(DecoderRefusal, ForeignTextStaysOnOneShortLine) {
  EXPECT_EQ(refusal(depth(R"(["1\n2\u0007","1"])")), "BTCUSDT: price '1 2 ' is not a decimal number");
  const std::string long_name(1'000'000, 'X');
  const std::string line = refusal(R"({"e":"depthUpdate","E":1,"s":")" + long_name + R"(","U":2,"u":1,"b":[],"a":[]})");
  EXPECT_EQ(line, std::string(40, 'X') + "...: U is above u");
  EXPECT_EQ(refusal(R"({"e":"depthUpdate","E":1,"s":"A\nB","U":2,"u":1,"b":[],"a":[]})"), "A B: U is above u");
}

TEST(DecoderRefusal, AFrameOf16MebibytesIsReadOrRefusedLikeAnyOther) {
  std::string levels;
  while (levels.size() < (std::size_t{16} << 20)) levels += R"(["61685.99","0.00100"],)";
  const std::string last_is_bad = depth(levels + R"(["x","1"])");
  EXPECT_EQ(refusal(last_is_bad), "BTCUSDT: price 'x' is not a decimal number");
  levels.pop_back();
  Decoder decoder(kSpot);
  decoder.add("BTCUSDT", {2, 5});
  EXPECT_TRUE(decoder.decode(depth(levels)).has_value());
  EXPECT_EQ(refusal(std::string(std::size_t{16} << 20, 'x')).substr(0, 10), "not JSON: ");
  EXPECT_EQ(refusal(std::string(kMaxMessageBytes + 1, ' ')).substr(0, 61),
            "a message of 67108865 bytes; at most 67108864 are read:      ");
}

TEST(DecoderRefusal, ARefusedMessageLeavesTheNextOneAlone) {
  Decoder decoder(kSpot);
  decoder.add("BTCUSDT", {2, 5});
  ASSERT_FALSE(decoder.decode(depth(R"(["1.23456789","1"],["x","1"])")).has_value());
  EXPECT_EQ(decoder.scales(0), (Scales{2, 5}));
  const Result<Message> next = decoder.decode(depth(R"(["3","4"])"));
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(std::get<DepthUpdate>(next->body).bids.size(), 1U);
  EXPECT_EQ(std::get<DepthUpdate>(next->body).scales, (Scales{2, 5}));
}

}  // namespace
}  // namespace acts::binance
