#include "exchange/faults.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "exchange/fake_source.hpp"
#include "exchange/synthetic_market.hpp"
#include "exchange/venue_core.hpp"
#include "support/testdata.hpp"

namespace acts::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr UnixNanos kNow{1723161240'000'000'000};

// A venue of BTCUSDT and ETHUSDT whose market runs since kNow.
struct OneVenue {
  OneVenue() : clock(Pace{.original_times = true, .wait_for_streams = 0}, kNow) {
    clock.on_subscriptions(Venue::kBinanceSpot, 0, kNow);
    auto owned = std::make_unique<FakeSource>();
    source = owned.get();
    core = std::make_unique<VenueCore>(Venue::kBinanceSpot, std::move(owned), clock,
                                       default_weight_rules(Venue::kBinanceSpot));
    core->connect("/stream", "streams=btcusdt@depth@100ms/ethusdt@depth@100ms/btcusdt@trade", "a", kNow);
  }
  // What reaches the client of one message.
  std::vector<std::string> say(SymbolIndex symbol, std::string_view stream, std::string_view payload,
                               UnixNanos now = kNow) {
    source->add(now, stream, payload);
    source->steps.back().second->symbol = symbol;
    source->steps.back().second->is_depth_update = stream.ends_with("depth@100ms");
    core->advance(now, 100);
    return texts();
  }
  std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (const Outgoing& one : core->take_outgoing()) {
      if (const auto* text = std::get_if<SendText>(&one.what)) all.push_back(*text->text);
    }
    return all;
  }
  HttpResponse get(std::string_view path, std::string_view query = "") {
    return core->request({"GET", path, query, "a"}, kNow).response;
  }
  MarketClock clock;
  FakeSource* source = nullptr;
  std::unique_ptr<VenueCore> core;
};

TEST(Faults, LoseSoManyUpdatesOfOneSymbol) {
  OneVenue venue;
  venue.core->faults().lose_updates("BTCUSDT", 2);
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "1"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1"), ElementsAre(HasSubstr("trade")));
  EXPECT_THAT(venue.say(1, "ethusdt@depth@100ms", "1"), ElementsAre(HasSubstr("ethusdt")));
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "2"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "3"), ElementsAre(HasSubstr(":3}")));
  EXPECT_EQ(venue.core->faults().hits(FaultKind::kLose), 2U);
}

TEST(Faults, SilenceOneSymbolUntilItMaySpeakAgain) {
  OneVenue venue;
  venue.core->faults().silence("BTCUSDT");
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "1"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1"), IsEmpty());
  EXPECT_THAT(venue.say(1, "ethusdt@depth@100ms", "1"), ElementsAre(HasSubstr("ethusdt")));
  venue.core->faults().unsilence("BTCUSDT");
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "2"), ElementsAre(HasSubstr("trade")));
}

TEST(Faults, DelayDepthAnswersOnly) {
  OneVenue venue;
  venue.core->faults().delay_depth_answers(std::chrono::seconds{3});
  const auto delay_of = [&](std::string_view path) { return venue.core->request({"GET", path, "", "a"}, kNow).delay; };
  EXPECT_EQ(delay_of("/api/v3/depth"), std::chrono::seconds{3});
  EXPECT_EQ(delay_of("/api/v3/time"), Nanos{0});
  venue.core->faults().delay_depth_answers(Nanos{0});
  EXPECT_EQ(delay_of("/api/v3/depth"), Nanos{0});
}

TEST(Faults, FailSoManyRequestsAsTheVenueWould) {
  const auto with = [](FaultKind fault) {
    OneVenue venue;
    venue.core->faults().fail_requests(fault, 1, "depth", std::chrono::milliseconds{1500});
    EXPECT_EQ(venue.get("/api/v3/ping").status, 200);
    const HttpResponse failed = venue.get("/api/v3/depth", "symbol=BTCUSDT");
    EXPECT_EQ(venue.get("/api/v3/depth", "symbol=BTCUSDT").status, 200);
    EXPECT_EQ(venue.core->faults().hits(fault), 1U);
    return failed;
  };
  EXPECT_EQ(with(FaultKind::kAnswer429).status, 429);
  EXPECT_EQ(with(FaultKind::kAnswer429).header("Retry-After"), "2");
  EXPECT_EQ(with(FaultKind::kAnswer418).status, 418);
  EXPECT_THAT(with(FaultKind::kAnswer418).body, HasSubstr("banned until 1723161241500"));
  EXPECT_EQ(with(FaultKind::kAnswer403).status, 403);
  EXPECT_THAT(with(FaultKind::kAnswer403).body, HasSubstr("<html>"));
  EXPECT_EQ(with(FaultKind::kAnswer503).status, 503);
  EXPECT_EQ(with(FaultKind::kAnswer500).status, 500);
  EXPECT_EQ(with(FaultKind::kAnswerReset).status, 0);
}

