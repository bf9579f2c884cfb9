// The collector's connections: trouble on them, and many symbols.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "collector/collector.hpp"
#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using test::two_symbols;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kBtc = "BTCUSDT";

TEST(CollectorLines, ComesBackAfterADisconnect) {
  const auto venue = two_symbols();
  venue->drop_all();
  EXPECT_EQ(venue->health_of("BTCUSDT").reconnects, 1U);
  EXPECT_THAT(venue->log.events, Contains("lost ETHUSDT"));
  EXPECT_EQ(venue->health().overall, Overall::kDegraded);
  venue->run_for(10s);
  ASSERT_THAT(venue->opened, SizeIs(2));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  EXPECT_EQ(venue->health().counters.reconnects, 1U);
  EXPECT_EQ(venue->health().overall, Overall::kOk);
  // Each symbol said that it had a gap: five hundred lines for one lost connection.
  EXPECT_EQ(venue->count_logs("gap"), 0U);
  EXPECT_EQ(venue->count_logs("gaps_of_loss"), 1U);
  EXPECT_THAT(venue->all_logs(), HasSubstr("2 symbols have a gap"));
  venue->expect_replays();
}

// Of two connections lost within a minute the second was not said until the minute was over, and neither was one that
// was lost again; what was said then told of a "next attempt in 513 ms".
TEST(CollectorLines, SaysEveryLossOfAnOpenConnectionAtOnce) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.connections = 2;
  FakeVenue venue(options);
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(10s);
  ASSERT_THAT(venue.open_sessions(), SizeIs(2));
  venue.drop_all();
  EXPECT_EQ(venue.count_logs("connection_lost"), 2U);
  venue.run_for(10s);
  ASSERT_THAT(venue.open_sessions(), SizeIs(2));
  venue.refuse_status = 1;
  venue.drop_all();
  EXPECT_EQ(venue.count_logs("connection_lost"), 4U);
  venue.run_for(5min);
  EXPECT_EQ(venue.count_logs("connection_lost"), 4U);
  EXPECT_LE(venue.count_logs("connection_failed"), 6U);
  EXPECT_THAT(venue.all_logs(), HasSubstr("ended before it opened: code 1006 refused; attempts go on (+"));
}

TEST(CollectorLines, TriesForEverWithAGrowingBackOff) {
  const auto venue = two_symbols();
  venue->refuse_status = 1;
  venue->drop_all();
  venue->run_for(2h);
  std::vector<Nanos> waits;
  for (std::size_t i = 2; i < venue->opened.size(); ++i) {
    waits.push_back(venue->opened[i].first - venue->opened[i - 1].first);
  }
  ASSERT_GT(waits.size(), 100U);
  EXPECT_LE(waits.front(), 3s);
  for (std::size_t i = 10; i < waits.size(); ++i) {
    EXPECT_GE(waits[i], 29s);
    EXPECT_LE(waits[i], 61s);
  }
  EXPECT_EQ(venue->health().overall, Overall::kFailed);
  EXPECT_THAT(venue->health().problems, Contains(HasSubstr("no connection is open")));
  EXPECT_EQ(venue->health().connections.front().state, "waiting");
  // Said once a minute at most.
  EXPECT_LE(venue->count_logs("connection_failed"), 130U);
  venue->refuse_status = 0;
  venue->run_for(90s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_THAT(venue->rows, HasSubstr("stale,"));
}

TEST(CollectorLines, TriesTheVenuesOtherHosts) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.refuse_host = {{"wss://stream.binance.com:9443", 1}, {"wss://stream.binance.com:443", 1}};
  venue.start();
  venue.run_for(2min);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_THAT(venue.open_sessions().front()->url, HasSubstr("wss://data-stream.binance.vision/stream?"));
  EXPECT_THAT(venue.opened, SizeIs(7));
}

// A host that opens connections and lets them die was never left: its count of failures began anew at each opening.
TEST(CollectorLines, LeavesAHostThatOpensConnectionsAndEndsThem) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.dies_after = {{"wss://stream.binance.com:9443", 5s}};
  venue.start();
  venue.run_for(1min);
  EXPECT_THAT(venue.opened, SizeIs(4));
  EXPECT_THAT(venue.open_sessions().front()->url, HasSubstr("wss://stream.binance.com:443/stream?"));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

TEST(CollectorLines, StaysWithAHostWhoseConnectionsHold) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.dies_after = {{"wss://stream.binance.com:9443", 2min}};
  venue.start();
  venue.run_for(30min);
  EXPECT_GT(venue.opened.size(), 10U);
  for (const auto& [when, action] : venue.opened) EXPECT_THAT(action.url, HasSubstr("stream.binance.com:9443"));
}

