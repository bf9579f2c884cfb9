// The collector against a tiny scripted venue in virtual time: start, rows, symbols, health.
#include "collector/collector.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/fake_venue.hpp"

namespace acts::collector {
namespace {

using test::FakeVenue;
using test::spot_options;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Collector, AsksForTheVenuesListBeforeItOpensConnections) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETH"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  ASSERT_THAT(venue.requests, Not(IsEmpty()));
  EXPECT_EQ(venue.requests.front().second.kind, RequestKind::kExchangeInfo);
  EXPECT_EQ(venue.requests.front().second.url, "https://api.binance.com/api/v3/exchangeInfo");
  EXPECT_THAT(venue.opened, IsEmpty());
  venue.run_for(10s);
  ASSERT_THAT(venue.opened, SizeIs(1));
  EXPECT_EQ(venue.opened.front().second.url,
            "wss://stream.binance.com:9443/stream?streams=btcusdt@depth@100ms/ethusdt@depth@100ms");
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
  EXPECT_EQ(venue.health().overall, Overall::kOk) << testing::PrintToString(venue.health().problems);
  EXPECT_EQ(venue.market("BTCUSDT").snapshots, 1U);
}

TEST(Collector, DoesNotWaitForTheListForEver) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.rest_dead = true;
  venue.start();
  venue.run_for(4s);
  EXPECT_THAT(venue.opened, IsEmpty());
  venue.run_for(6s);
  EXPECT_THAT(venue.opened, SizeIs(1));
  EXPECT_EQ(venue.health_of("BTCUSDT").status, SymbolStatus::kUnknown);
  EXPECT_EQ(venue.health_of("BTCUSDT").state, RowState::kSyncing);
  EXPECT_EQ(venue.count_logs("no_exchange_info"), 1U);
  venue.rest_dead = false;
  venue.run_for(2min);
  EXPECT_EQ(venue.health_of("BTCUSDT").status, SymbolStatus::kTrading);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_THAT(venue.opened, SizeIs(1));
}

class Beginnings final : public NullRunLog {
 public:
  void run_started(UnixNanos now) override { told.push_back(fmt::format("run {}", to_iso8601(now))); }
  void symbol_added(std::string_view symbol, SymbolStatus, UnixNanos now) override {
    told.push_back(fmt::format("{} {}", symbol, to_iso8601(now)));
  }
  void alive(UnixNanos) override { alive_before_run |= told.empty(); }
  std::vector<std::string> told;
  bool alive_before_run = false;
};

// The run was told as begun when the venue's list was asked for: a minute that ended before the list came had no row
// after a restart, and where an hour's log ended in between no run began in the symbols' part of the recording.
TEST(Collector, TellsTheRunAsBegunWithItsFirstSymbols) {
  const UnixNanos start = parse_iso8601("2026-03-01T12:59:58").value();
  Beginnings log;
  CollectorOptions options = spot_options({"BTCUSDT"});
  std::vector<UnixNanos> begun;
  options.on_begin = [&begun](UnixNanos now) { begun.push_back(now); };
  std::vector<MinuteRow> rows;
  const auto made =
      Collector::make(std::move(options), [&rows](MinuteRow&& row) { rows.push_back(std::move(row)); }, log);
  Collector& collector = **made;
  collector.start(start);
  for (Nanos passed = 0s; passed <= 5s; passed += 100ms) collector.on_timer(start + passed);
  EXPECT_THAT(log.told, ElementsAre("run 2026-03-01T13:00:03.000Z", "BTCUSDT 2026-03-01T13:00:03.000Z"));
  EXPECT_THAT(begun, ElementsAre(start + 5s));
  EXPECT_FALSE(log.alive_before_run);
  collector.on_timer(start + 2min);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows.front().sample_time(), parse_iso8601("2026-03-01T13:01:00").value());
}

TEST(Collector, WritesARowForEverySymbolAndMinute) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT", 1s);
  venue.start();
  venue.run_for(5min);
  EXPECT_EQ(venue.row_count, 10U);
  EXPECT_THAT(venue.rows, HasSubstr("binance-spot,BTCUSDT,2026-03-01T12:01:00.000Z,2026-03-01T12:00:59."));
  EXPECT_THAT(venue.rows, HasSubstr(",live,\n"));
  EXPECT_THAT(venue.rows, Not(HasSubstr("syncing")));
}

