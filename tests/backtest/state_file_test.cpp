#include "backtest/state_file.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"
#include "backtest/decisions/decisions_support.hpp"
#include "recording/temp_dir.hpp"

namespace acts::backtest {
namespace {

TEST(StateFile, GivesBackTheStateOfItsStrategyOnly) {
  const std::string state("a\0\n state", 9);
  const std::string text = state_text("grid", state);
  EXPECT_EQ(parse_state(text, "grid").value(), state);
  EXPECT_EQ(parse_state(state_text("grid", ""), "grid").value(), "");
  const auto other = parse_state(text, "twap");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kUsage);
  EXPECT_EQ(other.error().message, "it is the state of strategy 'grid', and this is 'twap'");
}

TEST(StateFile, RefusesWhatIsCutOrDamaged) {
  const std::string text = state_text("grid", "0123456789");
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_state(std::string_view(text).substr(0, size), "grid").has_value()) << size;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(parse_state(damaged, "grid").has_value()) << i;
  }
}

TEST(StateFile, IsWrittenAndReadBack) {
  const acts::testing::TempDir dir;
  const std::string path = dir / "grid.state";
  ASSERT_TRUE(write_state(real_file_ops(), path, "grid", "what it knows").has_value());
  EXPECT_EQ(read_state(path, "grid").value(), "what it knows");
  EXPECT_EQ(read_state(dir / "none", "grid").error().code, ErrorCode::kUsage);
}

// After so many calls, in place of the strategy, another that was restored from its state, as after a restart.
class Succeeded final : public Strategy {
 public:
  Succeeded(const StrategyType& type, const Parameters& parameters, std::uint64_t after)
      : type_(&type), parameters_(parameters), after_(after), strategy_(type.make(parameters).value()) {}
  [[nodiscard]] Wants wants() const override { return strategy_->wants(); }
  void on_start(StrategyContext& context) override { strategy_->on_start(context); }
  void on_stop(StrategyContext& context) override { strategy_->on_stop(context); }
  void on_bar(StrategyContext& context, const Bar& bar) override { next(context).on_bar(context, bar); }
  void on_order(StrategyContext& context, const OrderUpdate& update) override { strategy_->on_order(context, update); }
  void on_fill(StrategyContext& context, const Fill& fill) override { strategy_->on_fill(context, fill); }
  void on_timer(StrategyContext& context, TimerId id) override { next(context).on_timer(context, id); }
  [[nodiscard]] bool has_handed_over() const { return calls_ > after_; }

 private:
  // The timer that on_start() sets is the one that the call which goes on sets again.
  Strategy& next(StrategyContext& context) {
    if (calls_++ != after_) return *strategy_;
    const std::string state = strategy_->save();
    strategy_ = type_->make(parameters_).value();
    const Result<void> restored = strategy_->restore(state);
    EXPECT_TRUE(restored.has_value()) << restored.error().message;
    strategy_->on_start(context);
    return *strategy_;
  }
  const StrategyType* type_;
  Parameters parameters_;
  std::uint64_t after_;
  std::unique_ptr<Strategy> strategy_;
  std::uint64_t calls_ = 0;
};

// What a run in one piece asks for, and one whose strategy is restarted after so many calls: the orders and fills.
void expect_same_when_cut(std::string_view name, const std::vector<GivenParameter>& given,
                          const std::vector<std::uint64_t>& cuts) {
  const StrategyType& type = *find_strategy(name).value();
  const Parameters parameters = parse_parameters(type.parameters, given).value();
  const test::SmallMarket market = test::SmallMarket::make(11, 6'000);
  const auto strategy = type.make(parameters).value();
  const test::SmallRun whole = test::run_small(market, *strategy);
  ASSERT_TRUE(whole.end.has_value()) << whole.end.error().message;
  ASSERT_GT(whole.end->fills, 5U) << name << " does something";
  for (const std::uint64_t cut : cuts) {
    Succeeded succeeded(type, parameters, cut);
    const test::SmallRun run = test::run_small(market, succeeded);
    ASSERT_TRUE(succeeded.has_handed_over()) << name << " " << cut;
    EXPECT_EQ(run.told, whole.told) << name << " " << cut;
  }
}

TEST(StrategyState, MakesARunInTwoPartsTheSameAsAWholeOne) {
  const GivenParameter interval{.name = "interval", .text = "20ms"};
  const GivenParameter quantity{.name = "quantity", .text = "2"};
  const GivenParameter most{.name = "max_position", .text = "40"};
  const std::vector<std::uint64_t> cuts{1, 57, 500, 900};
  expect_same_when_cut("grid",
                       {interval,
                        quantity,
                        most,
                        {.name = "relative_half_spread", .text = "0.001"},
                        {.name = "relative_grid_interval", .text = "0.001"}},
                       cuts);
  expect_same_when_cut("obi", {interval, quantity, most, {.name = "window", .text = "40"}}, cuts);
  expect_same_when_cut("avellaneda_stoikov",
                       {interval,
                        quantity,
                        most,
                        {.name = "window", .text = "40"},
                        {.name = "gamma", .text = "0.1"},
                        {.name = "kappa", .text = "5"},
                        {.name = "horizon", .text = "100ms"}},
                       cuts);
  expect_same_when_cut(
      "twap",
      {{.name = "quantity", .text = "300"}, {.name = "duration", .text = "15s"}, {.name = "slices", .text = "100"}},
      {1, 17, 60});
}

void expect_same_bars_when_cut(std::string_view name, const std::vector<GivenParameter>& given) {
  const StrategyType& type = *find_strategy(name).value();
  const Parameters parameters = parse_parameters(type.parameters, given).value();
  const BarRunOptions options = acts::test::bar_options("0.01", "0.000001", "0.001", "10000");
  const auto told = [&options](Strategy& strategy) {
    test::ToldLines lines;
    const auto run = BarRun::make(options, strategy, &lines).value();
    BarBlocks blocks = acts::test::blocks_of(acts::test::hours_of_2021(), options.markets.front().instrument);
    BarBlock block;
    for (bool is_first = true; blocks.next(block).value(); is_first = false) {
      if (is_first) {
        EXPECT_TRUE(run->start(block.step(0).front().open_time).has_value());
      }
      EXPECT_TRUE(run_block(*run, block, 0, block.steps()).has_value());
    }
    EXPECT_TRUE(run->stop().has_value());
    return lines.lines;
  };
  const auto strategy = type.make(parameters).value();
  const std::string whole = told(*strategy);
  ASSERT_GT(whole.size(), 1'000U) << name << " does something";
  for (const std::uint64_t cut : {1U, 40U, 333U, 1'700U}) {
    Succeeded succeeded(type, parameters, cut);
    EXPECT_EQ(told(succeeded), whole) << name << " " << cut;
    EXPECT_TRUE(succeeded.has_handed_over());
  }
}

TEST(StrategyState, MakesARunOverBarsInTwoPartsTheSameAsAWholeOne) {
  expect_same_bars_when_cut("sma_cross", {{.name = "fast", .text = "10"}, {.name = "slow", .text = "30"}});
  expect_same_bars_when_cut("breakout", {});
}

}  // namespace
}  // namespace acts::backtest
