#include "binance/streams.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace acts::binance {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum StreamKind;

constexpr Venue kSpot = Venue::kBinanceSpot;
constexpr Venue kUsdm = Venue::kBinanceUsdm;

std::string name_of(Venue venue, std::string_view symbol, const StreamType& type) {
  const Result<std::string> name = stream_name(venue, symbol, type);
  return name ? *name : "error: " + name.error().message;
}

TEST(StreamName, LeavesOutTheDefaultInterval) {
  EXPECT_EQ(name_of(kSpot, "BTCUSDT", {kDepth, 0, 1000ms}), "btcusdt@depth");
  EXPECT_EQ(name_of(kSpot, "BTCUSDT", {kDepth, 0, 100ms}), "btcusdt@depth@100ms");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT", {kDepth, 0, 250ms}), "btcusdt@depth");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT", {kDepth, 0, 0ms}), "btcusdt@depth@0ms");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT", {kDepth, 0, 500ms}), "btcusdt@depth@500ms");
  EXPECT_EQ(name_of(kSpot, "BTCUSDT", {kPartialDepth, 20, 100ms}), "btcusdt@depth20@100ms");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT", default_type(kUsdm, kPartialDepth, 5)), "btcusdt@depth5");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT", default_type(kUsdm, kMarkPrice)), "btcusdt@markPrice");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT", {kMarkPrice, 0, 1s}), "btcusdt@markPrice@1s");
  EXPECT_EQ(name_of(kSpot, "BTCUSDT", default_type(kSpot, kTrade)), "btcusdt@trade");
  EXPECT_EQ(name_of(kSpot, "BTCUSDT", default_type(kSpot, kBookTicker)), "btcusdt@bookTicker");
  EXPECT_EQ(name_of(kSpot, "BTCUSDT", default_type(kSpot, kAggTrade)), "btcusdt@aggTrade");
}

TEST(StreamName, LowersAsciiLettersAndKeepsOtherBytes) {
  EXPECT_EQ(name_of(kSpot, "币安人生USDT", default_type(kSpot, kTrade)), "币安人生usdt@trade");
  EXPECT_EQ(name_of(kUsdm, "BTCUSDT_210924", default_type(kUsdm, kTrade)), "btcusdt_210924@trade");
  EXPECT_EQ(to_venue_symbol("币安人生usdt"), "币安人生USDT");
  EXPECT_EQ(to_stream_symbol("ÄB"), "Äb");
}

TEST(StreamName, RefusesWhatTheVenueDoesNotHave) {
  for (const StreamType& type : {StreamType{kDepth, 0, 250ms}, StreamType{kMarkPrice, 0, 3s}, StreamType{},
                                 StreamType{kPartialDepth, 7, 100ms}, StreamType{kDepth, 5, 100ms}}) {
    const Result<std::string> name = stream_name(kSpot, "BTCUSDT", type);
    ASSERT_FALSE(name.has_value());
    EXPECT_EQ(name.error().code, ErrorCode::kUsage);
    EXPECT_THAT(name.error().message, HasSubstr("depth@100ms"));
  }
  EXPECT_FALSE(stream_name(kSpot, "", default_type(kSpot, kTrade)).has_value());
  EXPECT_THAT(stream_name(kSpot, "A", {kPartialDepth, 7, 100ms}).error().message,
              HasSubstr("partialDepth of 7 levels every 100ms"));
  EXPECT_EQ(default_type(kSpot, kMarkPrice), (StreamType{kMarkPrice, 0, 0ms}));
}