// Everything at once: what is recorded must lead a second pipeline to the same rows.
TEST(Collector, GivesTheSameRowsWhenItsRunIsReplayed) {
  CollectorOptions options = spot_options({"BTCUSDT", "ETHUSDT", "LATEUSDT"});
  options.refresh_interval = 2min;
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT", 700ms);
  venue.add_market("LATEUSDT").listed = false;
  venue.start();
  venue.run_for(70s);
  venue.lose_updates("BTCUSDT", 5);
  venue.run_for(45s);
  venue.drop_all();
  venue.run_for(30s);
  venue.rest_status = 503;
  venue.lose_updates("ETHUSDT", 5);
  venue.run_for(90s);
  venue.rest_status = 0;
  venue.market("ETHUSDT").status = "BREAK";
  venue.market("LATEUSDT").listed = true;
  venue.send(venue.open_sessions().front()->number, "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{broken");
  venue.run_for(10min);
  ASSERT_TRUE(venue->set_symbols(std::vector<std::string>{"BTCUSDT", "LATEUSDT"}, venue.now));
  venue.carry_out();
  venue.run_for(3min);
  venue->stop("test", venue.now);
  venue.run_for(1s);
  for (const char* part : {"live,", "suspect,sequence_gap", "halted,trading_halted", "syncing,unknown_symbol"}) {
    EXPECT_THAT(venue.rows, HasSubstr(part));
  }
  EXPECT_GT(venue.row_count, 40U);
  venue.expect_replays();
}

// A snapshot was asked for, and the book called live for ever that nothing kept up to date.
TEST(Collector, BeginsNoBookWithoutADepthStream) {
  for (const char* other : {"trade", "depth20@100ms"}) {
    CollectorOptions options = spot_options({"BTCUSDT"});
    options.streams = {other};
    options.refresh_interval = 30s;
    FakeVenue venue(std::move(options));
    venue.add_market("BTCUSDT");
    venue.start();
    venue.run_for(5min);
    EXPECT_EQ(venue.market("BTCUSDT").snapshots, 0U) << other;
    EXPECT_THAT(venue.rows, HasSubstr(",syncing,starting\n"));
    EXPECT_THAT(venue.rows, Not(HasSubstr("live")));
    EXPECT_EQ(venue.health().overall, Overall::kDegraded);
    EXPECT_THAT(venue.health().problems, ElementsAre(HasSubstr("the streams hold no depth")));
    EXPECT_EQ(venue.count_logs("no_depth"), 1U);
    venue.drop_all();
    venue.run_for(2min);
    EXPECT_EQ(venue.log.replay(Venue::kBinanceSpot), venue.rows);
  }
}

TEST(Collector, GivesTheSameRowsOfUsdm) {
  CollectorOptions options;
  options.venue = Venue::kBinanceUsdm;
  options.symbols = {"BTCUSDT"};
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(2min);
  venue.lose_updates("BTCUSDT", 3);
  venue.run_for(2min);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_EQ(venue.health_of("BTCUSDT").gaps, 1U);
  EXPECT_EQ(venue.row_count, 4U);
  venue.expect_replays();
}

TEST(Collector, RecordsTimersOnlyWhenSomethingWasDue) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(10min);
  EXPECT_LE(venue.log.timers, 15U);
}

