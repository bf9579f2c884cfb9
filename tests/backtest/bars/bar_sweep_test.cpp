#include "backtest/bars/bar_sweep.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <stdexcept>

#include "acts/base/ratio.hpp"

#include "backtest/bars/bars_support.hpp"

namespace acts::backtest {
namespace {

std::string text_of(const BarTotals& totals) {
  const Position& position = totals.positions.front();
  std::string text = fmt::format("{} {} {} {} {} {} {} {} funding {}", totals.bars, totals.orders, totals.fills,
                                 to_string(totals.equity), to_string(totals.max_drawdown), to_string(totals.turnover),
                                 position.quantity.units(), to_string(position.fee), to_string(position.funding));
  for (const double close : totals.closes.closes.values) text += ' ' + shortest_text(close);
  return text;
}

std::vector<std::unique_ptr<Strategy>> pairs() {
  std::vector<std::unique_ptr<Strategy>> made;
  for (int fast = 2; fast <= 10; fast += 2) {
    for (int slow = 15; slow <= 60; slow += 15) {
      made.push_back(test::bar_strategy("sma_cross", {{.name = "fast", .text = std::to_string(fast)},
                                                      {.name = "slow", .text = std::to_string(slow)},
                                                      {.name = "direction", .text = "both"}}));
    }
  }
  return made;
}

std::vector<std::size_t> numbers_to(std::size_t count) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), std::size_t{1});
  return numbers;
}

std::vector<std::string> sweep_texts(const BarRunOptions& options, std::vector<std::unique_ptr<Strategy>> strategies,
                                     std::size_t threads) {
  const std::size_t count = strategies.size();
  Result<BarSweep> sweep = BarSweep::make(options, std::move(strategies), numbers_to(count));
  BarBlocks blocks = test::blocks_of(test::hours_of_2021(), options.markets.front().instrument);
  const Result<void> done = sweep->run(blocks, threads);
  EXPECT_TRUE(done.has_value()) << done.error().message;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < sweep->size(); ++i) texts.push_back(text_of(sweep->totals(i)));
  return texts;
}

TEST(BarSweep, EachSetComesToWhatItComesToAlone) {
  const BarRunOptions options = test::bar_options("0.01", "0.000001", "0.001", "10000");
  const std::vector<std::string> together = sweep_texts(options, pairs(), 1);
  ASSERT_EQ(together.size(), 20U);
  EXPECT_EQ(sweep_texts(options, pairs(), 3), together) << "whatever the number of threads";
  for (std::size_t i = 0; i < together.size(); ++i) {
    std::vector<std::unique_ptr<Strategy>> all = pairs();
    std::vector<std::unique_ptr<Strategy>> one;
    one.push_back(std::move(all[i]));
    EXPECT_EQ(sweep_texts(options, std::move(one), 1), std::vector<std::string>{together[i]});
  }
}

// Equity falls below the maintenance margin on the way, and hours of funding are paid.
TEST(BarSweep, EachSetHasItsOwnMarginAndFunding) {
  BarRunOptions options = test::bar_options("0.01", "0.000001", "0.001", "4000");
  options.account = sim::AccountKind::kMargin;
  options.markets.front().margin = {.leverage = 20, .brackets = {{.from = {}, .maintenance = {4, 1}}}};
  std::vector<sim::FundingTime> times;
  for (std::int64_t i = 0; i < 90; ++i) {
    times.push_back({.at = {1'609'459'200'000'000'000 + i * 86'400'000'000'000}, .rate = {i % 7 - 2, 4}});
  }
  options.markets.front().funding = sim::FundingBook::of(std::move(times)).value();
  const std::vector<std::string> together = sweep_texts(options, pairs(), 2);
  std::size_t different = 0;
  for (std::size_t i = 0; i < together.size(); ++i) {
    std::vector<std::unique_ptr<Strategy>> all = pairs();
    std::vector<std::unique_ptr<Strategy>> one;
    one.push_back(std::move(all[i]));
    EXPECT_EQ(sweep_texts(options, std::move(one), 1), std::vector<std::string>{together[i]});
    different += together[i].contains("funding 0") ? 0U : 1U;
  }
  EXPECT_GT(different, 10U);
}

class Busy final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, context.now()); }
  void on_timer(StrategyContext& context, TimerId /*id*/) override { context.set_timer(TimerId{0}, context.now()); }
};

class Unending final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_stop(StrategyContext& /*context*/) override { throw std::runtime_error("cannot end"); }
};

TEST(BarSweep, GoesOnWithoutTheSetThatFails) {
  const BarRunOptions options = test::bar_options("0.01", "0.000001", "0.001", "10000");
  const std::vector<std::string> whole = sweep_texts(options, pairs(), 1);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    std::vector<std::unique_ptr<Strategy>> strategies = pairs();
    strategies[4] = std::make_unique<Busy>();
    strategies[9] = std::make_unique<Unending>();
    const std::size_t count = strategies.size();
    Result<BarSweep> sweep = BarSweep::make(options, std::move(strategies), numbers_to(count));
    BarBlocks blocks = test::blocks_of(test::hours_of_2021(), options.markets.front().instrument);
    const Result<void> done = sweep->run(blocks, threads);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(sweep->failure(i).has_value(), i == 4 || i == 9) << i;
      if (sweep->failure(i)) continue;
      EXPECT_EQ(text_of(sweep->totals(i)), whole[i]) << i;
    }
    EXPECT_TRUE(sweep->failure(4)->message.contains("it must let time pass")) << sweep->failure(4)->message;
    EXPECT_TRUE(sweep->failure(9)->message.contains("cannot end")) << sweep->failure(9)->message;
  }
}

class NoBars final : public BarReader {
 public:
  Result<bool> next(Bar& /*bar*/) override { return false; }
  [[nodiscard]] std::uint64_t missing() const override { return 0; }
};

TEST(BarSweep, SaysThatThereIsNoBar) {
  Result<BarSweep> sweep = BarSweep::make(test::bar_options("0.01", "0.000001", "0", "0"), pairs(), numbers_to(20));
  std::vector<std::unique_ptr<BarReader>> readers;
  readers.push_back(std::make_unique<NoBars>());
  BarBlocks blocks(std::move(readers));
  EXPECT_FALSE(sweep->run(blocks, 1).has_value());
}

}  // namespace
}  // namespace acts::backtest