TEST(ParseStreamName, ReadsBackEveryNameOfBothVenues) {
  std::size_t names = 0;
  for (const Venue venue : {kSpot, kUsdm}) {
    for (const StreamKind kind : {kDepth, kPartialDepth, kBookTicker, kTrade, kAggTrade, kMarkPrice}) {
      for (const int levels : {0, 5, 10, 20}) {
        for (const Nanos interval : {Nanos{0ms}, Nanos{100ms}, Nanos{250ms}, Nanos{500ms}, Nanos{1s}, Nanos{3s}}) {
          const StreamType type{kind, levels, interval};
          const Result<std::string> name = stream_name(venue, "币USDT", type);
          if (!name) continue;
          ++names;
          const StreamName parts = parse_stream_name(venue, *name);
          EXPECT_EQ(parts.symbol, "币usdt");
          EXPECT_EQ(parts.type, type) << *name;
          EXPECT_EQ(fmt::format("{}@{}", parts.symbol, parts.suffix), *name);
        }
      }
    }
  }
  EXPECT_EQ(names, 11U + 18U);
}

TEST(ParseStreamName, UnderstandsADefaultIntervalThatIsWrittenOut) {
  EXPECT_EQ(parse_stream_name(kSpot, "a@depth@1000ms").type, (StreamType{kDepth, 0, 1000ms}));
  EXPECT_EQ(parse_stream_name(kUsdm, "a@depth5@250ms").type, (StreamType{kPartialDepth, 5, 250ms}));
  EXPECT_EQ(parse_stream_name(kUsdm, "a@markPrice@3s").type, (StreamType{kMarkPrice, 0, 3s}));
}

TEST(ParseStreamName, TakesEverythingElseAsOther) {
  for (const char* name : {"", "@", "@depth", "!ticker@arr", "!serverShutdown", "tradingSession", "btcusdt", "btcusdt@",
                           "btcusdt@depth@77ms", "btcusdt@Depth", "btcusdt@kline_1m", "btcusdt@markPrice"}) {
    EXPECT_EQ(parse_stream_name(kSpot, name).type, StreamType{}) << name;
  }
  EXPECT_EQ(parse_stream_name(kSpot, "!ticker@arr").symbol, "");
  EXPECT_EQ(parse_stream_name(kSpot, "!ticker@arr").suffix, "!ticker@arr");
  EXPECT_EQ(parse_stream_name(kSpot, "btcusdt@kline_1m@+08:00").symbol, "btcusdt");
  EXPECT_EQ(parse_stream_name(kSpot, "btcusdt@kline_1m@+08:00").suffix, "kline_1m@+08:00");
}

TEST(ParseStreamType, TakesWhatTheVenueWritesAfterTheSymbol) {
  EXPECT_EQ(parse_stream_type(kSpot, "depth").value(), (StreamType{kDepth, 0, 1000ms}));
  EXPECT_EQ(parse_stream_type(kUsdm, "depth").value(), (StreamType{kDepth, 0, 250ms}));
  EXPECT_EQ(parse_stream_type(kUsdm, "markPrice@1s").value(), (StreamType{kMarkPrice, 0, 1s}));
  EXPECT_EQ(parse_stream_type(kSpot, "kline_1m").value(), StreamType{});
  EXPECT_EQ(other_stream_name(kSpot, "BTCUSDT", "kline_1m").value(), "btcusdt@kline_1m");
  EXPECT_EQ(other_stream_name(kUsdm, "BTCUSDT", "forceOrder").value(), "btcusdt@forceOrder");
}

TEST(ParseStreamType, RefusesATypingErrorAndNamesWhatThereIs) {
  for (const char* text : {"dpeth", "", "kline_", "bookticker", "markPrice", "depth@250ms"}) {
    const Result<StreamType> type = parse_stream_type(kSpot, text);
    ASSERT_FALSE(type.has_value()) << text;
    EXPECT_EQ(type.error().code, ErrorCode::kUsage);
    EXPECT_THAT(type.error().message, HasSubstr("bookTicker"));
  }
  EXPECT_FALSE(other_stream_name(kSpot, "BTCUSDT", "depth").has_value());
  EXPECT_FALSE(other_stream_name(kSpot, "", "kline_1m").has_value());
}

