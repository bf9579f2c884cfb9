#include "backtest/bars/sweep_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace acts::backtest {
namespace {

const std::vector<SweepAxis> kAxes{{.name = "fast", .values = {"5", "10"}},
                                   {.name = "slow", .values = {"20", "30", "40"}}};

TEST(SweepPlan, NamesEveryCombinationOnce) {
  EXPECT_EQ(combinations_of(kAxes), 6U);
  std::string text;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::vector<GivenParameter> given = combination(kAxes, i);
    text += given[0].name + given[0].text + given[1].name + given[1].text + " ";
  }
  EXPECT_EQ(text, "fast5slow20 fast5slow30 fast5slow40 fast10slow20 fast10slow30 fast10slow40 ");
  EXPECT_EQ(plan_sweep(kAxes, std::nullopt, 1).value(), (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(plan_sweep(kAxes, 100, 1).value().size(), 6U);
}

TEST(SweepPlan, OfNothingIsTheStrategyAsItStands) {
  EXPECT_EQ(combinations_of({}), 1U);
  EXPECT_TRUE(combination({}, 0).empty());
}

TEST(SweepPlan, DrawsDifferentOnesEachAsOften) {
  std::map<std::size_t, int> seen;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const std::vector<std::size_t> drawn = plan_sweep(kAxes, 2, seed).value();
    ASSERT_EQ(drawn.size(), 2U);
    ASSERT_LT(drawn[0], drawn[1]);
    for (const std::size_t i : drawn) ++seen[i];
  }
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [i, count] : seen) EXPECT_NEAR(count, 1000, 130) << i;  // five standard deviations
  EXPECT_EQ(plan_sweep(kAxes, 3, 7).value(), plan_sweep(kAxes, 3, 7).value());
}

TEST(SweepPlan, RefusesMoreThanCanBeRun) {
  std::vector<SweepAxis> many(7, {.name = "x", .values = std::vector<std::string>(10, "1")});
  EXPECT_EQ(combinations_of(many), kMostSweepSets + 1);
  EXPECT_FALSE(plan_sweep(many, 5, 1).has_value());
}

TEST(SweepRange, GoesUpExactly) {
  EXPECT_EQ(values_of({.from = "0.1", .to = "0.4", .step = "0.1"}).value(),
            (std::vector<std::string>{"0.1", "0.2", "0.3", "0.4"}));
  EXPECT_EQ(values_of({.from = "5", .to = "14", .step = "5"}).value(), (std::vector<std::string>{"5", "10"}));
  EXPECT_EQ(values_of({.from = "-1", .to = "1", .step = "1"}).value(), (std::vector<std::string>{"-1", "0", "1"}));
}

// As TOML's numbers come that stand without quotes.
TEST(SweepRange, TakesSmallNumbersWithAnExponentExactly) {
  EXPECT_EQ(values_of({.from = "1e-06", .to = "3e-06", .step = "1e-06"}).value(),
            (std::vector<std::string>{"0.000001", "0.000002", "0.000003"}));
  EXPECT_EQ(values_of({.from = "0", .to = "2.5e-07", .step = "1.25e-07"}).value(),
            (std::vector<std::string>{"0", "0.000000125", "0.00000025"}));
  EXPECT_EQ(values_of({.from = "1e+16", .to = "1e+16", .step = "1"}).value(),
            (std::vector<std::string>{"10000000000000000"}));
  for (const char* const text : {"1e-19", "1e-99", "1e+99", "1e-100", "1e", "nan", "inf"}) {
    const auto values = values_of({.from = text, .to = "1", .step = "1"});
    ASSERT_FALSE(values.has_value()) << text;
    EXPECT_EQ(values.error().message,
              std::string("from = ") + text + ": a range has decimals of 18 digits at most, such as 5, 0.1 or 1e-6");
  }
}

TEST(SweepRange, RefusesWhatHasNoEnd) {
  for (const SweepRange& range :
       {SweepRange{.from = "1", .to = "2", .step = "0"}, SweepRange{.from = "1", .to = "2", .step = "-1"},
        SweepRange{.from = "2", .to = "1", .step = "1"}, SweepRange{.from = "a", .to = "1", .step = "1"},
        SweepRange{.from = "0", .to = "1", .step = "0.000001"}}) {
    EXPECT_FALSE(values_of(range).has_value()) << range.from << " " << range.to << " " << range.step;
  }
}

}  // namespace
}  // namespace acts::backtest