TEST(Faults, CloseEverySessionWithOrWithoutACode) {
  for (const std::uint16_t code : std::array<std::uint16_t, 2>{1001, 0}) {
    OneVenue venue;
    venue.core->connect("/ws/btcusdt@trade", "", "a", kNow);
    venue.core->take_outgoing();
    venue.core->close_sessions(code, "going");
    std::vector<std::uint16_t> codes;
    for (const Outgoing& one : venue.core->take_outgoing()) codes.push_back(std::get<CloseSession>(one.what).code);
    EXPECT_THAT(codes, ElementsAre(code, code));
    EXPECT_EQ(venue.core->hub().session_count(), 0U);
  }
}

// A plan whose only rule is this, played from kNow on.
void play(VenueCore& core, FaultRule rule, std::uint64_t seed = 1) {
  core.play({.seed = seed, .rules = {std::move(rule)}}, kNow);
}

TEST(FaultPlan, HitsDuringItsTimesOnly) {
  Faults faults;
  faults.play({.seed = 1, .rules = {{.kind = FaultKind::kAnswer500, .at = 10s, .every = 60s, .lasts = 5s, .times = 2}}},
              kNow);
  const auto hits = [&](Nanos at) { return faults.on_request("depth", "", kNow + at).instead != nullptr; };
  EXPECT_FALSE(hits(9'999ms));
  EXPECT_TRUE(hits(10s));
  EXPECT_TRUE(hits(14'999ms));
  EXPECT_FALSE(hits(15s));
  EXPECT_TRUE(hits(70s));
  EXPECT_FALSE(hits(75s));
  EXPECT_FALSE(hits(130s));  // twice is enough
}

TEST(FaultPlan, HitsSoManyEachTime) {
  Faults faults;
  faults.play({.seed = 1, .rules = {{.kind = FaultKind::kAnswer500, .every = 60s, .count = 2}}}, kNow);
  std::string seen;
  for (const Nanos at : {0s, 1s, 2s, 60s, 61s, 62s})
    seen += faults.on_request("time", "", kNow + at).instead != nullptr ? 'x' : '.';
  EXPECT_EQ(seen, "xx.xx.");
  EXPECT_EQ(faults.hits_text(), "answer_500 4");
}

TEST(FaultPlan, DrawsFromItsSeed) {
  const auto drawn = [](std::uint64_t seed) {
    Faults faults;
    faults.play({.seed = seed, .rules = {{.kind = FaultKind::kDrop, .probability = 0.25}}}, kNow);
    std::string seen;
    for (int i = 0; i < 4000; ++i)
      seen += faults.on_message(1, "BTCUSDT", binance::StreamKind::kDepth, kNow).lost ? 'x' : '.';
    return seen;
  };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
  EXPECT_NEAR(static_cast<double>(std::ranges::count(drawn(1), 'x')), 1000, 100);
}

TEST(FaultPlan, TellsItsBeginningsAndEndsInOrder) {
  Faults faults;
  faults.play({.seed = 1,
               .rules = {{.kind = FaultKind::kHalt, .symbols = {"BTCUSDT"}, .at = 5s, .every = 20s, .lasts = 10s},
                         {.kind = FaultKind::kClose, .at = 7s}}},
              kNow);
  EXPECT_EQ(faults.next_edge(), kNow + 5s);
  std::string told;
  for (const FaultEdge& edge : faults.take_edges(kNow + 26s))
    told += fmt::format("{}{} {}\n", edge.begins ? "+" : "-", name_of(edge.rule->kind), to_string(edge.at - kNow));
  EXPECT_EQ(told, "+halt 5s\n+close 7s\n-halt 15s\n+halt 25s\n");
  EXPECT_EQ(faults.next_edge(), kNow + 35s);
}

// A machine that slept for a year was asked for every millisecond of it.
TEST(FaultPlan, ComesOnceWhereItIsManyTimesLate) {
  Faults faults;
  faults.play({.seed = 1, .rules = {{.kind = FaultKind::kGarbage, .every = 1ms}}}, kNow);
  EXPECT_EQ(faults.take_edges(kNow + 24h * 365).size(), 1U);
  EXPECT_GT(faults.next_edge(), kNow + 24h * 365);
}

TEST(FaultPlan, DropsOneConnectionsMessageOnly) {
  OneVenue venue;
  venue.core->connect("/ws/btcusdt@depth@100ms", "", "a", kNow);
  play(*venue.core, {.kind = FaultKind::kDrop, .connections = {2}, .count = 1});
  EXPECT_THAT(venue.say(0, "btcusdt@depth@100ms", "1"), ElementsAre(HasSubstr("stream")));
  EXPECT_EQ(venue.say(0, "btcusdt@depth@100ms", "2").size(), 2U);
}

TEST(FaultPlan, SendsAMessageTwice) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kDuplicate, .count = 1});
  EXPECT_EQ(venue.say(0, "btcusdt@trade", "1").size(), 2U);
  EXPECT_EQ(venue.say(0, "btcusdt@trade", "2").size(), 1U);
}

TEST(FaultPlan, CutsAMessageInTheMiddle) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kCorrupt, .count = 1});
  EXPECT_THAT(venue.say(0, "btcusdt@trade", R"({"p":"1"})"), ElementsAre(R"({"stream":"btcusdt@tr)"));
}

