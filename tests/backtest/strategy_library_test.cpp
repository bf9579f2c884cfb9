#include "backtest/strategy_library.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "backtest/bars/bar_backtest.hpp"
#include "backtest/bars/bar_sweep.hpp"
#include "backtest/bars/bars_support.hpp"
#include "support/built.hpp"

namespace acts::backtest {
namespace {

using acts::test::strategy_library;

BacktestSettings settings_of(std::string_view file, std::string_view strategy) {
  BacktestSettings settings;
  settings.library = strategy_library(file);
  settings.strategy = strategy;
  return settings;
}

std::string refusal_of(std::string_view file, std::string_view strategy) {
  const Result<const StrategyType*> type = strategy_type_of(settings_of(file, strategy));
  if (type) return "";
  EXPECT_EQ(type.error().code, ErrorCode::kUsage);
  return type.error().message.substr(type.error().message.find(".so: ") + 5);
}

TEST(StrategyLibrary, HasItsStrategiesByName) {
  const Result<const StrategyType*> type = strategy_type_of(settings_of("throwing", "throwing"));
  ASSERT_TRUE(type.has_value()) << type.error().message;
  EXPECT_EQ((*type)->summary, "throws at a bar");
  EXPECT_EQ(refusal_of("throwing", "thrwing"), "no strategy 'thrwing' in it: there is throwing, unmade, wayward");
  EXPECT_EQ(refusal_of("throwing", ""), "no strategy '' in it: there is throwing, unmade, wayward");
}

TEST(StrategyLibrary, IsRefusedUnlessItFits) {
  EXPECT_EQ(refusal_of("old", ""),
            fmt::format("it was built for interface 0 of strategies, and this acts has {}: build it anew",
                        kStrategyInterface));
  EXPECT_EQ(refusal_of("empty", ""), "it is no library of strategies: ACTS_STRATEGY_LIBRARY is missing");
  const std::string missing = strategy_library("missing");
  EXPECT_EQ(refusal_of("missing", "").substr(0, 24), "it cannot be loaded: " + missing.substr(0, 3));
}

TEST(StrategyLibrary, ThatThrowsFailsItsSetInOneLine) {
  const StrategyType& type = **strategy_type_of(settings_of("throwing", "throwing"));
  std::vector<std::unique_ptr<Strategy>> strategies;
  strategies.push_back(type.make({}).value());
  strategies.push_back(type.make({}).value());
  const BarRunOptions options = test::bar_options("0.01", "0.000001", "0", "0");
  Result<BarSweep> sweep = BarSweep::make(options, std::move(strategies), {1, 2});
  BarBlocks blocks = test::blocks_of(test::hours_of_2021(), options.markets.front().instrument);
  const Result<void> done = sweep->run(blocks, 2);
  ASSERT_TRUE(done.has_value()) << done.error().message;
  for (const std::size_t set : {0U, 1U}) {
    ASSERT_TRUE(sweep->failure(set).has_value());
    EXPECT_EQ(sweep->failure(set)->code, ErrorCode::kBadInput);
    EXPECT_EQ(sweep->failure(set)->message,
              "the strategy threw: no such thing: what it cannot do it must handle itself");
  }
}

TEST(StrategyLibrary, ThatThrowsWhenAskedWhatItWantsIsCaught) {
  const std::string said = "the strategy threw: nothing at all: what it cannot do it must handle itself";
  BacktestSettings settings = settings_of("throwing", "wayward");
  std::vector<std::unique_ptr<Strategy>> strategies;
  strategies.push_back((*strategy_type_of(settings))->make({}).value());
  const BarRunOptions options = test::bar_options("0.01", "0.000001", "0", "0");
  const Result<BarSweep> sweep = BarSweep::make(options, std::move(strategies), {1});
  ASSERT_TRUE(sweep.has_value());
  ASSERT_TRUE(sweep->failure(0).has_value());
  EXPECT_EQ(sweep->failure(0)->message, said);

  settings.is_bars = true;
  InstrumentSettings& of = settings.instruments.emplace_back();
  of.files = test::hours_of_2021();
  of.info = options.markets.front().instrument.info;
  of.info.symbol = "BTCUSDT";
  const Result<BarReport> report = run_bar_backtest(real_file_ops(), {.settings = settings});
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().message, said);
}

TEST(StrategyLibrary, ThatThrowsAnythingIsCaughtWhenItIsMade) {
  const StrategyType& type = **strategy_type_of(settings_of("throwing", "unmade"));
  const auto made = guarded([&type] { return type.make({}); });
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().message.find("no std::exception"), std::string::npos);
}

}  // namespace
}  // namespace acts::backtest