TEST(Collector, NamesSymbolsThatTheVenueDoesNotKnow) {
  FakeVenue venue(spot_options({"BTCUSDT", "BTCUSTD"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(2min);
  EXPECT_THAT(venue.all_logs(), HasSubstr("did you mean BTCUSDT?"));
  EXPECT_THAT(venue.health().unknown_symbols, ElementsAre(HasSubstr("BTCUSTD")));
  EXPECT_EQ(venue.health().overall, Overall::kDegraded);
  EXPECT_EQ(venue.health_of("BTCUSTD").reason, Reason::kUnknownSymbol);
  EXPECT_THAT(venue.rows, HasSubstr("syncing,unknown_symbol"));
  EXPECT_THAT(venue.opened.front().second.url, Not(HasSubstr("btcustd")));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_EQ(venue.row_count, 4U);
}

TEST(Collector, BeginsWithASymbolOnceItIsListed) {
  FakeVenue venue(spot_options({"BTCUSDT", "NEWUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("NEWUSDT").listed = false;
  venue.start();
  venue.run_for(1min);
  venue.market("NEWUSDT").listed = true;
  venue.run_for(11min);
  EXPECT_TRUE(venue.in_step("NEWUSDT"));
  EXPECT_THAT(venue.health().unknown_symbols, IsEmpty());
  EXPECT_THAT(venue.opened, SizeIs(1));  // on the connection there is
  EXPECT_THAT(venue.sent, SizeIs(1));
}

TEST(Collector, SaysThatASymbolIsHaltedAndLeavesItAlone) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(1min);
  venue.market("ETHUSDT").status = "BREAK";
  venue.market("ETHUSDT").moving = false;
  venue.run_for(20min);
  EXPECT_EQ(venue.health_of("ETHUSDT").state, RowState::kHalted);
  EXPECT_THAT(venue.rows, HasSubstr("halted,trading_halted"));
  EXPECT_LE(venue.market("ETHUSDT").probes, 10U);
  EXPECT_THAT(venue.opened, SizeIs(1));
  EXPECT_EQ(venue.health().overall, Overall::kOk) << testing::PrintToString(venue.health().problems);
  venue.market("ETHUSDT").status = "TRADING";
  venue.market("ETHUSDT").moving = true;
  venue.run_for(11min);
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
}

TEST(Collector, CallsASymbolDelistedThatHasLeftTheList) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(1min);
  venue.market("ETHUSDT").listed = false;
  venue.market("ETHUSDT").moving = false;
  venue.run_for(15min);
  EXPECT_EQ(venue.health_of("ETHUSDT").status, SymbolStatus::kDelisted);
  EXPECT_THAT(venue.rows, HasSubstr("halted,delisted"));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

TEST(Collector, AddsAndRemovesSymbolsWithoutTouchingTheOthers) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  for (const char* symbol : {"BTCUSDT", "ETHUSDT", "XRPUSDT"}) venue.add_market(symbol);
  venue.start();
  venue.run_for(30s);
  ASSERT_TRUE(venue->set_symbols(std::vector<std::string>{"BTCUSDT", "XRPUSDT"}, venue.now));
  venue.carry_out();
  venue.run_for(30s);
  EXPECT_THAT(venue.opened, SizeIs(1));
  EXPECT_THAT(venue.log.events, Contains("removed ETHUSDT"));
  EXPECT_THAT(venue.log.events, Not(Contains("lost BTCUSDT")));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_TRUE(venue.in_step("XRPUSDT"));
  EXPECT_EQ(venue.health().symbols.size(), 2U);
  EXPECT_EQ(venue.market("BTCUSDT").snapshots, 1U);
  EXPECT_EQ(venue.open_sessions().front()->names.size(), 2U);
  EXPECT_EQ(venue.health_of("BTCUSDT").gaps, 0U);
  // And back again.
  ASSERT_TRUE(venue->set_symbols(std::vector<std::string>{"BTCUSDT", "ETHUSDT"}, venue.now));
  venue.carry_out();
  venue.run_for(30s);
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
  venue.expect_replays();
}

TEST(Collector, RefusesAListItCannotRead) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(10s);
  const Result<void> bad = venue->set_symbols(std::vector<std::string>{"BTC USDT"}, venue.now);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kUsage);
  EXPECT_FALSE(venue->set_symbols(std::vector<std::string>{"binance-usdm:BTCUSDT"}, venue.now));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
}

TEST(Collector, RefusesOptionsThatCannotWork) {
  const auto error_of = [](CollectorOptions options) {
    NullRunLog log;
    const auto made = Collector::make(std::move(options), [](MinuteRow&&) {}, log);
    return made ? std::string() : made.error().message;
  };
  CollectorOptions options = spot_options({"BTCUSDT"});
  EXPECT_EQ(error_of(options), "");
  options.limit = 6000;
  EXPECT_THAT(error_of(options), HasSubstr("5000"));
  options = spot_options({"BTCUSDT"});
  options.streams = {"dept"};
  EXPECT_THAT(error_of(options), HasSubstr("dept"));
  options.streams = {"depth"};
  options.update_interval = 300ms;
  EXPECT_THAT(error_of(options), HasSubstr("300ms"));
  options = spot_options({"binance-usdm:BTCUSDT"});
  EXPECT_THAT(error_of(options), HasSubstr("collector of its own"));
  options = spot_options({"BTC/USDT"});
  EXPECT_THAT(error_of(options), HasSubstr("BTC/USDT"));
  options = spot_options({});
  options.streams.assign(17, "depth");
  EXPECT_THAT(error_of(options), HasSubstr("at most 16"));
}

TEST(Collector, EndsItsRunAndItsConnections) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(20s);
  venue->stop("SIGTERM", venue.now);
  venue->stop("again", venue.now);
  venue.carry_out();
  EXPECT_FALSE(venue->stopped());
  EXPECT_FALSE(venue->next_deadline());
  ASSERT_THAT(venue.closed, SizeIs(1));
  EXPECT_EQ(venue.closed.front().second.code, 1000);
  venue.run_for(1s);
  EXPECT_TRUE(venue->stopped());
  const std::string rows = venue.rows;
  venue->on_timer(venue.now + 10min);
  venue->on_http_failed(1, "late", venue.now);
  venue->on_http_answer(1, {}, venue.now);
  EXPECT_EQ(venue.rows, rows);
  EXPECT_TRUE(venue->set_symbols(std::vector<std::string>{"ETHUSDT"}, venue.now));
  venue.expect_replays();
}

TEST(Collector, CountsWhatItRefusesAndSaysItOnceAMinute) {
  FakeVenue venue(spot_options({"BTCUSDT", "ETHUSDT"}));
  venue.add_market("BTCUSDT");
  venue.add_market("ETHUSDT");
  venue.start();
  venue.run_for(10s);
  const ConnectionNumber number = venue.open_sessions().front()->number;
  for (int i = 0; i < 1000; ++i) {
    venue.send(number, "{\"stream\":\"btcusdt@depth@100ms\",");
    venue.send(
        number,
        R"({"stream":"xrpusdt@trade","data":{"e":"trade","E":1,"s":"XRPUSDT","t":1,"p":"1","q":"1","T":1,"m":true,"M":true}})");
    venue.send(number, R"({"error":{"code":2,"msg":"Invalid request"}})");
    // Of no kind at all: these were neither counted nor logged.
    for (const char* message : {"null", "[]", "42"}) venue.send(number, message);
  }
  venue.run_for(90s);
  const Health health = venue.health();
  EXPECT_EQ(health.counters.refused.at("undecodable"), 1000U);
  EXPECT_EQ(health.counters.refused.at("unknown_symbol"), 1000U);
  EXPECT_EQ(health.counters.refused.at("venue_error"), 1000U);
  EXPECT_EQ(health.counters.refused.at("unknown_kind"), 3000U);
  EXPECT_EQ(venue.count_logs("message_refused_unknown_kind"), 2U);
  EXPECT_EQ(venue.count_logs("message_refused_undecodable"), 2U);
  EXPECT_THAT(venue.all_logs(), HasSubstr("(+998)"));
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_TRUE(venue.in_step("ETHUSDT"));
  EXPECT_EQ(health.counters.gaps, 1U) << "what could not be read of a depth stream is missing";
}

TEST(Collector, MeasuresTheClock) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(5s);
  ASSERT_TRUE(venue.health().clock.offset);
  EXPECT_LE(std::chrono::abs(*venue.health().clock.offset), 1ms);
  EXPECT_EQ(venue.count_logs("clock_offset"), 0U);
  venue.clock_ahead = -3s;
  venue.run_for(5min);
  EXPECT_NEAR(static_cast<double>(*venue.health().clock.offset / 1ms), -3000.0, 1.0);
  EXPECT_THAT(venue.all_logs(), HasSubstr("our clock is 30"));
  EXPECT_THAT(venue.all_logs(), HasSubstr("ms ahead of the venue's"));
  EXPECT_EQ(venue.health().overall, Overall::kDegraded);
}

