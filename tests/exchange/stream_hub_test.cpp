#include "exchange/stream_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/fake_source.hpp"

namespace acts::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnixNanos kStart{1723161240'000'000'000};
constexpr std::string_view kTrade = R"({"e":"trade","s":"BTCUSDT"})";

class Hub {
 public:
  explicit Hub(Venue venue_ = Venue::kBinanceSpot) : venue(venue_), source(venue_), hub(venue_, source) {}

  SessionId open(std::string_view path, std::string_view query = "") {
    return hub.open(*parse_stream_path(venue, path, query), now);
  }
  // One line for each thing sent to the session: a text, "ping", or "close <code> <reason>".
  std::vector<std::string> sent(SessionId session) {
    for (Outgoing& one : hub.take_outgoing()) waiting.push_back(std::move(one));
    std::vector<std::string> lines;
    for (const Outgoing& one : waiting) {
      if (one.session != session) continue;
      if (const auto* text = std::get_if<SendText>(&one.what)) lines.push_back(*text->text);
      if (std::holds_alternative<SendPing>(one.what)) lines.emplace_back("ping");
      if (const auto* close = std::get_if<CloseSession>(&one.what)) {
        lines.push_back("close " + std::to_string(close->code) + " " + close->reason);
      }
    }
    std::erase_if(waiting, [session](const Outgoing& one) { return one.session == session; });
    return lines;
  }
  std::vector<std::string> ask(SessionId session, std::string_view text) {
    now = now + std::chrono::milliseconds{250};  // four a second
    hub.on_text(session, text, now);
    return sent(session);
  }
  void publish(std::string_view stream, std::string_view payload) {
    MarketMessage message = make_combined(stream, payload);
    message.symbol = 0;
    hub.publish(message);
  }

  Venue venue;
  FakeSource source;
  StreamHub hub;
  UnixNanos now = kStart;
  std::vector<Outgoing> waiting;
};

TEST(StreamHub, SendsTheBarePayloadOnRawConnectionsAndTheEnvelopeOnCombinedOnes) {
  Hub hub;
  const SessionId raw = hub.open("/ws/btcusdt@trade");
  const SessionId combined = hub.open("/stream", "streams=btcusdt@trade/ethusdt@trade");
  const SessionId other = hub.open("/ws/ethusdt@trade");
  hub.publish("btcusdt@trade", kTrade);
  EXPECT_THAT(hub.sent(raw), ElementsAre(std::string(kTrade)));
  EXPECT_THAT(hub.sent(combined), ElementsAre(R"({"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}})"));
  EXPECT_THAT(hub.sent(other), IsEmpty());
  EXPECT_EQ(hub.hub.fed_streams(), 2U);
  EXPECT_EQ(hub.hub.stats().messages_sent, 2U);
}

TEST(StreamHub, SubscribesListsAndUnsubscribes) {
  Hub hub;
  const SessionId id = hub.open("/stream", "streams=");
  EXPECT_THAT(
      hub.ask(id, R"({"method":"SUBSCRIBE","params":["btcusdt@trade","ethusdt@trade","btcusdt@trade"],"id":"a1"})"),
      ElementsAre(R"({"result":null,"id":"a1"})"));
  EXPECT_THAT(hub.ask(id, R"({"method":"LIST_SUBSCRIPTIONS","id":3})"),
              ElementsAre(R"({"result":["btcusdt@trade","ethusdt@trade"],"id":3})"));
  EXPECT_THAT(hub.ask(id, R"({"method":"UNSUBSCRIBE","params":["btcusdt@trade","never@trade"],"id":null})"),
              ElementsAre(R"({"result":null,"id":null})"));
  hub.publish("btcusdt@trade", kTrade);
  EXPECT_THAT(hub.sent(id), IsEmpty());
  EXPECT_THAT(hub.ask(id, R"({"method":"LIST_SUBSCRIPTIONS"})"),
              ElementsAre(R"({"result":["ethusdt@trade"],"id":null})"));
  EXPECT_EQ(hub.hub.fed_streams(), 1U);
  hub.hub.on_closed(id);
  EXPECT_EQ(hub.hub.fed_streams(), 0U);
  EXPECT_EQ(hub.hub.session_count(), 0U);
}

