#include "live/alert_conditions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A venue with one symbol of which all is well.
collector::Health healthy() {
  collector::Health health;
  collector::SymbolHealth symbol;
  symbol.symbol = "BTCUSDT";
  symbol.state = RowState::kLive;
  symbol.reason = Reason::kNone;
  symbol.data_age = 1s;
  health.symbols.push_back(symbol);
  collector::ConnectionHealth connection;
  connection.state = "open";
  health.connections.push_back(connection);
  health.clock.offset = 10ms;
  return health;
}

std::vector<std::string> keys(const collector::Health& health, const ProcessHealth& process = {}) {
  std::vector<std::string> keys;
  for (const collector::AlertCondition& one : alert_conditions({&health, 1}, process, {})) {
    if (!one.begins) continue;
    keys.push_back(one.key + " of " + one.subject + ": " + one.text);
  }
  return keys;
}

TEST(AlertConditions, AreNoneWhenAllIsWell) { EXPECT_THAT(keys(healthy()), IsEmpty()); }

TEST(AlertConditions, NameASilentSymbolAndAGapThatLasts) {
  collector::Health health = healthy();
  health.symbols[0].data_age = 61s;
  health.symbols[0].state = RowState::kSuspect;
  health.symbols[0].reason = Reason::kSequenceGap;
  EXPECT_THAT(keys(health), ElementsAre("no_data of binance-spot BTCUSDT: no message for 61 s",
                                        "gap_not_healed of binance-spot BTCUSDT: the book is suspect: sequence_gap"));
  EXPECT_EQ(alert_conditions({&health, 1}, {}, {})[1].holds_for, 5min);
  health.symbols[0].state = RowState::kHalted;
  EXPECT_THAT(keys(health), IsEmpty()) << "the venue trades it no more: nothing is to come";
  health.symbols[0].state = RowState::kSuspect;
  health.symbols[0].reason = Reason::kSuspectLevels;
  health.symbols[0].data_age = 1s;
  EXPECT_THAT(keys(health), IsEmpty()) << "levels far away that nothing has confirmed yet";
}

TEST(AlertConditions, NameABookThatIsNotTheVenues) {
  collector::Health health = healthy();
  health.symbols[0].audit.last = BookAudit{};
  health.symbols[0].audit.last->match = 9;
  EXPECT_THAT(keys(health), IsEmpty());
  health.symbols[0].audit.last->ghost = 2;
  EXPECT_THAT(keys(health),
              ElementsAre("audit_drift of binance-spot BTCUSDT: the book differs from a fresh snapshot: 0 quantities, "
                          "2 levels too many, 0 too few"));
}

// A depth stream that never says anything was told to nobody where other streams do.
TEST(AlertConditions, NameASymbolWhoseBookIsStale) {
  collector::Health health = healthy();
  health.symbols[0].state = RowState::kStale;
  EXPECT_THAT(keys(health), ElementsAre("no_update of binance-spot BTCUSDT: no depth update comes"));
}

// A network that is gone would be said once a symbol.
TEST(AlertConditions, NameAVenueWithoutAConnectionOnce) {
  collector::Health health = healthy();
  health.symbols[0].data_age = 1h;
  health.connections[0].state = "waiting";
  EXPECT_THAT(keys(health), ElementsAre("connection_down of binance-spot: no connection to the venue is open"));
}

TEST(AlertConditions, NameAClockThatIsOff) {
  collector::Health health = healthy();
  health.clock.offset = -1500ms;
  EXPECT_THAT(keys(health), ElementsAre("clock_off of binance-spot: our clock is 1500 ms ahead of the venue's"));
}

TEST(AlertConditions, NameWhatTheProcessCannotDo) {
  ProcessHealth process;
  process.rows.failure = "database is locked";
  process.rows.lost = 3;
  process.rows.lost_age = 1s;
  RecordingHealth recording;
  recording.status.stuck_for = 12s;
  recording.seals.failure = "no space";
  process.recordings.push_back(recording);
  process.books.push_back({Venue::kBinanceSpot, {.failure = "read-only"}});
  SinkHealth sink;
  sink.status.sink = "mongodb";
  sink.status.lag.rows = 7;
  sink.behind = 10min;
  process.sinks.push_back(sink);
  process.disk = DiskHealth{"/data", std::uint64_t{100} << 20, std::uint64_t{100} << 30};
  process.clock_ahead = 2s;
  process.retention = RetentionThread::Status{.failure = "no permission"};
  EXPECT_THAT(
      keys(healthy(), process),
      ElementsAre("rows_not_stored of store: database is locked",
                  "rows_lost of store: 3 rows are lost so far: once it is stopped, acts rows repair makes them again",
                  "recording_not_written of binance-spot: nothing came to the disk for 12 s",
                  "recording_not_sealed of binance-spot: no space", "books_not_saved of binance-spot: read-only",
                  "sink_behind of mongodb: 7 rows behind, the oldest by 600 s",
                  "retention_failed of store: no permission", "disk_nearly_full of /data: 100 MiB are free",
                  "clock_stepped_back of wall clock: ours is 2000 ms ahead of it"));
  process.disk->free_bytes = std::uint64_t{6} << 30;
  EXPECT_EQ(keys(healthy(), process).size(), 8U) << "6 % are free";
  process.disk = DiskHealth{"/data", std::uint64_t{11} << 30, std::uint64_t{1000} << 30};
  EXPECT_EQ(keys(healthy(), process).size(), 8U) << "1 % of a large disk is enough";
}

TEST(AlertMessage, IsOneJsonObject) {
  const collector::Alert alert{collector::Alert::Status::kResolved,
                               "no_data",
                               "binance-spot BTC\"\xff",
                               "no message",
                               UnixNanos{0},
                               UnixNanos{1'000'000'000}};
  EXPECT_EQ(alert_message({&alert, 1}, 2, "0.1.0"),
            R"({"source":"acts","version":"0.1.0","left_out":2,"alerts":[{"status":"resolved","key":"no_data",)"
            "\"subject\":\"binance-spot BTC\\\"\xEF\xBF\xBD\",\"text\":\"no message\","
            R"("since":"1970-01-01T00:00:00.000Z","at":"1970-01-01T00:00:01.000Z"}]})");
}

}  // namespace
}  // namespace acts
