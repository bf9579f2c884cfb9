// Stored features in a run over bars: when they are told between opens, closes and timers, and what is done then.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"

namespace acts::backtest {
namespace {

using namespace std::chrono_literals;

constexpr UnixNanos kFirstOpen{1'700'000'000'000'000'000};

UnixNanos after(Nanos span) { return kFirstOpen + span; }

class CallLog final : public Strategy {
 public:
  explicit CallLog(Nanos timer = {}, bool buys = false) : timer_(timer), buys_(buys) {}
  [[nodiscard]] Wants wants() const override { return {.bars = true, .fills = true, .features = {"a"}}; }
  void on_start(StrategyContext& context) override {
    add(context, "start");
    EXPECT_FALSE(context.features(InstrumentId{0}).has_value());
    if (timer_ != Nanos{}) context.set_timer(TimerId{0}, context.now() + timer_);
  }
  void on_bar(StrategyContext& context, const Bar& /*bar*/) override { add(context, "bar"); }
  void on_timer(StrategyContext& context, TimerId /*id*/) override { add(context, "timer"); }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    add(context, "fill at " + std::to_string(fill.price.units()));
  }
  void on_features(StrategyContext& context, const FeatureValues& told) override {
    EXPECT_EQ(context.features(told.instrument)->ts, told.ts);
    add(context, "a = " + std::to_string(static_cast<int>(told.values[0])) + " of " + seconds(told.ts));
    if (buys_) context.place({.type = OrderType::kMarket, .quantity = Quantity{1}});
  }
  std::vector<std::string> calls;

 private:
  static std::string seconds(UnixNanos ts) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(ts - kFirstOpen).count());
  }
  void add(StrategyContext& context, const std::string& what) { calls.push_back(seconds(context.now()) + ": " + what); }
  Nanos timer_;
  bool buys_;
};

StoredFeatureList list_at(const std::vector<Nanos>& spans, Nanos delay = {}) {
  auto spool = std::make_shared<FeatureSpool>(1);
  double value = 0;
  for (const Nanos span : spans) EXPECT_TRUE(spool->add({.ts = after(span), .values = {++value}}).has_value());
  return {.spool = std::move(spool), .names = {"a"}, .delay = delay};
}

// Of a minute each, where they begin; each opens at 100, 200, ...
std::vector<std::string> calls_of(CallLog& strategy, const StoredFeatureList& list, const std::vector<Nanos>& opens) {
  BarRunOptions options = test::bar_options("1", "1", "0", "0");
  options.markets.front().features = list;
  const std::unique_ptr<BarRun> run = BarRun::make(options, strategy, nullptr).value();
  EXPECT_TRUE(run->start(after(opens.front())).has_value());
  std::int64_t price = 0;
  for (const Nanos open : opens) {
    price += 100;
    Bar bar;
    bar.open_time = after(open);
    bar.close_time = after(open + 60s);
    bar.open = bar.high = bar.low = bar.close = Price{price};
    bar.volume = Quantity{1000};
    EXPECT_TRUE(run->step(std::span(&bar, 1)).has_value());
  }
  EXPECT_TRUE(run->stop().has_value());
  return strategy.calls;
}

using Calls = std::vector<std::string>;

TEST(BarFeatures, AreToldBehindBarsAndBeforeTimersOfTheirTime) {
  CallLog strategy(60s);
  EXPECT_EQ(calls_of(strategy, list_at({60s, 120s}), {0s, 60s}),
            (Calls{"0: start", "60: bar", "60: a = 1 of 60", "60: timer", "120: bar", "120: a = 2 of 120"}));
}

TEST(BarFeatures, OfBeforeTheRunAreKnownAtItsBeginAndOfBehindItNever) {
  CallLog strategy;
  EXPECT_EQ(calls_of(strategy, list_at({-50s, -7s, 61s}), {0s}), (Calls{"0: start", "0: a = 2 of -7", "60: bar"}));
}