TEST(ParseStreamType, SaysWhatToTakeInsteadOfCandlesOfAPair) {
  constexpr std::string_view kWords =
      "'continuousKline_1m' is no stream of a symbol but of a pair and a contract type: take kline_1m of the "
      "contract's symbol";
  for (const Venue venue : {kSpot, kUsdm}) {
    const Result<StreamType> type = parse_stream_type(venue, "continuousKline_1m");
    ASSERT_FALSE(type.has_value());
    EXPECT_EQ(type.error().code, ErrorCode::kUsage);
    EXPECT_EQ(type.error().message, kWords);
    EXPECT_EQ(other_stream_name(venue, "BTCUSDT", "continuousKline_1m").error().message, kWords);
    EXPECT_TRUE(parse_stream_type(venue, "kline_1m").has_value());
  }
}

TEST(StreamKind, HasANameForEachKind) {
  std::set<std::string_view> names;
  for (const StreamKind kind : {kDepth, kPartialDepth, kBookTicker, kTrade, kAggTrade, kMarkPrice, kOther}) {
    names.insert(to_string(kind));
  }
  EXPECT_EQ(names.size(), 7U);
}

TEST(RouteOf, SplitsUsdmStreamsAsItsServersDo) {
  for (const char* name : {"a@depth", "a@depth@0ms", "a@depth20@100ms", "a@bookTicker", "!bookTicker", "a@trade",
                           "a@rpiDepth@500ms", "a@depth@77ms"}) {
    EXPECT_EQ(route_of(kUsdm, parse_stream_name(kUsdm, name)), StreamRoute::kPublic) << name;
  }
  for (const char* name : {"a@aggTrade", "a@markPrice", "a@markPrice@1s", "!markPrice@arr", "a@kline_1m", "a@ticker",
                           "a@forceOrder", "!contractInfo", "tradingSession"}) {
    EXPECT_EQ(route_of(kUsdm, parse_stream_name(kUsdm, name)), StreamRoute::kMarket) << name;
  }
  EXPECT_EQ(route_of(kSpot, parse_stream_name(kSpot, "a@aggTrade")), StreamRoute::kPublic);
}

TEST(StreamUrl, JoinsNamesOnThePathOfTheirRoute) {
  const std::vector<std::string> names{"btcusdt@trade", "币usdt@depth@100ms"};
  EXPECT_EQ(stream_url("wss://stream.binance.com:9443", kSpot, StreamRoute::kPublic, names).value(),
            "wss://stream.binance.com:9443/stream?streams=btcusdt@trade/%E5%B8%81usdt@depth@100ms");
  EXPECT_EQ(stream_url("wss://fstream.binance.com/", kUsdm, StreamRoute::kPublic, names).value(),
            "wss://fstream.binance.com/public/stream?streams=btcusdt@trade/%E5%B8%81usdt@depth@100ms");
  EXPECT_EQ(stream_url("ws://127.0.0.1:1", kUsdm, StreamRoute::kMarket, {}).value(), "ws://127.0.0.1:1/market/stream");
  EXPECT_EQ(stream_url("ws://h", kSpot, StreamRoute::kPublic, {}).value(), "ws://h/stream");
  const std::vector<std::string> odd{"a b&c?@x", "!ticker@arr"};
  EXPECT_EQ(stream_url("ws://h", kSpot, StreamRoute::kPublic, odd).value(),
            "ws://h/stream?streams=a%20b%26c%3F@x/!ticker@arr");
}

TEST(StreamUrl, RefusesTooManyNamesAndTooLongUrls) {
  const std::vector<std::string> many(1025, "a@trade");
  const Result<std::string> too_many = stream_url("ws://h", kSpot, StreamRoute::kPublic, many);
  ASSERT_FALSE(too_many.has_value());
  EXPECT_THAT(too_many.error().message, HasSubstr("1024"));
  const std::vector<std::string> long_ones(1024, "abcdefgh@trade");
  const Result<std::string> too_long = stream_url("ws://h", kSpot, StreamRoute::kPublic, long_ones);
  ASSERT_FALSE(too_long.has_value());
  EXPECT_THAT(too_long.error().message, HasSubstr("8000"));
}