TEST(CollectorLines, StaysWithTheUsersHost) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  options.stream_url = "ws://127.0.0.1:9000";
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.refuse_status = 1;
  venue.start();
  venue.run_for(5min);
  for (const auto& [when, action] : venue.opened) {
    EXPECT_THAT(action.url, HasSubstr("ws://127.0.0.1:9000/stream?streams=btcusdt"));
  }
}

TEST(CollectorLines, TellsBlockedAndRestrictedApart) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.refuse_host = {{"wss://stream.binance.com:9443", 403}, {"wss://stream.binance.com:443", 451}};
  venue.start();
  venue.run_for(30s);
  EXPECT_EQ(venue.count_logs("stream_blocked"), 1U);
  EXPECT_EQ(venue.count_logs("stream_restricted"), 1U);
  EXPECT_THAT(venue.all_logs(), HasSubstr("wss://data-stream.binance.vision"));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

// How many attempts were made at a host.
std::ptrdiff_t attempts_at(const FakeVenue& venue, std::string_view host) {
  return std::ranges::count_if(venue.opened, [host](const auto& entry) { return entry.second.url.starts_with(host); });
}

// Only the first host refuses; each line's refusal counted for the host that had come next.
void expect_one_refusing_host(std::size_t lines_a_symbol, std::ptrdiff_t lines) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.connections = 2;
  options.lines = lines_a_symbol;
  options.timings.line_stagger = 0s;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.refuse_host = {{"wss://stream.binance.com:9443", 403}};
  venue.start();
  venue.run_for(1min);
  EXPECT_EQ(attempts_at(venue, "wss://stream.binance.com:9443/"), lines);
  EXPECT_EQ(attempts_at(venue, "wss://stream.binance.com:443/"), lines);
  EXPECT_EQ(attempts_at(venue, "wss://data-stream.binance.vision/"), 0);
  EXPECT_THAT(venue.all_logs(), HasSubstr("wss://stream.binance.com:9443/stream: answer 403 to a connection attempt"));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
}

TEST(CollectorLines, TakesTwoRefusalsOfOneHostForOneHostThatRefuses) { expect_one_refusing_host(1, 2); }

TEST(CollectorLines, TakesFourRefusalsOfOneHostForOneHostThatRefuses) { expect_one_refusing_host(2, 4); }

TEST(CollectorLines, WaitsAsLongAsABanLasts) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  options.stream_url = "wss://example.org";
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.refuse_status = 418;
  venue.refuse_retry_after = 10min;
  venue.start();
  venue.run_for(9min);
  EXPECT_THAT(venue.opened, SizeIs(1));
  venue.refuse_status = 0;
  venue.run_for(2min);
  EXPECT_THAT(venue.opened, SizeIs(2));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

TEST(CollectorLines, GivesUpAnAttemptThatNeverEnds) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.refuse_status = -1;
  venue.start();
  venue.run_for(20s);
  EXPECT_THAT(venue.closed, SizeIs(0));
  venue.refuse_status = 0;
  venue.run_for(20s);
  ASSERT_THAT(venue.closed, SizeIs(1));
  EXPECT_TRUE(venue.closed.front().second.abort);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

TEST(CollectorLines, NeverAsksForMoreConnectionsThanTheVenueTakes) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  options.timings.backoff_first = options.timings.backoff_cap = 10ms;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.refuse_status = 1;
  venue.start();
  venue.run_for(20min);
  for (std::size_t i = 300; i < venue.opened.size(); ++i) {
    EXPECT_GE(venue.opened[i].first - venue.opened[i - 300].first, 5min);
  }
  EXPECT_GE(venue.opened.size(), 900U);
  EXPECT_GE(venue.count_logs("connect_limit"), 1U);
}

TEST(CollectorLines, ReplacesAConnectionWhoseDataIsDead) {
  const auto venue = two_symbols();
  venue->rest_dead = true;  // nobody can say that the streams have moved on
  venue->open_sessions().front()->mute = true;
  venue->run_for(29s);
  EXPECT_THAT(venue->opened, SizeIs(1));
  venue->run_for(5s);
  ASSERT_THAT(venue->closed, SizeIs(1));
  EXPECT_TRUE(venue->closed.front().second.abort);
  EXPECT_EQ(venue->health().counters.watchdog_closes, 1U);
  venue->rest_dead = false;
  venue->run_for(1min);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
}

TEST(CollectorLines, ReplacesItSoonerWhereRestShowsThatItIsDead) {
  const auto venue = two_symbols();
  venue->open_sessions().front()->mute = true;
  venue->run_for(25s);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
}

