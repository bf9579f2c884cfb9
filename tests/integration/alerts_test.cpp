// Alerts from end to end: a run against a market that falls silent, with a sink that is away, on a disk that is nearly
// full, tells a webhook and a command, each at its rate, and again once it is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acts/features/sampler.hpp"

#include "integration/collect_run_fixture.hpp"
#include "integration/small_disk.hpp"
#include "net/server.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using ::testing::HasSubstr;

constexpr Nanos kInterval = 1s;  // of real time, between two messages of a channel

struct Told {
  std::chrono::steady_clock::time_point at;
  Json message;
};

class Alerts : public testing::CollectRunFixture {
 protected:
  void begin(const std::function<void(CollectSettings&)>& change = [](CollectSettings&) {}) {
    CollectSettings settings = open_market();
    settings.alerts.webhook = "http://127.0.0.1:" + std::to_string(webhook()) + "/hook";
    settings.alerts.command = "cat >> '" + (dir_ / "told") + "' && echo >> '" + (dir_ / "told") + "'";
    change(settings);
    CollectHooks hooks;
    hooks.version = "1.2.3+test";
    hooks.alert_interval = kInterval;
    run_ = start(settings, std::move(hooks));
  }
  // Of a server in this process; it answers 204.
  std::uint16_t serve(std::unique_ptr<Server>& server, HttpHandler on_request) {
    server = std::make_unique<Server>(loop_, ServerOptions{}, std::move(on_request));
    return server->listen().value();
  }
  bool is_live() {
    const collector::Health health = run_->health().front();
    return health.symbols.size() == 2 &&
           std::ranges::all_of(health.symbols, [](const auto& symbol) { return symbol.state == RowState::kLive; });
  }
  // The alerts of this key and status that the webhook was told.
  [[nodiscard]] std::vector<Json> told(const std::string& key, const std::string& status) const {
    std::vector<Json> found;
    for (const Told& one : webhook_told_) {
      for (const Json& alert : one.message["alerts"]) {
        if (alert["key"] == key && alert["status"] == status) found.push_back(alert);
      }
    }
    return found;
  }
  // First that it holds, then that it is over; the command was told the same.
  void expect_told(const std::string& key, const std::string& subject, const std::string& text) {
    const auto firing = told(key, "firing");
    const auto resolved = told(key, "resolved");
    ASSERT_EQ(firing.size(), 1U);
    ASSERT_EQ(resolved.size(), 1U);
    EXPECT_EQ(firing[0]["subject"], subject);
    EXPECT_THAT(firing[0]["text"].get<std::string>(), HasSubstr(text));
    EXPECT_EQ(resolved[0]["subject"], subject);
    EXPECT_EQ(resolved[0]["since"], firing[0]["since"]);
    EXPECT_LT(firing[0]["at"], resolved[0]["at"]);
    for (const Told& one : webhook_told_) {
      EXPECT_EQ(one.message["source"], "acts");
      EXPECT_EQ(one.message["version"], "1.2.3+test");
      EXPECT_EQ(one.message["left_out"], 0);
    }
    for (std::size_t i = 1; i < webhook_told_.size(); ++i) {
      EXPECT_GE(webhook_told_[i].at - webhook_told_[i - 1].at, kInterval - 50ms) << "a message at most every interval";
    }
    EXPECT_TRUE(run_until([&] { return alerts_of(command_told()) == alerts_of(webhook_messages()); }))
        << Json(command_told()).dump() << Json(webhook_messages()).dump();
    EXPECT_TRUE(stop(*run_));
  }

 private:
  std::uint16_t webhook() {
    return serve(webhook_, [this](const HttpServerRequest& request, HttpReply reply) {
      EXPECT_EQ(request.method, "POST");
      EXPECT_EQ(request.path, "/hook");
      EXPECT_EQ(request.header("content-type"), "application/json");
      webhook_told_.push_back({std::chrono::steady_clock::now(), Json::parse(request.body)});
      reply.send({204, {}, ""});
    });
  }
  [[nodiscard]] std::vector<Json> webhook_messages() const {
    std::vector<Json> messages;
    for (const Told& one : webhook_told_) messages.push_back(one.message);
    return messages;
  }
  // A message a line.
  [[nodiscard]] std::vector<Json> command_told() const {
    std::vector<Json> messages;
    std::ifstream in(dir_ / "told");
    for (std::string line; std::getline(in, line);) {
      Json message = Json::parse(line, nullptr, false);
      if (!message.is_discarded()) messages.push_back(std::move(message));
    }
    return messages;
  }
  // In order; which of them come in one message, each channel's own pace says.
  static std::vector<Json> alerts_of(const std::vector<Json>& messages) {
    std::vector<Json> all;
    for (const Json& message : messages) all.insert(all.end(), message["alerts"].begin(), message["alerts"].end());
    return all;
  }