TEST(BarFeatures, AreToldWithinBarsAndBetweenThemAsTheyBecomeKnown) {
  CallLog strategy(25s);
  EXPECT_EQ(calls_of(strategy, list_at({10s, 20s, 70s, 118s}, 5s), {0s, 120s, 180s}),
            (Calls{"0: start", "15: a = 1 of 10", "25: a = 2 of 20", "25: timer", "60: bar", "75: a = 3 of 70",
                   "123: a = 4 of 118", "180: bar", "240: bar"}));
}

// At a bar's close it is at the venue before the next open; within a bar as well.
TEST(BarFeatures, WhatIsOrderedOnThemFillsAtTheNextOpen) {
  for (const Nanos span : {30s, 60s}) {
    CallLog strategy({}, true);
    const Calls calls = calls_of(strategy, list_at({span}), {0s, 60s});
    EXPECT_EQ(std::ranges::count(calls, "60: fill at 200"), 1) << calls.size();
  }
}

TEST(BarFeatures, AreOtherOnesBehindACut) {
  StoredFeatureList list = list_at({10s, 60s, 70s}, 5s);
  list.cut = FutureCut{.at = after(65s), .seed = 3};
  CallLog strategy;
  const Calls calls = calls_of(strategy, list, {0s, 60s});
  EXPECT_EQ(std::ranges::count(calls, "15: a = 1 of 10"), 1);
  EXPECT_EQ(std::ranges::count(calls, "65: a = 2 of 60"), 0);
  EXPECT_EQ(std::ranges::count(calls, "75: a = 3 of 70"), 0);
  EXPECT_EQ(calls.size(), 6U) << "as many as there were";
}

class MarketsLog final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.features = {"a"}}; }
  void on_features(StrategyContext& context, const FeatureValues& told) override {
    calls.push_back(std::to_string(told.instrument.value()) + " at " +
                    std::to_string((context.now() - kFirstOpen) / 1s));
    EXPECT_FALSE(context.features(InstrumentId{1}).has_value());
  }
  std::vector<std::string> calls;
};

// Of three markets the second has none.
TEST(BarFeatures, OfSeveralMarketsAreToldInTheirOrder) {
  BarRunOptions options = test::bar_options("1", "1", "0", "0");
  for (int i = 0; i < 2; ++i) options.markets.push_back(options.markets.front());
  options.markets[0].features = list_at({20s, 60s});
  options.markets[2].features = list_at({-5s, 20s, 40s, 60s});
  MarketsLog strategy;
  const std::unique_ptr<BarRun> run = BarRun::make(options, strategy, nullptr).value();
  ASSERT_TRUE(run->start(kFirstOpen).has_value());
  std::vector<Bar> bars(3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    bars[i].instrument = InstrumentId{i};
    bars[i].open_time = kFirstOpen;
    bars[i].close_time = after(60s);
    bars[i].open = bars[i].high = bars[i].low = bars[i].close = Price{1};
  }
  ASSERT_TRUE(run->step(bars).has_value());
  EXPECT_EQ(strategy.calls, (Calls{"2 at 0", "0 at 20", "2 at 20", "2 at 40", "0 at 60", "2 at 60"}));
}

TEST(BarFeatures, AreNotToldToWhoWantsNone) {
  class Quiet final : public Strategy {
    [[nodiscard]] Wants wants() const override { return {.bars = true}; }
    void on_features(StrategyContext& /*context*/, const FeatureValues& /*values*/) override { ADD_FAILURE(); }
  };
  Quiet strategy;
  BarRunOptions options = test::bar_options("1", "1", "0", "0");
  options.markets.front().features = list_at({30s, 60s});
  const std::unique_ptr<BarRun> run = BarRun::make(options, strategy, nullptr).value();
  ASSERT_TRUE(run->start(kFirstOpen).has_value());
  Bar bar;
  bar.open_time = kFirstOpen;
  bar.close_time = after(60s);
  bar.open = bar.high = bar.low = bar.close = Price{1};
  EXPECT_TRUE(run->step(std::span(&bar, 1)).has_value());
}

}  // namespace
}  // namespace acts::backtest