TEST(StreamHub, SwitchesTheEnvelopeByProperty) {
  Hub hub;
  const SessionId id = hub.open("/ws");
  hub.ask(id, R"({"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1})");
  EXPECT_THAT(hub.ask(id, R"({"method":"GET_PROPERTY","params":["combined"],"id":2})"),
              ElementsAre(R"({"result":false,"id":2})"));
  hub.ask(id, R"({"method":"SET_PROPERTY","params":["combined",true],"id":3})");
  EXPECT_THAT(hub.ask(id, R"({"method":"GET_PROPERTY","params":["combined"],"id":4})"),
              ElementsAre(R"({"result":true,"id":4})"));
  hub.publish("btcusdt@trade", kTrade);
  EXPECT_THAT(hub.sent(id), ElementsAre(HasSubstr(R"({"stream":"btcusdt@trade","data":)")));
}

TEST(StreamHub, AnswersMistakesWithTheDocumentedCodes) {
  Hub hub;
  const std::vector<std::pair<const char*, const char*>> mistakes{
      {"nonsense", R"({"error":{"code":3,)"},
      {"[1]", R"({"error":{"code":2,)"},
      {R"({"id":7})", R"("msg":"Invalid request: missing field `method`"},"id":7})"},
      {R"({"method":"BUY","id":7})", R"(unknown variant \"BUY\", expected one of `SUBSCRIBE`)"},
      {R"({"method":5,"id":7})", R"("code":2)"},
      {R"({"method":"SUBSCRIBE","id":7})", "missing field `params`"},
      {R"({"method":"SUBSCRIBE","params":"a","id":7})", R"("code":2)"},
      {R"({"method":"SUBSCRIBE","params":[1],"id":7})", R"("code":2)"},
      {R"({"method":"SUBSCRIBE","params":["a"],"id":1.5})", "request ID must be"},
      {R"({"method":"SUBSCRIBE","params":["a"],"id":"a b"})", "request ID must be"},
      {R"({"method":"SUBSCRIBE","params":["a"],"id":"0123456789012345678901234567890123456"})", "request ID must be"},
      {R"({"method":"GET_PROPERTY","id":7})", "missing field `params`"},
      {R"({"method":"GET_PROPERTY","params":[1],"id":7})", "property name must be a string"},
      {R"({"method":"GET_PROPERTY","params":["combined",1],"id":7})", "too many parameters"},
      {R"({"method":"GET_PROPERTY","params":["colour"],"id":7})",
       R"({"error":{"code":0,"msg":"Unknown property"},"id":7})"},
      {R"({"method":"SET_PROPERTY","params":["combined"],"id":7})", R"({"error":{"code":1,)"},
      {R"({"method":"SET_PROPERTY","params":["combined","yes"],"id":7})", R"({"error":{"code":1,)"},
  };
  const SessionId id = hub.open("/ws");
  for (const auto& [question, answer] : mistakes) {
    EXPECT_THAT(hub.ask(id, question), ElementsAre(HasSubstr(answer))) << question;
  }
  EXPECT_EQ(hub.hub.stats().refused_commands, mistakes.size());
}

// The method that a client had nested 500,000 deep was written back to it by recursion: the stack ran out.
TEST(StreamHub, RefusesWhatNestsDeeperThanAnyCommand) {
  Hub hub;
  const SessionId id = hub.open("/ws");
  constexpr std::size_t kDeep = 500'000;
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  for (const std::string& deep :
       {R"({"method":)" + nested(kDeep) + R"(,"id":1})", R"({"method":"SUBSCRIBE","params":)" + nested(kDeep) + "}",
        R"({"id":)" + nested(kDeep) + "}", nested(kDeep), R"({"x":)" + nested(200) + "}"}) {
    EXPECT_THAT(hub.ask(id, deep),
                ElementsAre(R"({"error":{"code":3,"msg":"Invalid JSON: recursion limit exceeded"},"id":null})"));
  }
  EXPECT_THAT(hub.ask(id, std::string(kDeep, '[')), ElementsAre(HasSubstr(R"("code":3)")));
  std::string objects;
  for (std::size_t i = 0; i < kDeep; ++i) objects += R"({"a":)";
  EXPECT_THAT(hub.ask(id, objects), ElementsAre(HasSubstr(R"("code":3)")));
  EXPECT_THAT(hub.ask(id, R"({"method":)" + nested(50) + R"(,"id":1})"),
              ElementsAre(HasSubstr("unknown variant array, expected")));
  EXPECT_THAT(hub.ask(id, R"({"method":")" + std::string(1000, 'x') + R"(","id":1})"),
              ElementsAre(HasSubstr("unknown variant string, expected")));
  EXPECT_THAT(hub.ask(id, R"({"method":"LIST_SUBSCRIPTIONS","id":2})"), ElementsAre(R"({"result":[],"id":2})"));
}

