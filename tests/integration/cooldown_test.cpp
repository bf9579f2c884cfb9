// The real program, killed with SIGKILL within what the exchange has told it to wait for, and started again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "exchange/exchange_server.hpp"
#include "live/cooldown_file.hpp"
#include "net/real_clock.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using namespace std::chrono_literals;
using collector::Cooldown;
using exchange::FaultKind;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr Nanos kCooldown = std::chrono::seconds{ACTS_COOLDOWN_S};
constexpr Nanos kPatience = 30s;

class CooldownOverRestarts : public ::testing::TestWithParam<Cooldown::Scope> {
 protected:
  void start_exchange() {
    exchange::ExchangeOptions options;
    options.synthetic_seed = 3;
    options.symbol_count = 1;
    options.levels = 300;
    const bool is_rest = GetParam() == Cooldown::Scope::kRest;
    exchange::FaultRule refusal;
    refusal.kind = is_rest ? FaultKind::kAnswer418 : FaultKind::kRefuseConnection;
    refusal.code = is_rest ? 0 : 429;
    refusal.count = 1;
    refusal.retry_after = kCooldown;
    options.faults.rules = {refusal};
    venue_ = std::make_unique<exchange::Exchange>(loop_, clock_, options);
    const auto endpoints = venue_->start();
    ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
    rest_url_ = endpoints->front().rest_url;
    stream_url_ = endpoints->front().stream_url;
  }
  [[nodiscard]] std::unique_ptr<Running> collect(const std::string& log) const {
    return std::make_unique<Running>(
        std::vector<std::string>{"collect", "--rest-url", rest_url_, "--stream-url", stream_url_, "--log-level", "warn",
                                 venue_->core(Venue::kBinanceSpot)->source().symbols().front().instrument.symbol},
        dir_.string(), log);
  }
  bool run_until(const std::function<bool()>& is_done, Nanos limit = kPatience) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!is_done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      (void)loop_.run_for(5ms);
    }
    return true;
  }
  // What came to the exchange of what it has told to wait for.
  [[nodiscard]] std::uint64_t asked() const {
    const exchange::CoreStats stats = venue_->core(Venue::kBinanceSpot)->stats();
    return GetParam() == Cooldown::Scope::kRest ? stats.requests : stats.connects;
  }
  [[nodiscard]] std::vector<Cooldown> kept() const {
    return read_cooldowns(dir_ / "acts-data", Venue::kBinanceSpot).cooldowns;
  }
  [[nodiscard]] static std::string text_of_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  const testing::TempDir dir_;
  EventLoop loop_;
  RealClock clock_;
  std::unique_ptr<exchange::Exchange> venue_;
  std::string rest_url_;
  std::string stream_url_;
};

TEST_P(CooldownOverRestarts, NoRunAsksBeforeItIsOverHoweverOftenTheyAreKilled) {
  start_exchange();
  std::uint64_t before = 0;
  {
    const auto first = collect(dir_ / "first.log");
    ASSERT_TRUE(run_until([&] { return !kept().empty(); })) << text_of_file(dir_ / "first.log");
    first->signal(SIGKILL);
    EXPECT_EQ(first->wait(), -1);
    (void)run_until([] { return false; }, 200ms);
    before = asked();  // what was on its way with what was refused too
  }
  ASSERT_THAT(kept(), SizeIs(1));
  const Cooldown told = kept().front();
  EXPECT_EQ(told.scope, GetParam());
  EXPECT_EQ(told.banned, GetParam() == Cooldown::Scope::kRest);
  EXPECT_GE(told.until - told.told, kCooldown);
  EXPECT_LE(told.until - told.told, kCooldown + 1s);

  int runs_within = 0;
  for (; clock_.now() < told.until - 4s; ++runs_within) {
    const std::string log = dir_ / ("within" + std::to_string(runs_within) + ".log");
    const auto run = collect(log);
    const auto has_said_so = [&] { return text_of_file(log).contains("remove cooldowns/ from the data directory"); };
    ASSERT_TRUE(run_until(has_said_so)) << text_of_file(log);
    (void)run_until([] { return false; }, 300ms);
    run->signal(SIGKILL);
    EXPECT_EQ(run->wait(), -1);
    const std::uint64_t asked_so_far = asked();
    if (clock_.now() >= told.until) break;  // a machine that is too busy
    EXPECT_EQ(asked_so_far, before) << "run " << runs_within;
  }
  EXPECT_GE(runs_within, 1);
  EXPECT_THAT(kept(), ElementsAre(told));

  const auto last = collect(dir_ / "last.log");
  ASSERT_TRUE(run_until([&] { return asked() > before; })) << text_of_file(dir_ / "last.log");
  EXPECT_GE(clock_.now(), told.until);
}

INSTANTIATE_TEST_SUITE_P(Scopes, CooldownOverRestarts,
                         ::testing::Values(Cooldown::Scope::kRest, Cooldown::Scope::kStreams),
                         [](const auto& of_test) { return std::string(to_string(of_test.param)); });

}  // namespace
}  // namespace acts::cli