TEST(Collector, TellsItsHealth) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  EXPECT_FALSE(venue->next_deadline());
  venue.start();
  EXPECT_EQ(venue.health().overall, Overall::kDegraded);
  venue.run_for(30s);
  const SymbolHealth symbol = venue.health_of("BTCUSDT");
  EXPECT_EQ(symbol.state, RowState::kLive);
  EXPECT_EQ(symbol.reason, Reason::kNone);
  EXPECT_EQ(symbol.bid, parse_decimal("100").value());
  EXPECT_EQ(symbol.ask, parse_decimal("101").value());
  EXPECT_NEAR(symbol.updates_per_second, 10.0, 1.0);
  EXPECT_LE(symbol.update_age.value(), 100ms);
  EXPECT_LE(symbol.data_age.value(), 100ms);
  EXPECT_LE(symbol.receive_lag.value(), 1ms);
  EXPECT_EQ(symbol.snapshots, 1U);
  EXPECT_EQ(symbol.reconnects, 0U);
  const Health health = venue.health();
  ASSERT_THAT(health.connections, SizeIs(1));
  EXPECT_EQ(health.connections[0].state, "open");
  EXPECT_EQ(health.connections[0].url, "wss://stream.binance.com:9443/stream");
  EXPECT_EQ(health.connections[0].streams, 1U);
  EXPECT_EQ(health.rest.weight_limit, 6000);
  EXPECT_TRUE(health.counters.snapshots.empty());  // none failed
  EXPECT_EQ(health.counters.connects, 1U);
  EXPECT_EQ(to_string(health.overall), "ok");
}

TEST(Collector, NamesStreamsOfWhichNothingComes) {
  CollectorOptions options = spot_options({"BTCUSDT"});
  options.streams = {"depth", "bookTicker"};
  FakeVenue venue(std::move(options));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(2min);
  EXPECT_THAT(venue.health_of("BTCUSDT").silent_streams, ElementsAre("bookTicker"));
  EXPECT_THAT(venue.health().problems, ElementsAre(HasSubstr("nothing has come of its stream bookTicker")));
}

TEST(Collector, TakesATimeThatStepsBackForTheLatest) {
  FakeVenue venue(spot_options({"BTCUSDT"}));
  venue.add_market("BTCUSDT");
  venue.start();
  venue.run_for(10s);
  venue->on_timer(venue.now - 1h);
  venue.run_for(1min);
  EXPECT_TRUE(venue.in_step("BTCUSDT"));
  EXPECT_EQ(venue.row_count, 1U);
}

}  // namespace
}  // namespace acts::collector