TEST(StreamHub, AcknowledgesStreamsThatDoNotExistAndStaysSilent) {
  Hub hub;
  const SessionId id = hub.open("/ws");
  EXPECT_THAT(hub.ask(id, R"({"method":"SUBSCRIBE","params":["BTCUSDT@trade","0","!x"],"id":1})"),
              ElementsAre(R"({"result":null,"id":1})"));
  hub.publish("btcusdt@trade", kTrade);
  EXPECT_THAT(hub.sent(id), IsEmpty());
  EXPECT_EQ(hub.hub.fed_streams(), 0U);
}

TEST(StreamHub, GivesADepthStreamOfAnotherPaceWhatThereIsUnderTheNameAskedFor) {
  Hub hub;
  const SessionId id = hub.open("/stream", "streams=btcusdt@depth");
  const SessionId raw = hub.open("/ws/btcusdt@depth");
  hub.publish("btcusdt@depth@100ms", R"({"e":"depthUpdate"})");
  EXPECT_THAT(hub.sent(id), ElementsAre(R"({"stream":"btcusdt@depth","data":{"e":"depthUpdate"}})"));
  EXPECT_THAT(hub.sent(raw), ElementsAre(R"({"e":"depthUpdate"})"));
  hub.ask(id, R"({"method":"UNSUBSCRIBE","params":["btcusdt@depth"],"id":1})");
  hub.publish("btcusdt@depth@100ms", R"({"e":"depthUpdate"})");
  EXPECT_THAT(hub.sent(id), IsEmpty());
}

TEST(StreamHub, MakesPartialDepthFromTheBookOnceItIsWhereTheStreamIs) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    Hub hub(venue);
    const bool spot = venue == Venue::kBinanceSpot;
    const SessionId id = hub.open(spot ? "/ws/btcusdt@depth5" : "/public/ws/btcusdt@depth5");
    MarketMessage message = make_combined("btcusdt@depth@100ms", R"({"e":"depthUpdate"})");
    message.symbol = 0;
    message.is_depth_update = true;
    message.first_update_id = UpdateId{91};
    message.last_update_id = UpdateId{99};
    hub.hub.publish(message);
    EXPECT_THAT(hub.sent(id), IsEmpty());
    message.last_update_id = UpdateId{100};
    message.previous_last_update_id = UpdateId{90};
    message.times = {5, 4};
    hub.hub.publish(message);
    const std::vector<std::string> sent = hub.sent(id);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_THAT(
        sent[0],
        HasSubstr(
            spot
                ? R"({"lastUpdateId":100,"bids":[["10000.00000000","1.00000000"],)"
                : R"({"e":"depthUpdate","E":5,"T":4,"s":"BTCUSDT","U":91,"u":100,"pu":90,"b":[["10000.00","1.000"],)"));
    EXPECT_EQ(std::ranges::count(sent[0], '['), 12) << "two lists of five levels";
  }
}

TEST(StreamHub, GivesUsdmConnectionsOnlyTheStreamsOfTheirPath) {
  Hub hub(Venue::kBinanceUsdm);
  const SessionId open = hub.open("/ws/btcusdt@depth@100ms/btcusdt@aggTrade");
  const SessionId quotes = hub.open("/public/stream", "streams=btcusdt@depth@100ms/btcusdt@aggTrade/btcusdt@trade");
  const SessionId market = hub.open("/market/ws/btcusdt@depth@100ms/btcusdt@aggTrade/btcusdt@trade");
  const SessionId hidden = hub.open("/private/ws/btcusdt@aggTrade");
  hub.publish("btcusdt@depth@100ms", "{1}");
  hub.publish("btcusdt@aggTrade", "{2}");
  hub.publish("btcusdt@trade", "{3}");
  EXPECT_THAT(hub.sent(open), ElementsAre("{1}"));
  EXPECT_THAT(hub.sent(quotes), ElementsAre(HasSubstr("{1}"), HasSubstr("{3}")));
  EXPECT_THAT(hub.sent(market), ElementsAre("{2}", "{3}"));
  EXPECT_THAT(hub.sent(hidden), IsEmpty());
  EXPECT_THAT(hub.ask(open, R"({"method":"LIST_SUBSCRIPTIONS","id":1})"), ElementsAre(HasSubstr("btcusdt@aggTrade")));
}