TEST(FaultPlan, DelaysAMessageAndWhatFollowsInItsStream) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kDelay, .count = 1, .by = 2s});
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1"), IsEmpty());
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "2"), IsEmpty());
  EXPECT_EQ(venue.say(1, "ethusdt@depth@100ms", "3").size(), 1U);
  EXPECT_EQ(venue.core->next_deadline(), kNow + 2s);
  venue.core->on_time(kNow + 2s);
  EXPECT_THAT(venue.texts(), ElementsAre(HasSubstr(":1}"), HasSubstr(":2}")));
  EXPECT_EQ(venue.say(0, "btcusdt@trade", "4", kNow + 2s).size(), 1U);
}

TEST(FaultPlan, FreezesOneSymbolForAWhile) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kFreeze, .symbols = {"BTCUSDT"}, .at = 1s, .lasts = 1s});
  EXPECT_EQ(venue.say(0, "btcusdt@trade", "1").size(), 1U);
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "2", kNow + 1s), IsEmpty());
  EXPECT_EQ(venue.say(1, "ethusdt@depth@100ms", "3", kNow + 1s).size(), 1U);
  EXPECT_EQ(venue.say(0, "btcusdt@trade", "4", kNow + 2s).size(), 1U);
}

TEST(FaultPlan, MutesAConnectionThatIsStillPingedAndAnswered) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kMute, .connections = {1}});
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1"), IsEmpty());
  venue.core->on_text(1, R"({"method":"LIST_SUBSCRIPTIONS","id":1})", kNow);
  venue.core->on_time(kNow + 20s);
  const auto sent = venue.core->take_outgoing();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<SendText>(sent[0].what));
  EXPECT_TRUE(std::holds_alternative<SendPing>(sent[1].what));
}

TEST(FaultPlan, ClosesSomeConnectionsAtATime) {
  OneVenue venue;
  venue.core->connect("/ws/btcusdt@trade", "", "a", kNow);
  play(*venue.core, {.kind = FaultKind::kClose, .connections = {2}, .at = 3s, .code = 1008, .reason = "no"});
  EXPECT_EQ(venue.core->next_deadline(), kNow + 3s);
  venue.core->on_time(kNow + 2s);
  EXPECT_THAT(venue.core->take_outgoing(), IsEmpty());
  venue.core->on_time(kNow + 3s);
  const auto sent = venue.core->take_outgoing();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].session, 2U);
  EXPECT_EQ(std::get<CloseSession>(sent[0].what).code, 1008);
  EXPECT_THAT(venue.core->take_notes(), ElementsAre("close begins"));
}

