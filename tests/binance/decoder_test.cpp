// What the decoder makes of the messages a venue sends, by the scanner and without it.
#include "binance/decoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "binance/captured.hpp"
#include "support/message_text.hpp"

namespace acts::binance {
namespace {

using acts::test::message_text;

constexpr Venue kSpot = Venue::kBinanceSpot;
constexpr Venue kUsdm = Venue::kBinanceUsdm;

// What both parsers say; they must agree.
std::string decoded(Venue venue, std::string_view json, InstrumentIndex asked = kNoInstrument,
                    std::string_view symbol = "BTCUSDT", Scales scales = {2, 5}) {
  Decoder decoder(venue);
  Decoder without_scanner(venue);
  without_scanner.disable_scanner();
  decoder.add(symbol, scales);
  without_scanner.add(symbol, scales);
  std::string text = message_text(decoder.decode(json, asked));
  EXPECT_EQ(text, message_text(without_scanner.decode(json, asked)));
  return text;
}

bool is_scanned(Venue venue, std::string_view json, Scales scales = {2, 5}) {
  Decoder decoder(venue);
  decoder.add("BTCUSDT", scales);
  EXPECT_TRUE(decoder.decode(json).has_value());
  EXPECT_EQ(decoder.scanned() + decoder.parsed(), 1U);
  return decoder.scanned() == 1;
}

constexpr std::string_view kSpotDepth =
    R"({"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":157,"u":160,"b":[["61685.99","0.00100"]],"a":[["61686.00000000","0.00000000"],["61700","12"]]})";

TEST(DecoderTest, ReadsASpotDepthUpdate) {
  EXPECT_EQ(decoded(kSpot, kSpotDepth),
            "[BTCUSDT||0] depth U 157 u 160 pu 0 E 1723161255208000000 scales 2/5 bids 6168599x100 asks 6168600x0 "
            "6170000x1200000");
  EXPECT_TRUE(is_scanned(kSpot, kSpotDepth));
}

TEST(DecoderTest, ReadsTheNextMessageInOneGoOnceItsScalesAreRemembered) {
  constexpr std::string_view kUpdate =
      R"({"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["64000.12","0.00310000"]],"a":[]})";
  Decoder decoder(kSpot);
  const InstrumentIndex index = decoder.add("BTCUSDT", Scales{});
  const Decoded first = decoder.decode(kUpdate);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(decoder.parsed(), 1U);
  decoder.remember_scales(index, *first);
  EXPECT_EQ(decoder.scales(index), (Scales{2, 4}));
  const Decoded next = decoder.decode(kUpdate);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(decoder.scanned(), 1U);
  EXPECT_EQ(next->instrument, index);
  decoder.remember_scales(index, Message{});
  EXPECT_EQ(decoder.scales(index), (Scales{2, 4}));
}

TEST(DecoderTest, ReadsADepthUpdateOfACombinedStream) {
  const std::string json = R"({"stream":"btcusdt@depth@100ms","data":)" + std::string(kSpotDepth) + "}";
  EXPECT_EQ(decoded(kSpot, json).substr(0, 44), "[BTCUSDT|btcusdt@depth@100ms|0] depth U 157 ");
  EXPECT_TRUE(is_scanned(kSpot, json));
}

TEST(DecoderTest, ReadsAUsdmDepthUpdateWithItsPreviousId) {
  constexpr std::string_view kJson =
      R"({"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5123107850298,"u":5123107852948,"pu":5123107850001,"b":[["61600.10","1.5"]],"a":[]}})";
  EXPECT_EQ(decoded(kUsdm, kJson),
            "[BTCUSDT|btcusdt@depth@0ms|0] depth U 5123107850298 u 5123107852948 pu 5123107850001 E "
            "1723161256299000000 scales 2/5 bids 6160010x150000 asks");
  EXPECT_TRUE(is_scanned(kUsdm, kJson));
}