TEST(CollectorLines, DoesNotBlameTheVenueForOurOwnSleep) {
  const auto venue = two_symbols();
  venue->now = venue->now + 5min;  // nothing was read: the process stood still
  venue->run_for(1min);
  EXPECT_EQ(venue->count_logs("stall"), 1U);
  EXPECT_THAT(venue->opened, SizeIs(1));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
}

TEST(CollectorLines, DoesNotBlameTheVenueWhileNothingIsRead) {
  const auto venue = two_symbols();
  FakeVenue::Session* session = venue->open_sessions().front();
  (*venue)->on_reading_resumed(venue->now);
  (*venue)->on_reading_paused(venue->now);
  session->mute = true;
  venue->run_for(5min);
  session->mute = false;
  (*venue)->on_reading_resumed(venue->now);
  venue->run_for(1min);
  EXPECT_THAT(venue->opened, SizeIs(1));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  session->mute = true;
  venue->run_for(1min);
  EXPECT_GT(venue->opened.size(), 1U);
}

TEST(CollectorLines, RenewsTheConnectionOfAFrozenSymbolWithoutAGapForTheOthers) {
  const auto venue = two_symbols();
  venue->market("BTCUSDT").delivering = false;
  venue->run_for(12s);
  EXPECT_GE(venue->market("BTCUSDT").probes, 1U);
  EXPECT_THAT(venue->opened, SizeIs(1));
  venue->run_for(10s);
  EXPECT_EQ(venue->health().counters.frozen_streams, 1U);
  EXPECT_THAT(venue->all_logs(), HasSubstr("while REST has moved on"));
  ASSERT_THAT(venue->opened, SizeIs(2));
  venue->market("BTCUSDT").delivering = true;
  venue->run_for(10s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 0U);
  EXPECT_EQ(venue->health_of("ETHUSDT").reconnects, 0U);
  EXPECT_EQ(venue->health().counters.renewals, 1U);
  EXPECT_THAT(venue->open_sessions(), SizeIs(1));
  venue->expect_replays();
}

TEST(CollectorLines, RenewsEverMoreRarelyWhileASymbolStaysFrozen) {
  const auto venue = two_symbols();
  venue->market("BTCUSDT").delivering = false;
  venue->run_for(2h);
  EXPECT_LE(venue->opened.size(), 25U);
  EXPECT_GE(venue->opened.size(), 8U);
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  EXPECT_EQ(venue->health_of("ETHUSDT").gaps, 0U);
  EXPECT_THAT(venue->rows, HasSubstr("stale,no_update"));
  EXPECT_EQ(venue->health().overall, Overall::kDegraded);
}

TEST(CollectorLines, LeavesAQuietSymbolAlone) {
  const auto venue = two_symbols();
  venue->market("BTCUSDT").moving = false;
  venue->run_for(1h);
  EXPECT_THAT(venue->opened, SizeIs(1));
  EXPECT_LE(venue->market("BTCUSDT").probes, 15U);
  EXPECT_GE(venue->market("BTCUSDT").probes, 5U);
}

TEST(CollectorLines, NoticesASubscriptionThatIsAcknowledgedAndSilent) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  venue.add_market("BTCUSDT").delivering = false;
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(30s);
  EXPECT_EQ(venue.health().counters.frozen_streams, 1U);
  EXPECT_GE(venue.opened.size(), 2U);
  venue.market("BTCUSDT").delivering = true;
  venue.run_for(30s);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_EQ(venue.health_of("ETHUSDT").gaps, 0U);
}

TEST(CollectorLines, ReplacesAConnectionThatAcknowledgesNothing) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(10s);
  venue.acknowledges = false;
  ASSERT_TRUE(venue->set_symbols(std::vector<std::string>{"BTCUSDT", "ETHUSDT"}, venue.now));
  venue.carry_out();
  venue.run_for(9s);
  EXPECT_THAT(venue.closed, SizeIs(0));
  venue.run_for(5s);
  EXPECT_THAT(venue.closed, SizeIs(1));
  EXPECT_THAT(venue.all_logs(), HasSubstr("was not acknowledged"));
  venue.run_for(10s);  // the next one names it in its URL
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
}

