// Each alert from the state that it is made of to the JSON that a webhook gets: that it begins, and that it is over.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "live/alert_conditions.hpp"
#include "live/alert_sender.hpp"
#include "net/net_test.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr UnixNanos kBegin{1'767'225'600'000'000'000};

struct RunState {
  collector::Health venue;
  ProcessHealth process;
};

// A venue with one symbol, a recording, books and a sink, of which all is well.
RunState well() {
  RunState state;
  collector::SymbolHealth symbol;
  symbol.symbol = "BTCUSDT";
  symbol.state = RowState::kLive;
  symbol.reason = Reason::kNone;
  symbol.data_age = 1s;
  state.venue.symbols.push_back(symbol);
  collector::ConnectionHealth connection;
  connection.state = "open";
  state.venue.connections.push_back(connection);
  state.venue.clock.offset = 10ms;
  state.process.recordings.emplace_back();
  state.process.books.emplace_back();
  SinkHealth sink;
  sink.status.sink = "mongodb";
  state.process.sinks = {sink, sink};
  state.process.sinks[1].status.content = SinkContent::kBooks;
  state.process.retention.emplace();
  state.process.disk = DiskHealth{"/data", std::uint64_t{90} << 30, std::uint64_t{100} << 30};
  return state;
}

void stop_sink(SinkHealth& sink) {
  sink.status.is_stopped = true;
  sink.status.delivery.failure = "stopped, as 3 are set aside";
}

struct AlertCase {
  std::string key;
  std::string subject;
  std::string text;
  std::function<void(RunState&)> set;
  friend std::ostream& operator<<(std::ostream& out, const AlertCase& one) { return out << one.key; }
};

std::vector<AlertCase> all_alerts() {
  const std::string symbol = "binance-spot BTCUSDT";
  return {
      {"connection_down", "binance-spot", "no connection to the venue is open",
       [](RunState& s) { s.venue.connections[0].state = "waiting"; }},
      {"no_data", symbol, "no message for 60 s", [](RunState& s) { s.venue.symbols[0].data_age = 60s; }},
      {"no_update", symbol, "no depth update comes", [](RunState& s) { s.venue.symbols[0].state = RowState::kStale; }},
      {"gap_not_healed", symbol, "the book is suspect: sequence_gap",
       [](RunState& s) {
         s.venue.symbols[0].state = RowState::kSuspect;
         s.venue.symbols[0].reason = Reason::kSequenceGap;
       }},
      {"audit_drift", symbol, "the book differs from a fresh snapshot: 4 quantities, 0 levels too many, 0 too few",
       [](RunState& s) { s.venue.symbols[0].audit.last.emplace().drift = 4; }},
      {"clock_off", "binance-spot", "our clock is 1001 ms behind the venue's",
       [](RunState& s) { s.venue.clock.offset = 1001ms; }},
      {"rest_banned", "binance-spot", "the venue has banned REST requests",
       [](RunState& s) { s.venue.rest.banned_until = kBegin + 1h; }},
      {"unknown_symbol", "binance-spot", "no symbol XYZ",
       [](RunState& s) { s.venue.unknown_symbols = {"no symbol XYZ"}; }},
      {"rows_not_stored", "store", "database is locked",
       [](RunState& s) { s.process.rows.failure = "database is locked"; }},
      {"rows_lost", "store", "3 rows are lost so far: once it is stopped, acts rows repair makes them again",
       [](RunState& s) {
         s.process.rows.lost = 3;
         s.process.rows.lost_age = 1s;
       }},
      {"recording_not_written", "binance-spot", "nothing came to the disk for 10 s",
       [](RunState& s) { s.process.recordings[0].status.stuck_for = 10s; }},
      {"recording_not_sealed", "binance-spot", "no space",
       [](RunState& s) { s.process.recordings[0].seals.failure = "no space"; }},
      {"books_not_saved", "binance-spot", "read-only",
       [](RunState& s) { s.process.books[0].status.failure = "read-only"; }},
      {"sink_behind", "mongodb", "7 rows behind, the oldest by 300 s",
       [](RunState& s) {
         s.process.sinks[0].status.lag.rows = 7;
         s.process.sinks[0].behind = 5min;
       }},
      {"sink_books_behind", "mongodb", "7 books behind, the oldest by 21600 s",
       [](RunState& s) {
         s.process.sinks[1].status.lag.rows = 7;
         s.process.sinks[1].behind = 6h;
       }},
      {"sink_stopped", "mongodb", "stopped, as 3 are set aside", [](RunState& s) { stop_sink(s.process.sinks[0]); }},
      {"sink_books_stopped", "mongodb", "stopped, as 3 are set aside",
       [](RunState& s) { stop_sink(s.process.sinks[1]); }},
      {"retention_failed", "store", "no permission",
       [](RunState& s) { s.process.retention->failure = "no permission"; }},
      {"disk_nearly_full", "/data", "100 MiB are free",
       [](RunState& s) { s.process.disk->free_bytes = std::uint64_t{100} << 20; }},
      {"clock_stepped_back", "wall clock", "ours is 500 ms ahead of it",
       [](RunState& s) { s.process.clock_ahead = 500ms; }},
  };
}