TEST(DecoderTest, TakesThePairAndSegmentKeysOfUsdm) {
  constexpr std::string_view kJson =
      R"({"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":5,"u":9,"pu":4,"b":[],"a":[["1.5","2"]],"ps":"BTCUSDT","st":1})";
  EXPECT_EQ(decoded(kUsdm, kJson), "[BTCUSDT||0] depth U 5 u 9 pu 4 E 1000000 scales 2/5 bids asks 150x200000");
  EXPECT_TRUE(is_scanned(kUsdm, kJson));
}

TEST(DecoderTest, IgnoresUnknownKeysBlanksAndTheOrderOfKeys) {
  constexpr std::string_view kJson =
      R"( { "a" : [ ["2","1", [] ] ], "new":{"x":[1]}, "u":9,"U":5,"s":"BTCUSDT","E":1,"b":[],"e":"depthUpdate"} )";
  EXPECT_EQ(decoded(kSpot, kJson), "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1000000 scales 2/5 bids asks 200x100000");
  EXPECT_FALSE(is_scanned(kSpot, kJson));
}

TEST(DecoderTest, ReadsMillisecondsAndMicroseconds) {
  const auto update_at = [](const std::string& stamp) {
    return decoded(kSpot, R"({"e":"depthUpdate","E":)" + stamp + R"(,"s":"BTCUSDT","U":5,"u":9,"b":[],"a":[]})");
  };
  EXPECT_EQ(update_at("1723161255208"), "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1723161255208000000 scales 2/5 bids asks");
  EXPECT_EQ(update_at("1723161255208123"),
            "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1723161255208123000 scales 2/5 bids asks");
}

TEST(DecoderTest, ReadsEveryFormOfZero) {
  EXPECT_EQ(
      decoded(
          kSpot,
          R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"b":[["3","0"],["2","0.0"],["1","0.00000000"]],"a":[["4","-0.0"]]})"),
      "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1000000 scales 2/5 bids 300x0 200x0 100x0 asks 400x0");
}

TEST(DecoderTest, ReadsPricesOnBothSidesOfADigitBoundary) {
  EXPECT_EQ(
      decoded(
          kSpot,
          R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"b":[["99999.99","1"],["9.99","1"]],"a":[["100000.00","1"],["10.00","1"]]})"),
      "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1000000 scales 2/5 bids 9999999x100000 999x100000 asks 10000000x100000 "
      "1000x100000");
}

TEST(DecoderTest, ReadsHugeQuantitiesExactly) {
  EXPECT_EQ(
      decoded(
          kSpot,
          R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"b":[["1","92233720368547.75807"]],"a":[["2","9999999999.00000"]]})"),
      "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1000000 scales 2/5 bids 100x9223372036854775807 asks 200x999999999900000");
}

TEST(DecoderTest, MoreDecimalsThanKnownRaiseTheScalesOfTheWholeMessage) {
  constexpr std::string_view kJson =
      R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"b":[["1.5","1"]],"a":[["2.125","0.1234567"]]})";
  EXPECT_EQ(decoded(kSpot, kJson),
            "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1000000 scales 3/7 bids 1500x10000000 asks 2125x1234567");
  EXPECT_FALSE(is_scanned(kSpot, kJson));
  EXPECT_TRUE(is_scanned(kSpot, kJson, {3, 7}));
}

// One message of eight decimals made every large quantity behind it one that does not fit.
TEST(DecoderTest, ReadsWhatDoesNotFitTheBooksScalesAtThoseOfTheInstrument) {
  constexpr std::string_view kJson =
      R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"b":[["1.5","200000000000"]],"a":[["2.125","1.5"]]})";
  Decoder decoder(kSpot);
  const InstrumentIndex index = decoder.add("BTCUSDT", {2, 0});
  decoder.set_scales(index, {8, 8});
  EXPECT_EQ(message_text(decoder.decode(kJson)),
            "[BTCUSDT||0] depth U 5 u 9 pu 0 E 1000000 scales 3/1 bids 1500x2000000000000 asks 2125x15");
  const Decoded refused = decoder.decode(
      R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":5,"u":9,"b":[["1","200000000000"]],"a":[["2","0.00000001"]]})");
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().message.starts_with("BTCUSDT: quantity '200000000000' is too large"));
}