TEST(FaultPlan, LeavesAConnectionHalfOpenAndResetsItAtTheEnd) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kHalfOpen, .at = 1s, .lasts = 100s});
  venue.core->on_time(kNow + 1s);
  ASSERT_EQ(venue.core->take_outgoing().size(), 1U);  // StallSession
  EXPECT_THAT(venue.say(0, "btcusdt@trade", "1", kNow + 1s), IsEmpty());
  venue.core->on_text(1, R"({"method":"LIST_SUBSCRIPTIONS","id":1})", kNow + 2s);
  for (int second = 2; second < 100; ++second) venue.core->on_time(kNow + second * 1s);  // pings, and a pong timeout
  EXPECT_THAT(venue.core->take_outgoing(), IsEmpty());
  venue.core->on_time(kNow + 101s);
  const auto sent = venue.core->take_outgoing();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(std::get<CloseSession>(sent[0].what).code, 0);
}

TEST(FaultPlan, SaysWhatNoClientExpects) {
  const auto said = [](FaultKind kind, std::size_t bytes = 0) {
    OneVenue venue;
    venue.core->connect("/ws/btcusdt@trade", "", "a", kNow);
    play(*venue.core, {.kind = kind, .bytes = bytes});
    return venue.texts();
  };
  EXPECT_THAT(said(FaultKind::kServerShutdown),
              ElementsAre(R"({"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1723161240000}})",
                          R"({"e":"serverShutdown","E":1723161240000})"));
  EXPECT_THAT(said(FaultKind::kGarbage), ElementsAre(HasSubstr("garbage"), HasSubstr("garbage")));
  EXPECT_THAT(said(FaultKind::kInvalidUtf8).front(), HasSubstr("\xff"));
  EXPECT_EQ(said(FaultKind::kHugeMessage, 20'000'000).front().size(), 20'000'002U);
}

TEST(FaultPlan, RefusesConnections) {
  OneVenue venue;
  play(*venue.core, {.kind = FaultKind::kRefuseConnection, .count = 1, .retry_after = 5s, .code = 429});
  const auto refused = venue.core->connect("/ws", "", "a", kNow);
  ASSERT_TRUE(std::holds_alternative<HttpResponse>(refused));
  EXPECT_EQ(std::get<HttpResponse>(refused).status, 429);
  EXPECT_EQ(std::get<HttpResponse>(refused).header("Retry-After"), "5");
  EXPECT_TRUE(std::holds_alternative<SessionId>(venue.core->connect("/ws", "", "a", kNow)));
  OneVenue other;
  play(*other.core, {.kind = FaultKind::kRefuseConnection});
  EXPECT_EQ(std::get<HttpResponse>(other.core->connect("/ws", "", "a", kNow)).status, 0);
}

TEST(FaultPlan, AcknowledgesASubscriptionThatStaysSilentOrForgetsTo) {
  const auto after_subscribing = [](FaultKind kind) {
    OneVenue venue;
    venue.core->connect("/stream", "", "a", kNow);
    play(*venue.core, {.kind = kind, .connections = {2}});
    venue.core->on_text(2, R"({"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1})", kNow);
    std::vector<std::string> texts = venue.texts();
    const std::size_t replies = texts.size();
    return std::pair(replies, venue.say(0, "btcusdt@trade", "1").size() - 1);  // session 1 always has it
  };
  EXPECT_EQ(after_subscribing(FaultKind::kSilentSubscription), (std::pair{1UZ, 0UZ}));
  EXPECT_EQ(after_subscribing(FaultKind::kNoAcknowledgement), (std::pair{0UZ, 1UZ}));
}