TEST(CollectorLines, SaysThatASubscriptionWasRefused) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(10s);
  venue.refuse_subscriptions = R"({"code":2,"msg":"Invalid request"})";
  ASSERT_TRUE(venue->set_symbols(std::vector<std::string>{"BTCUSDT", "ETHUSDT"}, venue.now));
  venue.carry_out();
  venue.run_for(30s);
  EXPECT_EQ(venue.count_logs("subscription_refused"), 1U);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_EQ(venue.health_of("ETHUSDT").state, RowState::kSyncing);
  venue.refuse_subscriptions.clear();
  venue.run_for(60s);
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
  EXPECT_THAT(venue.opened, SizeIs(1));
}

TEST(CollectorLines, SplitsUsdmStreamsOverTheirTwoPaths) {
  CollectorOptions options;
  options.venue = Venue::kBinanceUsdm;
  options.symbols = {"BTCUSDT"};
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(10s);
  ASSERT_THAT(venue.opened, SizeIs(2));
  EXPECT_EQ(venue.opened[0].second.url,
            "wss://fstream.binance.com/public/stream?streams=btcusdt@bookTicker/btcusdt@depth@100ms/btcusdt@trade");
  EXPECT_EQ(venue.opened[1].second.url, "wss://fstream.binance.com/market/stream?streams=btcusdt@markPrice");
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  // Losing the other path is no loss of the book.
  venue.drop(2);
  venue.run_for(5s);
  EXPECT_EQ(venue.health_of("BTCUSDT").reconnects, 0U);
  EXPECT_THAT(venue.opened, SizeIs(3));
}

CollectorOptions usdm_options(std::vector<std::string> symbols) {
  CollectorOptions options = spot_options(std::move(symbols));
  options.venue = Venue::kBinanceUsdm;
  options.streams = {"depth", "markPrice"};
  return options;
}

// A symbol was taken for delivered by the line of its mark prices: nothing watched its book after a reconnect.
TEST(CollectorLines, WatchesAUsdmBookAgainAfterItsLineWasLost) {
  FakeVenue venue(usdm_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(2min);
  const auto opened = [&venue] { return std::ranges::count(venue.log.events, "opened BTCUSDT"); };
  ASSERT_EQ(opened(), 1);
  venue.drop(1);
  venue.run_for(1min);
  EXPECT_EQ(opened(), 2);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  venue.market("BTCUSDT").delivering = false;
  venue.run_for(3min);
  EXPECT_GE(venue.market("BTCUSDT").probes, 1U);
}

// Nothing watched the line of the mark prices: only books had a watchdog, and only busy connections.
TEST(CollectorLines, ReplacesALineWhoseSteadyStreamsFallSilent) {
  FakeVenue venue(usdm_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(2min);
  ASSERT_THAT(venue.opened, SizeIs(2));
  venue.open_sessions().back()->mute = true;
  venue.run_for(27s);
  EXPECT_THAT(venue.opened, SizeIs(2));
  venue.run_for(10s);
  EXPECT_THAT(venue.opened, SizeIs(3));
  EXPECT_THAT(venue.all_logs(), HasSubstr("streams that always send are silent"));
  EXPECT_EQ(venue.health_of("BTCUSDT").reconnects, 0U);
}

TEST(CollectorLines, ReplacesALineWhoseSteadyStreamsNeverSpoke) {
  FakeVenue venue(usdm_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(1s);
  venue.open_sessions().back()->mute = true;
  venue.run_for(8s);
  EXPECT_THAT(venue.opened, SizeIs(2));
  venue.run_for(5s);
  EXPECT_THAT(venue.opened, SizeIs(3));
}

TEST(CollectorLines, AsksEverMoreRarelyForSteadyStreamsThatTheVenueDoesNotHave) {
  FakeVenue venue(usdm_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.has_mark_prices = false;
  venue.start();
  venue.run_for(2h);
  EXPECT_GE(venue.opened.size(), 8U);
  EXPECT_LE(venue.opened.size(), 22U);
  EXPECT_EQ(venue.health_of("BTCUSDT").reconnects, 0U);
}

TEST(CollectorLines, LeavesTheSteadyStreamsOfAClosedMarketAlone) {
  FakeVenue venue(usdm_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT").moving = false;
  venue.start();
  venue.run_for(1s);
  venue.open_sessions().back()->mute = true;
  venue.run_for(1h);
  EXPECT_THAT(venue.opened, SizeIs(2));
}

TEST(CollectorLines, TellsTheShellAfterWhatSilenceAConnectionIsDead) {
  FakeVenue spot(spot_options({"BTCUSDT"}));
  spot.add_market("BTCUSDT");
  spot.start();
  spot.run_for(6s);
  EXPECT_EQ(spot.opened.at(0).second.idle, 70s);  // a ping every 20 s
  FakeVenue usdm(usdm_options({"BTCUSDT"}));
  usdm.add_market("BTCUSDT");
  usdm.start();
  usdm.run_for(6s);
  EXPECT_EQ(usdm.opened.at(0).second.idle, 6min + 30s);  // every 3 min
}

TEST(CollectorLines, CarriesFiveHundredSymbolsOnTwoConnections) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 500; ++i) symbols.push_back(fmt::format("S{:03}USDT", i));
  CollectorOptions options = spot_options(symbols);
  options.streams = {"depth", "trade", "bookTicker"};
  options.connections = 2;
  options.limit = 100;
  FakeVenue venue(std::move(options));
  for (const std::string& symbol : symbols) venue.add_market(symbol, 1s);
  venue.start();
  venue.run_for(2min);
  ASSERT_THAT(venue.opened, SizeIs(2));
  EXPECT_THAT(venue.opened[0].second.url, Not(HasSubstr("streams=")));  // too many for a URL
  std::vector<UnixNanos> sends;
  for (const auto& [when, send] : venue.sent) {
    if (send.connection == 1) sends.push_back(when);
  }
  EXPECT_THAT(sends, SizeIs(4));  // 250 symbols with three names each, 200 names a message
  for (const FakeVenue::Session* session : venue.open_sessions()) EXPECT_EQ(session->names.size(), 750U);
  for (const std::string& symbol : symbols) EXPECT_TRUE(venue.in_step(symbol)) << symbol;
  EXPECT_EQ(venue.row_count, 1000U);
  venue.expect_replays();
  // One connection lost: half of the symbols notice.
  venue.drop(1);
  venue.run_for(30s);
  std::uint64_t lost = 0;
  for (const SymbolHealth& health : venue.health().symbols) lost += health.reconnects;
  EXPECT_EQ(lost, 250U);
}

TEST(CollectorLines, MakesAsManyConnectionsAsTheStreamsNeed) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 500; ++i) symbols.push_back(fmt::format("S{:03}USDT", i));
  CollectorOptions options = spot_options(symbols);
  options.streams = {"depth", "trade", "bookTicker"};
  FakeVenue venue(std::move(options));
  for (const std::string& symbol : symbols) venue.add_market(symbol, 10s);
  venue.start();
  venue.run_for(20s);
  ASSERT_THAT(venue.opened, SizeIs(2));
  for (const FakeVenue::Session* session : venue.open_sessions()) EXPECT_LE(session->names.size(), 1024U);
}

TEST(CollectorLines, ClosesALineThatHasNothingToCarry) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT"});
  options.connections = 2;
  const auto venue = two_symbols(std::move(options));
  ASSERT_THAT(venue->opened, SizeIs(2));
  ASSERT_TRUE((*venue)->set_symbols(std::vector<std::string>{std::string(kBtc)}, venue->now));
  venue->carry_out();
  venue->run_for(5s);
  EXPECT_THAT(venue->open_sessions(), SizeIs(1));
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
}