TEST(DecoderTest, AnUnknownSymbolIsReadAtTheLeastScalesThatHoldIt) {
  EXPECT_EQ(
      decoded(kSpot,
              R"({"e":"depthUpdate","E":1,"s":"ETHUSDT","U":5,"u":9,"b":[["1.50","1.00000000"]],"a":[["2","0.250"]]})"),
      "[ETHUSDT||-] depth U 5 u 9 pu 0 E 1000000 scales 1/2 bids 15x100 asks 20x25");
}

TEST(DecoderTest, ReadsSymbolsOfAnyLetters) {
  EXPECT_EQ(
      decoded(
          kSpot,
          R"({"stream":"币安人生usdt@depth","data":{"e":"depthUpdate","E":1,"s":"币安人生USDT","U":5,"u":9,"b":[],"a":[]}})",
          kNoInstrument, "币安人生USDT"),
      "[币安人生USDT|币安人生usdt@depth|0] depth U 5 u 9 pu 0 E 1000000 scales 2/5 bids asks");
}

TEST(DecoderTest, ReadsPartialDepthOfBothVenues) {
  EXPECT_EQ(
      decoded(
          kSpot,
          R"({"stream":"btcusdt@depth20@100ms","data":{"lastUpdateId":160,"bids":[["1.00","10"]],"asks":[["1.01","100"]]}})"),
      "[BTCUSDT|btcusdt@depth20@100ms|0] partial snapshot 160 E 0 limit 20 scales 2/5 bids 100x1000000 asks "
      "101x10000000");
  EXPECT_EQ(
      decoded(
          kUsdm,
          R"({"stream":"btcusdt@depth5","data":{"e":"depthUpdate","E":7,"T":7,"s":"BTCUSDT","U":5,"u":9,"pu":4,"b":[["1","1"]],"a":[]}})"),
      "[BTCUSDT|btcusdt@depth5|0] partial snapshot 9 E 7000000 limit 5 scales 2/5 bids 100x100000 asks");
}

TEST(DecoderTest, ReadsBookTickersWithAndWithoutTheirKind) {
  EXPECT_EQ(
      decoded(kSpot, R"({"u":400900217,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.3652","A":"40.66"})"),
      "[BTCUSDT||0] bookTicker u 400900217 E 0 scales 4/5 253519x3121000 253652x4066000");
  EXPECT_EQ(
      decoded(
          kUsdm,
          R"({"e":"bookTicker","u":4,"s":"BTCUSDT","b":"0.00","B":"0.00","a":"25.36","A":"40","T":7,"E":8,"ps":"BTCUSDT","st":1})"),
      "[BTCUSDT||0] bookTicker u 4 E 8000000 scales 2/5 0x0 2536x4000000");
}

TEST(DecoderTest, ReadsTradesAndTheirAggressor) {
  EXPECT_EQ(
      decoded(kSpot, R"({"e":"trade","E":9,"s":"BTCUSDT","t":12345,"p":"0.01","q":"100","T":8,"m":true,"M":true})"),
      "[BTCUSDT||0] trade 12345 of 12345-12345 T 8000000 scales 2/5 1x10000000 sell");
  EXPECT_EQ(
      decoded(
          kSpot,
          R"({"e":"aggTrade","E":9,"s":"BTCUSDT","a":77,"p":"0.01","q":"100","f":100,"l":105,"T":8,"m":false,"M":true})"),
      "[BTCUSDT||0] aggTrade 77 of 100-105 T 8000000 scales 2/5 1x10000000 buy");
}