TEST(ControlMessages, AreWrittenAsDocumented) {
  const std::vector<std::string> names{"btcusdt@aggTrade", "btcusdt@depth@100ms"};
  const std::vector<ControlMessage> subscribe = subscribe_messages(kSpot, names, 7);
  ASSERT_EQ(subscribe.size(), 1U);
  EXPECT_EQ(subscribe[0].id, 7);
  EXPECT_EQ(subscribe[0].text, R"({"method":"SUBSCRIBE","params":["btcusdt@aggTrade","btcusdt@depth@100ms"],"id":7})");
  EXPECT_EQ(unsubscribe_messages(kSpot, std::vector<std::string>{"a@trade"}, 2).at(0).text,
            R"({"method":"UNSUBSCRIBE","params":["a@trade"],"id":2})");
  EXPECT_TRUE(subscribe_messages(kSpot, {}, 1).empty());
}

TEST(ControlMessages, SplitLongListsAndCountIdsUp) {
  std::vector<std::string> names;
  for (int i = 0; i < 401; ++i) names.push_back(fmt::format("s{}@trade", i));
  const std::vector<ControlMessage> messages = subscribe_messages(kUsdm, names, 10);
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[2].id, 12);
  EXPECT_EQ(messages[2].text, R"({"method":"SUBSCRIBE","params":["s400@trade"],"id":12})");
  EXPECT_THAT(messages[0].text, HasSubstr("\"s199@trade\"]"));
  EXPECT_THAT(messages[1].text, HasSubstr("[\"s200@trade\""));
}

TEST(ControlMessages, EscapeWhatJsonNeedsEscaped) {
  EXPECT_EQ(subscribe_messages(kSpot, std::vector<std::string>{"a\"\\\n@x"}, 1).at(0).text,
            R"({"method":"SUBSCRIBE","params":["a\"\\\u000a@x"],"id":1})");
}

TEST(VenueFacts, HoldTheDocumentedLimits) {
  EXPECT_EQ(limits(kSpot).control_messages_per_second, 5);
  EXPECT_EQ(limits(kUsdm).control_messages_per_second, 10);
  EXPECT_EQ(limits(kSpot).streams_per_connection, 1024);
  EXPECT_EQ(limits(kSpot).pong_timeout, Nanos{60s});
  EXPECT_EQ(limits(kUsdm).connection_lifetime, Nanos{24h});
  for (const Venue venue : {kSpot, kUsdm}) {
    for (const Nanos interval : limits(venue).depth_intervals) {
      EXPECT_TRUE(stream_name(venue, "A", {kDepth, 0, interval}).has_value());
    }
    EXPECT_EQ(limits(venue).depth_intervals.front(), default_type(venue, kDepth).interval);
    for (const std::string_view host : endpoints(venue).rest) EXPECT_TRUE(host.starts_with("https://")) << host;
    for (const std::string_view host : endpoints(venue).streams) EXPECT_TRUE(host.starts_with("wss://")) << host;
  }
}

// Counted, any of them could have been another.
TEST(VenueFacts, NameEachHostThatIsDocumented) {
  EXPECT_THAT(endpoints(kSpot).rest,
              ElementsAre("https://api.binance.com", "https://api-gcp.binance.com", "https://api1.binance.com",
                          "https://api2.binance.com", "https://api3.binance.com", "https://api4.binance.com",
                          "https://data-api.binance.vision"));
  EXPECT_THAT(endpoints(kSpot).streams, ElementsAre("wss://stream.binance.com:9443", "wss://stream.binance.com:443",
                                                    "wss://data-stream.binance.vision"));
  EXPECT_THAT(endpoints(kUsdm).rest, ElementsAre("https://fapi.binance.com"));
  EXPECT_THAT(endpoints(kUsdm).streams, ElementsAre("wss://fstream.binance.com"));
}

}  // namespace
}  // namespace acts::binance