TEST(FaultPlan, AnswersRequestsWrongly) {
  const auto reply_to = [](FaultRule rule) {
    OneVenue venue;
    play(*venue.core, std::move(rule));
    EXPECT_EQ(venue.get("/api/v3/ping").status, 200);
    return venue.core->request({"GET", "/api/v3/depth", "symbol=BTCUSDT", "a"}, kNow);
  };
  const auto of = [&](FaultKind kind) { return reply_to({.kind = kind, .requests = {"depth"}}); };
  EXPECT_EQ(of(FaultKind::kAnswerErrorIn200).response.status, 200);
  EXPECT_THAT(of(FaultKind::kAnswerErrorIn200).response.body, HasSubstr(R"({"code":-1001,)"));
  EXPECT_EQ(of(FaultKind::kAnswerNever).how, RestReply::How::kNever);
  EXPECT_EQ(of(FaultKind::kAnswerReset).how, RestReply::How::kReset);
  const RestReply truncated = of(FaultKind::kAnswerTruncated);
  EXPECT_EQ(truncated.how, RestReply::How::kTruncated);
  EXPECT_EQ(truncated.body_bytes, truncated.response.body.size() / 2);
  EXPECT_EQ(reply_to({.kind = FaultKind::kAnswerLate, .requests = {"depth"}, .by = 7s}).delay, 7s);
  EXPECT_EQ(reply_to({.kind = FaultKind::kAnswer500, .symbols = {"BTCUSDT"}}).response.status, 500);
  EXPECT_EQ(reply_to({.kind = FaultKind::kAnswer500, .symbols = {"ETHUSDT"}}).response.status, 200);
}

// The synthetic market, whose books move by themselves.
struct LivingVenue {
  explicit LivingVenue(FaultPlan plan, Venue venue = Venue::kBinanceSpot) : clock(Pace{.wait_for_streams = 0}, kNow) {
    clock.on_subscriptions(venue, 0, kNow);
    SyntheticOptions options;
    options.venue = venue;
    options.symbols = {"BTCUSDT", "ETHUSDT"};
    options.levels = 50;
    options.start = kNow;
    auto source = std::make_unique<SyntheticMarket>(options);
    source->keep_history(VenueCore::kHistoryOfStaleBooks);
    core = std::make_unique<VenueCore>(venue, std::move(source), clock, default_weight_rules(venue));
    core->play(plan, kNow);
  }
  std::string get(std::string_view path, std::string_view query = "") {
    return core->request({"GET", path, query, "a"}, now).response.body;
  }
  void run_to(Nanos since) {
    while (core->next_deadline() <= kNow + since) {
      now = std::max(now, core->next_deadline());
      core->on_time(now);
      core->advance(now, 1000);
    }
    now = kNow + since;
    core->on_time(now);
  }
  static std::int64_t id_in(const std::string& depth) {
    return std::stoll(depth.substr(depth.find(R"("lastUpdateId":)") + 15));
  }
  MarketClock clock;
  std::unique_ptr<VenueCore> core;
  UnixNanos now = kNow;
};

TEST(FaultPlan, ShowsTheBookAsItWas) {
  LivingVenue truth({});
  LivingVenue venue({.seed = 1, .rules = {{.kind = FaultKind::kAnswerStale, .by = 10s}}});
  truth.run_to(20s);
  venue.run_to(30s);
  const std::string shown = venue.get("/api/v3/depth", "symbol=BTCUSDT");
  // The last update of then; the true book was a little ahead of its stream.
  const std::int64_t then = truth.core->source().book(0)->last_update_id().value();
  EXPECT_LE(LivingVenue::id_in(shown), then);
  EXPECT_GT(LivingVenue::id_in(shown), then - 100);
}