TEST(DecoderTest, TradesOfTheInsuranceFundAndWithoutValueAreOffTheBook) {
  const auto trade = [](std::string_view price, std::string_view kind) {
    return decoded(kUsdm, R"({"e":"trade","E":9,"T":8,"s":"BTCUSDT","t":1,"p":")" + std::string(price) +
                              R"(","q":"1","X":")" + std::string(kind) + R"(","m":true})");
  };
  EXPECT_EQ(trade("2", "MARKET"), "[BTCUSDT||0] trade 1 of 1-1 T 8000000 scales 2/5 200x100000 sell");
  EXPECT_EQ(trade("2", "INSURANCE_FUND"),
            "[BTCUSDT||0] trade 1 of 1-1 T 8000000 scales 2/5 200x100000 sell off the book");
  EXPECT_EQ(trade("0", "MARKET"), "[BTCUSDT||0] trade 1 of 1-1 T 8000000 scales 2/5 0x100000 sell off the book");
}

TEST(DecoderTest, ARestSnapshotIsOfTheInstrumentItWasAskedFor) {
  constexpr std::string_view kJson =
      R"({"lastUpdateId":1027024,"E":5,"T":4,"bids":[["4.00000000","431.00000000"]],"asks":[["4.01","12.5"]]})";
  EXPECT_EQ(decoded(kSpot, kJson, 0),
            "[BTCUSDT||0] snapshot 1027024 E 5000000 limit 0 scales 2/5 bids 400x43100000 asks 401x1250000");
  EXPECT_EQ(decoded(kSpot, kJson), "[||-] snapshot 1027024 E 5000000 limit 0 scales 2/1 bids 400x4310 asks 401x125");
}

TEST(DecoderTest, ReadsARecordedRestSnapshot) {
  const std::string body = test::captured_body("BINANCE.http.0.0", "NKNUSDT");
  ASSERT_FALSE(body.empty());
  Decoder decoder(kSpot);
  const InstrumentIndex nkn = decoder.add("NKNUSDT", {});
  const Result<Message> message = decoder.decode(body, nkn);
  ASSERT_TRUE(message.has_value()) << message.error().message;
  const auto& snapshot = std::get<DepthSnapshot>(message->body);
  EXPECT_EQ(snapshot.bids.size(), 609U);
  EXPECT_EQ(snapshot.asks.size(), 1000U);
}

TEST(DecoderTest, ReadsRepliesErrorsAndTheShutdownNotice) {
  EXPECT_EQ(decoded(kSpot, R"({"result":null,"id":7})"), "[||-] reply 7");
  EXPECT_EQ(decoded(kSpot, R"({"result":["btcusdt@depth"],"id":"abc"})"), "[||-] reply -1");
  EXPECT_EQ(decoded(kSpot, R"({"code":-1121,"msg":"Invalid symbol."})"), "[||-] error -1121 'Invalid symbol.' id -1");
  EXPECT_EQ(decoded(kSpot, R"({"error":{"code":4,"msg":"Too many subscriptions"},"id":19})"),
            "[||-] error 4 'Too many subscriptions' id 19");
  EXPECT_EQ(decoded(kSpot, R"({"e":"serverShutdown","E":1770123456789})"),
            "[||-] serverShutdown E 1770123456789000000");
  EXPECT_EQ(
      decoded(kSpot, R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}})").substr(0, 18),
      "[!SERVERSHUTDOWN|!");
}

TEST(DecoderTest, WhatIsNotDecodedIsStillNamed) {
  EXPECT_EQ(decoded(kSpot, R"({"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1,"s":"BTCUSDT","k":{}}})"),
            "[BTCUSDT|btcusdt@kline_1m|0] other");
  EXPECT_EQ(decoded(kSpot, R"({"stream":"!miniTicker@arr","data":[{"e":"24hrMiniTicker"}]})"),
            "[|!miniTicker@arr|-] other");
  EXPECT_EQ(decoded(kSpot, R"({"serverTime":1499827319559})"), "[||-] other");
  EXPECT_EQ(decoded(kSpot, "[]"), "[||-] other");
}

