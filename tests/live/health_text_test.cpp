#include "live/health_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <sstream>

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

collector::Health venue_health() {
  collector::Health health;
  health.venue = Venue::kBinanceSpot;
  health.overall = collector::Overall::kDegraded;
  health.problems = {"NOPEUSDT: no such symbol"};
  health.unknown_symbols = {"NOPEUSDT: no such symbol"};
  collector::SymbolHealth symbol;
  symbol.symbol = "BTCUSDT";
  symbol.state = RowState::kLive;
  symbol.reason = Reason::kNone;
  symbol.data_age = 50ms;
  symbol.update_age = 100ms;
  symbol.receive_lag = 20ms;
  symbol.bid = Decimal{6'168'599, 2};
  symbol.ask = Decimal{61'686, 0};
  symbol.bid_levels = 1209;
  symbol.ask_levels = 2196;
  symbol.gaps = 2;
  symbol.snapshots = 3;
  symbol.ghosts = 4;
  symbol.reconnects = 5;
  symbol.audit = {.matched = 21,
                  .differed = 22,
                  .skipped = 23,
                  .failed = 24,
                  .match = 25,
                  .drift = 26,
                  .ghost = 27,
                  .missed = 28,
                  .last = BookAudit{UpdateId{9001}, 31, 32, 33, 34, 35, {}},
                  .age = 61s};
  health.symbols = {symbol};
  collector::ConnectionHealth connection;
  connection.connection = 7;
  connection.state = "open";
  connection.url = "wss://stream.binance.com:9443/stream";
  connection.streams = 3;
  connection.age = 90s;
  connection.message_age = 10ms;
  health.connections = {connection};
  health.rest.weight_used = 250;
  health.rest.weight_limit = 6000;
  health.rest.banned_until = UnixNanos{1'767'225'650'000'000'000};
  health.rest.paused_until = UnixNanos{1'767'225'770'000'000'000};
  health.clock = {.offset = -15ms, .uncertainty = 40ms, .age = 12s};
  health.counters.messages = 1000;
  health.counters.refused = {{"malformed", 1}};
  health.counters.ignored = 11;
  health.counters.rows = 12;
  health.counters.skipped_minutes = 13;
  health.counters.renewals = 14;
  health.counters.watchdog_closes = 15;
  health.counters.frozen_streams = 16;
  health.counters.snapshots = {{"unreadable", 2}, {"too_old", 3}};
  health.counters.requests = {{"depth", 5}};
  return health;
}

ProcessHealth process_health() {
  ProcessHealth process;
  process.rows = {.stored = 100, .lost = 1, .refused = 2, .failures = 3, .waiting = 4, .waiting_age = 5s};
  process.recordings = {{.venue = Venue::kBinanceSpot,
                         .status = {.queued_bytes = 77, .failures = 8, .refused = 9},
                         .paused = true,
                         .pauses = 6}};
  process.sinks = {
      {.status = {.sink = "mongodb",
                  .delivery = {.connected = true, .delivered = 51, .refused = 52, .failures = 53, .failure = "stopped"},
                  .lag = {54, UnixNanos{}},
                  .rejected = 63,
                  .is_stopped = true},
       .behind = 55s},
      {.status = {.sink = "mongodb",
                  .content = SinkContent::kBooks,
                  .delivery = {.connected = true, .delivered = 71, .refused = 72, .failures = 73},
                  .lag = {74, UnixNanos{}},
                  .unreadable = 75,
                  .rejected = 64},
       .behind = 76s}};
  process.retention = RetentionThread::Status{};
  process.log_lines_lost = 65;
  process.retention->total.recordings = {.files = 56, .bytes = 57};
  process.retention->total.books = {.files = 61, .bytes = 62};
  process.retention->total.rows = {.rows = 58, .rejected = 59, .bytes = 60};
  return process;
}

// Promises to users' dashboards and alerts.
TEST(MetricsText, HasEveryPromisedNameAndWhatWasCountedAndNeverShown) {
  const std::string text = metrics_text(std::vector{venue_health()}, process_health());
  for (const char* const line : {
           R"(acts_messages_total{venue="binance-spot"} 1000)",
           R"(acts_messages_refused_total{venue="binance-spot",reason="malformed"} 1)",
           R"(acts_messages_ignored_total{venue="binance-spot"} 11)",
           R"(acts_gaps_total{venue="binance-spot",symbol="BTCUSDT"} 2)",
           R"(acts_reconnects_total{venue="binance-spot",symbol="BTCUSDT"} 5)",
           R"(acts_audits_total{venue="binance-spot",symbol="BTCUSDT",result="match"} 21)",
           R"(acts_audits_total{venue="binance-spot",symbol="BTCUSDT",result="differ"} 22)",
           R"(acts_audits_total{venue="binance-spot",symbol="BTCUSDT",result="skipped"} 23)",
           R"(acts_audits_total{venue="binance-spot",symbol="BTCUSDT",result="failed"} 24)",
           R"(acts_audit_levels_total{venue="binance-spot",symbol="BTCUSDT",result="match"} 25)",
           R"(acts_audit_levels_total{venue="binance-spot",symbol="BTCUSDT",result="drift"} 26)",
           R"(acts_audit_levels_total{venue="binance-spot",symbol="BTCUSDT",result="ghost"} 27)",
           R"(acts_audit_levels_total{venue="binance-spot",symbol="BTCUSDT",result="missed"} 28)",
           R"(acts_snapshots_total{venue="binance-spot",symbol="BTCUSDT",reason="merged"} 3)",
           R"(acts_snapshot_failures_total{venue="binance-spot",reason="unreadable"} 2)",
           R"(acts_snapshot_failures_total{venue="binance-spot",reason="too_old"} 3)",
           R"(acts_ghosts_total{venue="binance-spot",symbol="BTCUSDT"} 4)",
           R"(acts_book_levels{venue="binance-spot",symbol="BTCUSDT",side="bid"} 1209)",
           R"(acts_book_levels{venue="binance-spot",symbol="BTCUSDT",side="ask"} 2196)",
           R"(acts_book_state{venue="binance-spot",symbol="BTCUSDT",state="live"} 1)",
           R"(acts_receive_lag_seconds{venue="binance-spot",symbol="BTCUSDT"} 0.02)",
           R"(acts_rate_limit_weight_used{venue="binance-spot"} 250)",
           R"(acts_rate_limit_weight{venue="binance-spot"} 6000)",
           R"(acts_rest_banned{venue="binance-spot"} 1)",
           R"(acts_rest_paused{venue="binance-spot"} 1)",
           R"(acts_rest_requests_total{venue="binance-spot",reason="depth"} 5)",
           R"(acts_clock_offset_seconds{venue="binance-spot"} -0.015)",
           R"(acts_clock_offset_age_seconds{venue="binance-spot"} 12)",
           R"(acts_rows_total{venue="binance-spot"} 12)",
           R"(acts_skipped_minutes_total{venue="binance-spot"} 13)",
           R"(acts_renewals_total{venue="binance-spot"} 14)",
           R"(acts_watchdog_closes_total{venue="binance-spot"} 15)",
           R"(acts_frozen_streams_total{venue="binance-spot"} 16)",
           "acts_rows_stored_total 100",
           "acts_rows_lost_total 1",
           "acts_rows_refused_total 2",
           "acts_store_failures_total 3",
           "acts_rows_waiting 4",
           "acts_rows_waiting_seconds 5",
           R"(acts_recording_failures_total{venue="binance-spot"} 8)",
           R"(acts_recording_left_out_total{venue="binance-spot"} 9)",
           R"(acts_recording_pauses_total{venue="binance-spot"} 6)",
           R"(acts_recording_paused{venue="binance-spot"} 1)",
           R"(acts_recording_queue_bytes{venue="binance-spot"} 77)",
           R"(acts_queue_bytes{reason="recording"} 77)",
           R"(acts_outbox_rows{sink="mongodb"} 54)",
           R"(acts_outbox_books{sink="mongodb"} 74)",
           R"(acts_sink_books_behind_seconds{sink="mongodb"} 76)",
           R"(acts_sink_book_levels_total{sink="mongodb"} 71)",
           R"(acts_sink_book_levels_refused_total{sink="mongodb"} 72)",
           R"(acts_sink_book_failures_total{sink="mongodb"} 73)",
           R"(acts_sink_books_unreadable_total{sink="mongodb"} 75)",
           R"(acts_sink_rejected{sink="mongodb"} 63)",
           R"(acts_sink_stopped{sink="mongodb"} 1)",
           R"(acts_sink_book_levels_rejected{sink="mongodb"} 64)",
           R"(acts_sink_books_stopped{sink="mongodb"} 0)",
           R"(acts_retention_removed_total{kind="books"} 61)",
           R"(acts_sink_behind_seconds{sink="mongodb"} 55)",
           R"(acts_sink_rows_total{sink="mongodb"} 51)",
           R"(acts_sink_refused_total{sink="mongodb"} 52)",
           R"(acts_sink_failures_total{sink="mongodb"} 53)",
           R"(acts_retention_removed_total{kind="recordings"} 56)",
           R"(acts_retention_removed_bytes_total{kind="recordings"} 57)",
           R"(acts_retention_removed_total{kind="rows"} 58)",
           R"(acts_retention_removed_total{kind="rejected_rows"} 59)",
           R"(acts_retention_removed_bytes_total{kind="rows"} 60)",
           "acts_log_lines_lost_total 65",
           "acts_clock_ahead_seconds 0",
       }) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(line) + "\n"));
  }
}