TEST(StreamHub, CutsOffWhoSendsTooMuch) {
  for (const auto& [venue, limit] : {std::pair{Venue::kBinanceSpot, 5}, std::pair{Venue::kBinanceUsdm, 10}}) {
    Hub hub(venue);
    const SessionId id = hub.open("/ws");
    for (int i = 0; i < limit - 2; ++i) hub.hub.on_text(id, R"({"method":"LIST_SUBSCRIPTIONS","id":1})", hub.now);
    hub.hub.on_ping(id, hub.now);
    hub.hub.on_pong(id, "", hub.now);
    EXPECT_EQ(hub.sent(id).size(), static_cast<std::size_t>(limit - 2));
    hub.hub.on_text(id, R"({"method":"LIST_SUBSCRIPTIONS","id":1})", hub.now + std::chrono::milliseconds{999});
    EXPECT_THAT(hub.sent(id), ElementsAre("close 1008 Too many requests"));
    hub.hub.on_text(id, "ignored", hub.now);
    hub.hub.on_pong(id, "ignored", hub.now);
    EXPECT_THAT(hub.sent(id), IsEmpty());
  }
  Hub hub;
  const SessionId id = hub.open("/ws");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(hub.ask(id, R"({"method":"LIST_SUBSCRIPTIONS","id":1})").size(), 1U);
}

TEST(StreamHub, CutsOffWhoWantsMoreThan1024Streams) {
  const auto names = [](int from, int to) {
    std::string list;
    for (int i = from; i < to; ++i) list += (i == from ? "\"" : ",\"") + std::to_string(i) + "@trade\"";
    return list;
  };
  Hub hub;
  const SessionId id = hub.open("/ws");
  EXPECT_THAT(hub.ask(id, R"({"method":"SUBSCRIBE","id":1,"params":[)" + names(0, 1024) + "]}"),
              ElementsAre(R"({"result":null,"id":1})"));
  EXPECT_THAT(hub.ask(id, R"({"method":"SUBSCRIBE","id":2,"params":[)" + names(0, 1025) + "]}"),
              ElementsAre(R"({"error":{"code":4,"msg":"Too many subscriptions"},"id":2})",
                          "close 1008 Too many subscriptions"));

  StreamPath path;
  path.streams.resize(1025, "a@trade");
  const SessionId second = hub.hub.open(path, hub.now);
  EXPECT_THAT(hub.sent(second), ElementsAre(HasSubstr(R"("code":4)"), "close 1008 Too many subscriptions"));
  EXPECT_EQ(hub.hub.stats().closed_too_many_streams, 2U);
  EXPECT_EQ(hub.hub.session_count(), 0U);
}

TEST(StreamHub, PingsAndDropsWhoDoesNotAnswerWithThePayload) {
  for (const auto& [venue, interval, patience] :
       {std::tuple{Venue::kBinanceSpot, 20, 60}, std::tuple{Venue::kBinanceUsdm, 180, 600}}) {
    Hub hub(venue);
    const SessionId good = hub.open("/ws");
    const SessionId bad = hub.open("/ws");
    std::vector<std::string> last;
    for (int second = 0; second <= interval + patience; ++second) {
      hub.now = kStart + std::chrono::seconds{second};
      EXPECT_LE(hub.hub.next_deadline().value, (kStart + std::chrono::seconds{second + interval}).value);
      hub.hub.on_time(hub.now);
      for (const Outgoing& one : hub.hub.take_outgoing()) {
        const auto* ping = std::get_if<SendPing>(&one.what);
        if (one.session == good && ping != nullptr) hub.hub.on_pong(good, ping->payload, hub.now);
        if (one.session == bad && ping != nullptr) {
          hub.hub.on_pong(bad, "something else", hub.now);
          last.push_back(std::to_string(second));
        }
        if (const auto* close = std::get_if<CloseSession>(&one.what)) {
          EXPECT_EQ(one.session, bad);
          last.push_back("close " + close->reason);
        }
      }
    }
    ASSERT_EQ(last.front(), std::to_string(interval));
    EXPECT_EQ(last.back(), "close Pong timeout");
    EXPECT_EQ(hub.hub.session_count(), 1U);
    EXPECT_EQ(hub.hub.stats().closed_pong_timeout, 1U);
  }
}