TEST(DecoderTest, ASymbolKeepsItsPlaceAndName) {
  Decoder decoder(kSpot);
  EXPECT_EQ(decoder.add("BTCUSDT", {2, 5}), 0U);
  const std::string_view name = decoder.symbol(0);
  for (int i = 0; i < 100; ++i) decoder.add("SYMBOL" + std::to_string(i), {});
  EXPECT_EQ(decoder.add("BTCUSDT", {8, 8}), 0U);
  EXPECT_EQ(decoder.scales(0), (Scales{2, 5}));
  EXPECT_EQ(name, "BTCUSDT");
  EXPECT_EQ(decoder.size(), 101U);
  EXPECT_EQ(decoder.find("SYMBOL99"), 100U);
  EXPECT_EQ(decoder.find("btcusdt"), kNoInstrument);
  EXPECT_EQ(decoder.scales(kNoInstrument), Scales{});
}

TEST(DecoderTest, ScansTradesAndBookTickersAsTheVenueWritesThem) {
  const auto combined = [](std::string_view stream, std::string_view event) {
    return R"({"stream":"btcusdt@)" + std::string(stream) + R"(","data":)" + std::string(event) + "}";
  };
  constexpr std::string_view kSpotTrade =
      R"({"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true})";
  constexpr std::string_view kUsdmTrade =
      R"({"e":"trade","E":1723161256322,"T":1723161256321,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":false})";
  constexpr std::string_view kSpotTicker =
      R"({"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"})";
  constexpr std::string_view kUsdmTicker =
      R"({"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314})";
  for (const auto& [stream, json] : {std::pair{"trade", kSpotTrade}, std::pair{"trade", kUsdmTrade},
                                     std::pair{"bookTicker", kSpotTicker}, std::pair{"bookTicker", kUsdmTicker}}) {
    for (const Venue venue : {kSpot, kUsdm}) {
      for (const std::string& text : {std::string(json), combined(stream, json)}) {
        EXPECT_NE(decoded(venue, text), "refused") << text;
        EXPECT_TRUE(is_scanned(venue, text)) << text;
        EXPECT_FALSE(is_scanned(venue, text, {1, 0})) << "needs more decimals";
      }
    }
  }
}

// Each byte of a message changed, left out, or doubled: the two ways agree, also on what is refused.
TEST(DecoderTest, SaysTheSameOfTradesAndBookTickersWithAnyByteWrong) {
  for (
      const std::string& good :
      {std::string(
           R"({"stream":"btcusdt@trade","data":{"e":"trade","E":17,"s":"BTCUSDT","t":35,"p":"61.63","q":"0.02","T":17,"m":true,"M":true}})"),
       std::string(
           R"({"e":"trade","E":17,"T":18,"s":"BTCUSDT","t":35,"p":"61.3","q":"0","X":"INSURANCE_FUND","m":false})"),
       std::string(R"({"u":50,"s":"BTCUSDT","b":"61.63","B":"3.78","a":"61.64","A":"1.5"})"),
       std::string(R"({"e":"bookTicker","u":5,"s":"BTCUSDT","b":"61","B":"2.5","a":"62","A":"2.51","T":16,"E":17})")}) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      decoded(kSpot, good.substr(0, at));
      decoded(kSpot, std::string(good).erase(at, 1));
      decoded(kSpot, std::string(good).insert(at, 1, good[at]));
      for (const char c : {'0', '9', '-', '.', '"', ' ', 'e', '}', '\\', '\n', '\x01', '\xff'}) {
        std::string bad = good;
        bad[at] = c;
        decoded(kSpot, bad);
        if (HasFailure()) FAIL() << bad;
      }
    }
  }
}

}  // namespace
}  // namespace acts::binance
