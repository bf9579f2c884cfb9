// SIGHUP: a running collector takes over what it can of new settings, all of it or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exchange/exchange_server.hpp"
#include "live/collect.hpp"
#include "net/http_client.hpp"
#include "net/real_clock.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CollectReload : public ::testing::Test {
 protected:
  void SetUp() override {
    exchange::ExchangeOptions options;
    options.venues = {Venue::kBinanceSpot, Venue::kBinanceUsdm};
    options.symbols = {"BTCUSDT", "ETHUSDT"};
    options.levels = 100;
    venue_ = std::make_unique<exchange::Exchange>(loop_, clock_, options);
    const auto endpoints = venue_->start();
    ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
    settings_.data_dir = directory_.string();
    settings_.connections = 1;
    for (const exchange::ExchangeEndpoint& one : *endpoints) {
      settings_.addresses_of(one.venue) = {one.rest_url, one.stream_url};
    }
  }
  void TearDown() override {
    if (run_) {
      run_->stop("test", [this] { loop_.stop(); });
      EXPECT_TRUE(loop_.run_for(std::chrono::seconds{20}));
      EXPECT_TRUE(run_->drain());
    }
    run_.reset();
    venue_.reset();
  }

  void start(std::vector<std::string> symbols) {
    settings_.symbols = std::move(symbols);
    CollectHooks hooks;
    hooks.log = [this](std::optional<Venue>, const collector::Log& log) {
      if (log.level >= collector::LogLevel::kWarning) warnings_.push_back(log.text);
    };
    auto run = CollectRun::make(loop_, clock_, settings_, hooks);
    ASSERT_TRUE(run.has_value()) << run.error().message;
    run_ = std::move(*run);
    run_->start();
  }

  // "binance-spot BTCUSDT" of each that is live.
  std::vector<std::string> live() {
    std::vector<std::string> names;
    for (const collector::Health& health : run_->health()) {
      for (const collector::SymbolHealth& symbol : health.symbols) {
        if (symbol.state == RowState::kLive)
          names.push_back(std::string(to_string(health.venue)) + " " + symbol.symbol);
      }
    }
    return names;
  }
  // Until just these are live, at most a minute.
  void expect_live(const std::vector<std::string>& names) {
    for (int i = 0; i < 600 && live() != names; ++i) loop_.run_for(std::chrono::milliseconds{100});
    EXPECT_EQ(live(), names);
  }

  testing::TempDir directory_;
  EventLoop loop_;
  RealClock clock_;
  std::unique_ptr<exchange::Exchange> venue_;
  CollectSettings settings_;
  std::unique_ptr<CollectRun> run_;
  std::vector<std::string> warnings_;
};

// A symbol of a venue that the run did not have yet needed a restart, and one of a venue no longer wanted stayed.
TEST_F(CollectReload, AddsAndDropsVenues) {
  start({"BTCUSDT"});
  expect_live({"binance-spot BTCUSDT"});
  CollectSettings wanted = settings_;
  wanted.symbols = {"BTC", "ETH", "binance-usdm:ETHUSDT"};
  ASSERT_TRUE(run_->reload(wanted));
  expect_live({"binance-spot BTCUSDT", "binance-spot ETHUSDT", "binance-usdm ETHUSDT"});
  wanted.symbols = {"binance-usdm:BTCUSDT"};
  ASSERT_TRUE(run_->reload(wanted));
  expect_live({"binance-usdm BTCUSDT"});
  EXPECT_EQ(run_->health()[0].symbols.size(), 0U);
  // None wanted is no trouble.
  EXPECT_EQ(run_->health()[0].overall, collector::Overall::kOk);
  wanted.symbols = {"BTCUSDT"};
  ASSERT_TRUE(run_->reload(wanted));
  expect_live({"binance-spot BTCUSDT"});
  EXPECT_THAT(warnings_, IsEmpty());
}

// The first venue's symbols were changed before the second's were found wrong: "the run goes on as it was".
TEST_F(CollectReload, ChangesNothingWhenSomethingIsWrong) {
  settings_.streams = {"depth", "markPrice"};
  start({"BTCUSDT"});
  expect_live({"binance-spot BTCUSDT"});
  CollectSettings wanted = settings_;
  wanted.symbols = {"ETHUSDT", "kraken:BTCUSDT"};
  EXPECT_FALSE(run_->reload(wanted));
  wanted.symbols = {};
  EXPECT_FALSE(run_->reload(wanted));
  wanted.symbols = {"ETHUSDT", "binance-usdm:BTCUSDT"};
  wanted.addresses_of(Venue::kBinanceUsdm).rest_url = "not an address";
  wanted.log.per_symbol = true;
  {
    std::FILE* const file = std::fopen((directory_ / "log").c_str(), "w");
    std::fclose(file);
  }
  EXPECT_FALSE(run_->reload(wanted)) << "its log directory cannot be made";
  loop_.run_for(std::chrono::seconds{1});
  EXPECT_THAT(live(), ElementsAre("binance-spot BTCUSDT"));
  EXPECT_EQ(run_->health().size(), 1U);
  EXPECT_FALSE(run_->settings().log.per_symbol);
}

// Its run is made later, once what earlier runs have left is read.
TEST_F(CollectReload, FindsAtOnceThatAnAddedVenueCannotBe) {
  settings_.streams = {"markPrice"};
  start({"binance-usdm:BTCUSDT"});
  CollectSettings wanted = settings_;
  wanted.symbols = {"binance-usdm:BTCUSDT", "binance-spot:BTCUSDT"};
  const Result<void> done = run_->reload(wanted);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("binance-spot has none of markPrice"));
  EXPECT_FALSE(run_->is_reloading());
  EXPECT_THAT(run_->settings().symbols, ElementsAre("binance-usdm:BTCUSDT"));
}

// Other changed keys were ignored without a word.
TEST_F(CollectReload, SaysWhatNeedsARestart) {
  start({"BTCUSDT"});
  CollectSettings wanted = settings_;
  wanted.limit = 100;
  wanted.record = !wanted.record;
  wanted.log.level = LogLevel::kWarn;
  wanted.notices = {"x: has no effect yet"};
  ASSERT_TRUE(run_->reload(wanted));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("limit: needs a restart"), HasSubstr("record: needs a restart"),
                                     "x: has no effect yet"));
  EXPECT_EQ(run_->settings().log.level, LogLevel::kWarn);
  EXPECT_EQ(run_->settings().limit, 0);
}

// POST was answered like GET.
TEST_F(CollectReload, ServesMetricsToReadersOnly) {
  settings_.serve_metrics = true;
  start({"BTCUSDT"});
  HttpClient client(loop_, {});
  const auto status = [&](const char* method, const std::string& path) {
    int code = 0;
    HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(*run_->metrics_port()) + path;
    client.request(std::move(request), [&](const NetResult<HttpResponse>& response) {
      if (response) code = response->status;
      loop_.stop();
    });
    loop_.run_for(std::chrono::seconds{10});
    return code;
  };
  EXPECT_EQ(status("GET", "/metrics"), 200);
  EXPECT_EQ(status("HEAD", "/health"), 200);
  EXPECT_EQ(status("POST", "/metrics"), 405);
  EXPECT_EQ(status("GET", "/"), 404);
}

}  // namespace
}  // namespace acts