// Sums over a metric whose lines have different labels leave some out, or count twice.
TEST(MetricsText, HasOneSetOfLabelsForEachName) {
  std::istringstream lines(metrics_text(std::vector{venue_health()}, process_health()));
  std::map<std::string, std::string> labels_of;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t end = line.find_first_of("{ ");
    std::string labels;
    bool is_value = false;
    for (const char c : line.substr(end, line.rfind(' ') - end)) {
      if (c == '"') is_value = !is_value;
      if (!is_value && c != '"') labels += c;
    }
    const auto known = labels_of.try_emplace(line.substr(0, end), labels).first;
    EXPECT_EQ(known->second, labels) << line;
  }
  EXPECT_GT(labels_of.size(), 20U);
}

TEST(HealthJson, TellsSymbolsConnectionsClockRowsAndRecordings) {
  const auto json = nlohmann::json::parse(health_json(std::vector{venue_health()}, process_health()));
  EXPECT_EQ(json["status"], "degraded");
  const auto& symbol = json["symbols"][0];
  EXPECT_EQ(symbol["symbol"], "BTCUSDT");
  EXPECT_EQ(symbol["state"], "live");
  EXPECT_EQ(symbol["reason"], "");
  EXPECT_EQ(symbol["bid"], "61685.99");
  EXPECT_EQ(symbol["last_audit"].dump(),
            R"({"age_seconds":61.0,"drift":32,"ghost":33,"match":31,"missed":34,"update_id":9001})");
  EXPECT_EQ(symbol["ask"], "61686");
  EXPECT_EQ(symbol["data_age_seconds"], 0.05);
  const auto& venue = json["venues"][0];
  EXPECT_EQ(venue["clock"]["offset_seconds"], -0.015);
  EXPECT_EQ(venue["clock"]["age_seconds"], 12.0);
  EXPECT_EQ(venue["rest"]["banned_until"], "2026-01-01T00:00:50.000Z");
  EXPECT_EQ(venue["rest"]["paused_until"], "2026-01-01T00:02:50.000Z");
  EXPECT_EQ(venue["connections"][0]["state"], "open");
  EXPECT_EQ(venue["connections"][0]["message_age_seconds"], 0.01);
  EXPECT_EQ(json["rows"]["waiting"], 4);
  EXPECT_EQ(json["rows"]["refused"], 2);
  EXPECT_EQ(json["recordings"][0]["paused"], true);
  EXPECT_EQ(json["sinks"][0]["sink"], "mongodb");
  EXPECT_EQ(json["sinks"][0]["rows_waiting"], 54);
  EXPECT_EQ(json["sinks"][0]["rejected"], 63);
  EXPECT_EQ(json["sinks"][0]["stopped"], true);
}

// An unknown symbol was listed twice.
TEST(HealthJson, NamesEachProblemOnceAndThoseOfTheProcessFirst) {
  const auto json = nlohmann::json::parse(health_json(std::vector{venue_health()}, process_health()));
  EXPECT_THAT(json["problems"].get<std::vector<std::string>>(),
              ElementsAre("recording of binance-spot: its queue is full: the sockets are not read until it is shorter",
                          "sink mongodb: stopped", "NOPEUSDT: no such symbol"));
}

TEST(OverallOf, IsTheWorstOfVenuesAndProcess) {
  collector::Health fine;
  fine.overall = collector::Overall::kOk;
  ProcessHealth process;
  EXPECT_EQ(overall_of(std::vector{fine}, process), collector::Overall::kOk);
  EXPECT_EQ(overall_of(std::vector{fine, venue_health()}, process), collector::Overall::kDegraded);
  process.rows = {.waiting = 1, .waiting_age = 1h};
  EXPECT_EQ(overall_of(std::vector{fine}, process), collector::Overall::kFailed);
}

}  // namespace
}  // namespace acts
