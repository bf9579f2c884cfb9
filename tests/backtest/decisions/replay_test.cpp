#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "backtest/decisions/decisions_support.hpp"
#include "backtest/decisions/replay_strategy.hpp"

namespace acts::backtest {
namespace {

using test::BusyTrader;
using test::run_small;
using test::SmallMarket;
using test::SmallRun;

// As `acts backtest --replay` does it.
SmallRun replay(const SmallMarket& market, const std::string& log) {
  ReplayStrategy strategy(test::log_of(log));
  const auto held = test::log_of(log);
  DecisionMatcher matcher(*held, std::nullopt);
  SmallRun run = run_small(market, strategy, &matcher);
  if (const Result<void> finished = matcher.finish(); run.end && !finished) run.end = std::unexpected(finished.error());
  return run;
}

TEST(ReplayStrategy, ReproducesARunWithoutItsStrategy) {
  const SmallMarket market = SmallMarket::make(1, 20'000);
  BusyTrader trader(1);
  const SmallRun first = run_small(market, trader);
  ASSERT_TRUE(first.end.has_value()) << first.end.error().message;
  ASSERT_GT(first.end->fills, 100U);
  const SmallRun second = replay(market, first.log);
  ASSERT_TRUE(second.end.has_value()) << second.end.error().message;
  EXPECT_EQ(second.told, first.told);
  EXPECT_EQ(second.log, first.log);
}

TEST(ReplayStrategy, SaysWhichCallDiffersOverOtherData) {
  SmallMarket market = SmallMarket::make(1, 2'000);
  BusyTrader trader(1);
  const SmallRun first = run_small(market, trader);
  for (std::size_t i = 1'000; i < market.local.size(); ++i) {
    if (market.local[i].kind != sim::RowKind::kTrade) continue;
    market.local[i].quantity += 1;
    break;
  }
  const SmallRun second = replay(market, first.log);
  ASSERT_FALSE(second.end.has_value());
  EXPECT_EQ(second.end.error().code, ErrorCode::kBadInput);
  EXPECT_TRUE(second.end.error().message.starts_with("call ")) << second.end.error().message;
  EXPECT_TRUE(second.end.error().message.contains("it is told other values")) << second.end.error().message;
}

TEST(ReplayStrategy, SaysThatTheRunGoesOn) {
  SmallMarket market = SmallMarket::make(1, 2'000);
  BusyTrader trader(1);
  const SmallRun first = run_small(market, trader);
  market.local.resize(1'500);
  market.venue.resize(1'500);
  const SmallRun shorter = replay(market, first.log);
  ASSERT_FALSE(shorter.end.has_value());
  // Its end, or what is still on its way then.
  const std::string& message = shorter.end.error().message;
  EXPECT_TRUE(message.contains("differs: on_stop") || message.contains("differs: on_order")) << message;
  EXPECT_TRUE(message.contains(", and in the decision log ")) << message;
}

TEST(DecisionMatcher, FindsTheDecisionThatDiffers) {
  const SmallMarket market = SmallMarket::make(2, 2'000);
  BusyTrader trader(5);
  const SmallRun first = run_small(market, trader);
  BusyTrader other(6);
  const auto log = test::log_of(first.log);
  DecisionMatcher matcher(*log, std::nullopt);
  const SmallRun second = run_small(market, other, &matcher);
  ASSERT_FALSE(second.end.has_value());
  EXPECT_TRUE(second.end.error().message.contains(", and in the decision log ")) << second.end.error().message;
}

TEST(DecisionMatcher, ComparesUpToATimeAndEndsTheRunThere) {
  const SmallMarket market = SmallMarket::make(2, 2'000);
  BusyTrader trader(5);
  const SmallRun first = run_small(market, trader);
  const UnixNanos middle{market.local[1'000].ts};
  BusyTrader same(5);
  const auto log = test::log_of(first.log);
  DecisionMatcher matcher(*log, middle);
  const SmallRun second = run_small(market, same, &matcher);
  ASSERT_FALSE(second.end.has_value());
  EXPECT_EQ(second.end.error().code, ErrorCode::kCancelled);
  EXPECT_LT(second.log.size(), first.log.size());
}

}  // namespace
}  // namespace acts::backtest