TEST(FaultPlan, HaltsDelistsAndListsSymbols) {
  LivingVenue venue({.seed = 1,
                     .rules = {{.kind = FaultKind::kHalt, .symbols = {"BTCUSDT"}, .at = 10s, .lasts = 10s},
                               {.kind = FaultKind::kList, .symbols = {"ETHUSDT"}, .at = 15s},
                               {.kind = FaultKind::kDelist, .symbols = {"BTCUSDT"}, .at = 30s}}});
  const auto info = [&] { return venue.get("/api/v3/exchangeInfo"); };
  EXPECT_THAT(info(), HasSubstr(R"("BTCUSDT","status":"TRADING")"));
  EXPECT_THAT(info(), Not(HasSubstr("ETHUSDT")));
  EXPECT_THAT(venue.get("/api/v3/depth", "symbol=ETHUSDT"), HasSubstr("-1121"));
  venue.run_to(10s);
  EXPECT_THAT(info(), HasSubstr(R"("BTCUSDT","status":"BREAK")"));
  const std::string halted = venue.get("/api/v3/depth", "symbol=BTCUSDT");
  venue.run_to(19s);
  EXPECT_EQ(venue.get("/api/v3/depth", "symbol=BTCUSDT"), halted);  // the book rests
  EXPECT_THAT(info(), HasSubstr("ETHUSDT"));
  EXPECT_THAT(venue.get("/api/v3/depth", "symbol=ETHUSDT"), HasSubstr("bids"));
  venue.run_to(29s);
  EXPECT_THAT(info(), HasSubstr(R"("BTCUSDT","status":"TRADING")"));
  EXPECT_NE(venue.get("/api/v3/depth", "symbol=BTCUSDT"), halted);
  venue.run_to(30s);
  EXPECT_THAT(info(), Not(HasSubstr("BTCUSDT")));
}

TEST(FaultPlan, ChangesATickSize) {
  LivingVenue venue(
      {.seed = 1,
       .rules = {{.kind = FaultKind::kTickSize, .symbols = {"BTCUSDT"}, .at = 1s, .tick_size = Decimal{1, 7}}}},
      Venue::kBinanceUsdm);
  const int before = venue.core->source().book(0)->scales().price;
  EXPECT_THAT(venue.get("/fapi/v1/exchangeInfo"), Not(HasSubstr(R"("tickSize":"0.0000001")")));
  venue.run_to(1s);
  EXPECT_THAT(venue.get("/fapi/v1/exchangeInfo"), HasSubstr(R"("tickSize":"0.0000001")"));
  venue.core->connect("/public/ws/btcusdt@depth@100ms", "", "a", venue.now);
  venue.run_to(30s);
  const TrueBook& book = *venue.core->source().book(0);
  EXPECT_LT(before, 7);
  EXPECT_EQ(book.scales().price, 7);
  EXPECT_TRUE(std::ranges::any_of(book.levels(Side::kBid), [](const Level& l) { return l.price.units() % 10 != 0; }));
  EXPECT_FALSE(book.crossed());
}

TEST(FaultPlan, SkewsTheVenuesClock) {
  LivingVenue venue({.seed = 1, .rules = {{.kind = FaultKind::kClockSkew, .by = -2s}}});
  EXPECT_EQ(venue.get("/api/v3/time"), R"({"serverTime":1723161238000})");
  venue.core->connect("/ws/btcusdt@depth@100ms", "", "a", kNow);
  venue.run_to(200ms);
  const auto sent = venue.core->take_outgoing();
  ASSERT_FALSE(sent.empty());
  EXPECT_THAT(*std::get<SendText>(sent.front().what).text, HasSubstr(R"("E":172316123)"));
}

// Everything that a client of a bad day gets, as text.
std::string bad_day(std::uint64_t seed) {
  FaultPlan plan = read_fault_plan(test::project_file("docs/bad_day.json")).value();
  plan.seed = seed;
  LivingVenue venue(plan);
  std::string all;
  for (int minute = 0; minute < 16; ++minute) {
    venue.core->connect("/stream", "streams=btcusdt@depth@100ms/ethusdt@depth@100ms/btcusdt@trade", "a", venue.now);
    for (int part = 0; part < 6; ++part) {
      venue.run_to(minute * 60s + part * 10s);
      all += venue.get("/api/v3/depth", "symbol=BTCUSDT");
      for (const Outgoing& one : venue.core->take_outgoing()) {
        all += fmt::format("{} {} ", one.session, one.what.index());
        if (const auto* text = std::get_if<SendText>(&one.what)) all += *text->text;
      }
    }
  }
  return all + venue.core->faults().hits_text();
}

TEST(FaultPlan, GivesTheSameBytesForTheSameSeed) {
  const std::string first = bad_day(1);
  EXPECT_EQ(first, bad_day(1));
  EXPECT_NE(first, bad_day(2));
  EXPECT_THAT(first.substr(first.rfind('}')), HasSubstr("half_open"));
}

}  // namespace
}  // namespace acts::exchange
