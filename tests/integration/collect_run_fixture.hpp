// A market on a loopback port and a collector's run against it, in one loop, by a clock that goes 30 times as fast
// as long as the machine keeps up.
#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exchange/exchange_server.hpp"
#include "integration/patient_clock.hpp"
#include "live/collect.hpp"
#include "net/http_client.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"

namespace acts::testing {

inline constexpr double kSpeed = 30;
inline constexpr UnixNanos kStart{1'767'225'650'000'000'000};  // 2026-01-01T00:00:50Z

class CollectRunFixture : public ::testing::Test {
 protected:
  // Says why.
  void TearDown() override {
    if (!HasFailure()) return;
    for (const std::string& line : said_) std::cerr << "said: " << line << '\n';
  }
  // Port 0: any free one, which port_ tells.
  exchange::ExchangeEndpoint make_market(std::uint16_t port = 0) {
    exchange::ExchangeOptions options;
    options.port = port;
    options.venues = {Venue::kBinanceSpot};
    options.symbols = {"BTCUSDT", "ETHUSDT"};
    options.levels = 200;
    options.history_updates = 100'000;
    // A slow machine's collector is not one that is gone: a minute of real time.
    options.pong_timeout = std::chrono::minutes{1} * static_cast<int>(kSpeed);
    venue_ = std::make_unique<exchange::Exchange>(loop_, clock_, options);
    const exchange::ExchangeEndpoint endpoint = venue_->start().value().front();
    port_ = endpoint.port;
    return endpoint;
  }
  // A market to collect from, and settings for it.
  CollectSettings open_market() {
    const exchange::ExchangeEndpoint endpoint = make_market();
    CollectSettings settings;
    settings.symbols = {"BTC", "ETHUSDT"};
    settings.data_dir = dir_ / "data";
    settings.connections = 1;
    settings.serve_metrics = true;
    settings.addresses_of(Venue::kBinanceSpot) = {endpoint.rest_url, endpoint.stream_url};
    return settings;
  }
  std::unique_ptr<CollectRun> start(const CollectSettings& settings, CollectHooks hooks = {}) {
    hooks.log = [this](std::optional<Venue>, const collector::Log& log) { said_.push_back(log.text); };
    // Sockets and threads wait in real time.
    hooks.added_limit = std::chrono::minutes{1};
    if (!hooks.tune) hooks.tune = [](auto& tuned) { tuned.timings.stretch_answers(static_cast<int>(kSpeed)); };
    auto run = CollectRun::make(loop_, clock_, settings, std::move(hooks));
    EXPECT_TRUE(run.has_value()) << run.error().message;
    (*run)->start();
    return std::move(*run);
  }
  // False: not within a minute, neither of real time nor of what the clock makes of one.
  template <class Condition>
  bool run_until(const Condition& condition, Nanos limit = std::chrono::minutes{1}) {
    return clock_.run_until(condition, limit);
  }
  bool run_for(Nanos real_limit) { return clock_.run_for(real_limit); }
  [[nodiscard]] std::vector<MinuteRow> stored_rows(const std::string& symbol) const {
    const auto store = SqliteStore::open_to_read(dir_ / "data/acts.db").value();
    return store->rows({.venue = "binance-spot", .symbol = symbol}).value();
  }
  HttpResponse get(const CollectRun& run, const std::string& path) {
    HttpClient client(loop_, {});
    HttpResponse answer;
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(run.metrics_port().value()) + path;
    client.request(std::move(request), [&](const NetResult<HttpResponse>& response) {
      EXPECT_TRUE(response.has_value());
      if (response) answer = *response;
      loop_.stop();
    });
    EXPECT_TRUE(run_for(std::chrono::seconds{10}));
    return answer;
  }
  bool stop(CollectRun& run) {
    run.stop("test", [this] { loop_.stop(); });
    EXPECT_TRUE(run_for(std::chrono::seconds{30}));
    return run.drain();
  }

  const TempDir dir_;
  EventLoop loop_;
  PatientClock clock_{loop_, kStart, kSpeed};
  std::unique_ptr<exchange::Exchange> venue_;
  std::uint16_t port_ = 0;  // the market's
  std::vector<std::string> said_;
};

}  // namespace acts::testing