// A demo whose clock is fast cut off its own collector on a busy machine.
TEST(StreamHub, WaitsForAPongAsLongAsItIsTold) {
  Hub hub;
  hub.hub.set_pong_timeout(std::chrono::minutes{30});
  hub.open("/ws");
  const UnixNanos pinged = kStart + std::chrono::seconds{20};
  hub.hub.on_time(pinged);
  hub.hub.on_time(pinged + std::chrono::minutes{30} - Nanos{1});
  EXPECT_EQ(hub.hub.session_count(), 1U);
  hub.hub.on_time(pinged + std::chrono::minutes{30});
  EXPECT_EQ(hub.hub.session_count(), 0U);
}

TEST(StreamHub, EndsEveryConnectionAfterADay) {
  Hub hub;
  const SessionId id = hub.open("/ws");
  hub.hub.on_time(kStart + std::chrono::hours{24});
  EXPECT_THAT(hub.sent(id), ElementsAre("close 1001 "));
  EXPECT_EQ(hub.hub.next_deadline(), binance::kNever);
}

// The end of a life was looked at with the first ping, which USD-M sends after three minutes.
TEST(StreamHub, EndsALifeThatIsShorterThanTheTimeBetweenPings) {
  Hub hub(Venue::kBinanceUsdm);
  hub.hub.set_connection_lifetime(std::chrono::minutes{1});
  const SessionId id = hub.open("/public/ws");
  EXPECT_EQ(hub.hub.next_deadline(), kStart + std::chrono::minutes{1});
  hub.hub.on_time(kStart + std::chrono::minutes{1});
  EXPECT_THAT(hub.sent(id), ElementsAre("close 1001 "));
}

TEST(StreamHub, CutsOffWhoReadsTooSlowly) {
  Hub hub;
  const SessionId id = hub.open("/ws/btcusdt@trade");
  hub.hub.on_slow(id);
  hub.hub.on_slow(id);
  hub.publish("btcusdt@trade", kTrade);
  EXPECT_THAT(hub.sent(id), ElementsAre("close 1008 Slow consumer"));
  EXPECT_EQ(hub.hub.stats().closed_slow, 1U);
}

TEST(StreamPath, IsWhatTheVenueServes) {
  const auto spot = [](std::string_view path, std::string_view query = "") {
    return parse_stream_path(Venue::kBinanceSpot, path, query);
  };
  EXPECT_THAT(spot("/ws/btcusdt%40trade/b@depth")->streams, ElementsAre("btcusdt@trade", "b@depth"));
  EXPECT_FALSE(spot("/ws/a")->combined);
  EXPECT_THAT(spot("/stream", "timeUnit=MILLISECOND&streams=a@b%2Fc@d")->streams, ElementsAre("a@b", "c@d"));
  EXPECT_TRUE(spot("/stream")->combined);
  EXPECT_EQ(spot("/ws")->access, StreamAccess::kAll);
  for (const char* path : {"/", "/wsx", "/streams", "/public/ws", "/api/v3/ping"}) EXPECT_FALSE(spot(path)) << path;
  EXPECT_EQ(parse_stream_path(Venue::kBinanceUsdm, "/market/stream", "")->access, StreamAccess::kMarket);
  EXPECT_EQ(parse_stream_path(Venue::kBinanceUsdm, "/private/ws", "")->access, StreamAccess::kPrivate);
  EXPECT_EQ(parse_stream_path(Venue::kBinanceUsdm, "/stream", "")->access, StreamAccess::kPublic);
  EXPECT_FALSE(parse_stream_path(Venue::kBinanceUsdm, "/other/ws", ""));
}

}  // namespace
}  // namespace acts::exchange