  std::unique_ptr<Server> webhook_;

 protected:
  std::vector<Told> webhook_told_;
  std::unique_ptr<CollectRun> run_;
};

TEST_F(Alerts, TellOfASymbolThatFallsSilentAndThatItIsOver) {
  begin();
  ASSERT_TRUE(run_until([&] { return is_live(); }));
  venue_->faults(Venue::kBinanceSpot)->silence("ETHUSDT");
  ASSERT_TRUE(run_until([&] { return !told("no_data", "firing").empty(); }));
  venue_->faults(Venue::kBinanceSpot)->unsilence("ETHUSDT");
  ASSERT_TRUE(run_until([&] { return !told("no_data", "resolved").empty(); }));
  expect_told("no_data", "binance-spot ETHUSDT", "no message for ");
}

TEST_F(Alerts, TellOfAVenueThatIsGoneOnceAndThatItIsBack) {
  begin();
  ASSERT_TRUE(run_until([&] { return is_live(); }));
  venue_.reset();
  ASSERT_TRUE(run_until([&] { return !told("connection_down", "firing").empty(); }));
  // Not of each of its symbols too.
  EXPECT_FALSE(run_until([&] { return !told("no_data", "firing").empty(); }, 3s));
  (void)make_market(port_);
  ASSERT_TRUE(run_until([&] { return !told("connection_down", "resolved").empty(); }));
  expect_told("connection_down", "binance-spot", "no connection to the venue is open");
}

// A sink that has lacked a row for more than five minutes when the run begins.
TEST_F(Alerts, TellOfASinkThatIsAwayAndThatItHasAll) {
  bool is_up = false;
  std::unique_ptr<Server> database;
  const std::uint16_t port = serve(database, [&](const HttpServerRequest& request, HttpReply reply) {
    if (!is_up) return reply.send(503, "text/plain", "not\nnow");
    const bool lists_databases = request.body.contains("SHOW");
    if (lists_databases) return reply.send(200, "text/csv", "name,tags,name\ndatabases,,acts\n");
    reply.send({204, {}, ""});
  });
  std::filesystem::create_directories(dir_ / "data");
  {
    const auto store = SqliteStore::open(dir_ / "data/acts.db", make_schema(BandList::defaults())).value();
    const UnixNanos earlier = floor_to(testing::kStart, kMinute) - 10 * kMinute;
    ASSERT_TRUE(store->upsert(
        std::vector{make_empty_row(Venue::kBinanceSpot, "BTCUSDT", BandList::defaults(), earlier, Reason::kStarting)}));
  }
  begin([&](CollectSettings& settings) {
    SinkSettings sink;
    sink.name = "influxdb";
    sink.kind = SinkKind::kInfluxdb;
    sink.uri = "http://127.0.0.1:" + std::to_string(port) + "/acts";
    settings.sinks = {sink};
  });
  ASSERT_TRUE(run_until([&] { return !told("sink_behind", "firing").empty(); }));
  is_up = true;
  ASSERT_TRUE(run_until([&] { return !told("sink_behind", "resolved").empty(); }, 60s));
  expect_told("sink_behind", "influxdb", " rows behind, the oldest by ");
}

// Whoever was told of it waited for ever for the word that it is over.
TEST_F(Alerts, TellAtTheEndOfTheRunThatWhatTheySaidIsOver) {
  begin();
  ASSERT_TRUE(run_until([&] { return is_live(); }));
  venue_->faults(Venue::kBinanceSpot)->silence("ETHUSDT");
  ASSERT_TRUE(run_until([&] { return !told("no_data", "firing").empty(); }));
  EXPECT_TRUE(stop(*run_));
  const auto resolved = told("no_data", "resolved");
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_EQ(resolved[0]["subject"], "binance-spot ETHUSDT");
  EXPECT_THAT(resolved[0]["text"].get<std::string>(), HasSubstr("the process ended; the last was: no message for "));
}

TEST_F(Alerts, TellOfADiskThatIsNearlyFullAndThatThereIsSpace) {
  const testing::SmallDisk disk(dir_ / "disk", 64);
  if (!disk.problem().empty()) GTEST_SKIP() << "a disk of its own cannot be mounted here: " << disk.problem();
  disk.fill(61);  // less than a twentieth is left
  begin([&](CollectSettings& settings) { settings.data_dir = disk.data_dir(); });
  ASSERT_TRUE(run_until([&] { return !told("disk_nearly_full", "firing").empty(); }));
  disk.free();
  ASSERT_TRUE(run_until([&] { return !told("disk_nearly_full", "resolved").empty(); }));
  expect_told("disk_nearly_full", disk.data_dir(), " MiB are free");
}

}  // namespace
}  // namespace acts