class AlertPath : public NetTest, public ::testing::WithParamInterface<AlertCase> {
 protected:
  // Looks once a second, as a run does.
  void pass(Nanos span, const RunState& state, AlertChannel& channel) {
    for (const UnixNanos end = now_ + span; now_ < end; now_ = now_ + 1s) {
      for (const collector::Alert& alert :
           book_.observe(alert_conditions({&state.venue, 1}, state.process, {}), now_)) {
        channel.push(alert);
        ++said_;
      }
    }
  }
  UnixNanos now_ = kBegin;
  collector::AlertBook book_{1h};
  std::uint64_t said_ = 0;
};

TEST_P(AlertPath, ReachesAWebhookWhenItBeginsAndWhenItIsOver) {
  std::vector<Json> told;
  const std::uint16_t port = serve({}, [&](const HttpServerRequest& request, HttpReply reply) {
    const Json message = Json::parse(request.body);
    for (const Json& alert : message["alerts"]) told.push_back(alert);
    reply.send({204, {}, ""});
  });
  HttpClient client(loop, {});
  AlertChannel channel(loop, "webhook", "0.1.0", post_to(client, fmt::format("http://127.0.0.1:{}/", port)), 1ms);
  pass(10s, well(), channel);
  EXPECT_EQ(said_, 0U);
  const UnixNanos since = now_;
  RunState bad = well();
  GetParam().set(bad);
  pass(6min, bad, channel);
  EXPECT_EQ(said_, 1U);
  pass(collector::AlertBook::kSettled + 1s, well(), channel);
  ASSERT_TRUE(run_until([&] { return channel.status().delivered == said_; }));
  ASSERT_EQ(told.size(), 2U);
  for (const Json& alert : told) {
    EXPECT_EQ(alert["key"], GetParam().key);
    EXPECT_EQ(alert["subject"], GetParam().subject);
    EXPECT_EQ(alert["text"], GetParam().text);
    EXPECT_EQ(alert["since"], to_iso8601(since));
  }
  EXPECT_EQ(told[0]["status"], "firing");
  EXPECT_EQ(told[1]["status"], "resolved");
  EXPECT_LE(told[0]["at"].get<std::string>(), to_iso8601(since + 5min));
  EXPECT_EQ(told[1]["at"], to_iso8601(since + 6min - 1s + collector::AlertBook::kSettled));
}

INSTANTIATE_TEST_SUITE_P(Each, AlertPath, ::testing::ValuesIn(all_alerts()),
                         [](const auto& one) { return one.param.key; });

// "binance-spot: binance-spot has no symbol ..."
TEST(AlertConditions, SayTheVenueOfAnUnknownSymbolOnce) {
  RunState bad = well();
  bad.venue.unknown_symbols = {"binance-spot has no symbol 'XYZ': did you mean XYZUSDT?"};
  const std::vector<collector::AlertCondition> conditions = alert_conditions({&bad.venue, 1}, bad.process, {});
  ASSERT_EQ(conditions.size(), 1U);
  EXPECT_EQ(conditions[0].subject, "binance-spot");
  EXPECT_EQ(conditions[0].text, "has no symbol 'XYZ': did you mean XYZUSDT?");
}

TEST(AlertConditions, EndWithTheRun) {
  collector::AlertBook book(1h);
  RunState bad = well();
  bad.process.clock_ahead = 2s;
  bad.venue.symbols[0].state = RowState::kSyncing;  // not said yet
  ASSERT_EQ(book.observe(alert_conditions({&bad.venue, 1}, bad.process, {}), kBegin).size(), 1U);
  const std::vector<collector::Alert> ended = end_alerts(book, kBegin + 2s);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0],
            (collector::Alert{collector::Alert::Status::kResolved, "clock_stepped_back", "wall clock",
                              "the process ended; the last was: ours is 2000 ms ahead of it", kBegin, kBegin + 2s}));
  EXPECT_EQ(book.firing(), 0U);
  EXPECT_TRUE(end_alerts(book, kBegin + 3s).empty());
}

}  // namespace
}  // namespace acts