TEST(CollectorLines, IgnoresConnectionsItDoesNotKnow) {
  const auto venue = two_symbols();
  (*venue)->on_ws_open(99, venue->now);
  (*venue)->on_ws_message(99, "{}", venue->now);
  (*venue)->on_ws_closed(99, ClosedInfo{}, venue->now);
  venue->run_for(1s);
  EXPECT_EQ(venue->health().counters.ignored, 1U);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
}

// The venue's ids went back, and every update was stale until they had come as far again.
TEST(CollectorLines, HearsAVenueThatCountsFromAnew) {
  const auto venue = two_symbols();
  venue->market("BTCUSDT").id = 10;
  venue->drop_all();
  venue->run_for(50s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
  EXPECT_EQ(venue->count_logs("ids_restarted"), 1U);
  EXPECT_EQ(venue->health_of("BTCUSDT").gaps, 1U);
  EXPECT_TRUE(venue->in_step("ETHUSDT"));
  venue->expect_replays();
}

TEST(CollectorLines, CountsAMessageThatWasTooLong) {
  const auto venue = two_symbols();
  (*venue)->on_ws_too_long(venue->open_sessions().front()->number, 20'000'000, venue->now);
  venue->carry_out();
  EXPECT_EQ(venue->health().counters.refused.at("too_long"), 1U);
  EXPECT_THAT(venue->log.events,
              ::testing::Contains("lost: connection 1: a message of 20000000 bytes was thrown away"));
  EXPECT_THAT(venue->all_logs(), HasSubstr("20000000 bytes"));
  venue->run_for(1s);
  EXPECT_TRUE(venue->in_step("BTCUSDT"));
}

}  // namespace
}  // namespace acts::collector
