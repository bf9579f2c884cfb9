// Against values of numpy and of Python's statistics.NormalDist, and by hand.
#include "report/statistics/selection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

// Seven sets, the later the better, over 97 periods.
ReturnTable table() {
  ReturnTable returns(7);
  for (std::size_t set = 0; set < returns.size(); ++set) {
    for (std::size_t t = 0; t < 97; ++t) {
      const auto drawn = static_cast<double>((t * 37 + set * 101 + t * set * 13) % 97);
      returns[set].push_back((drawn - 48 + static_cast<double>(set)) / 1000);
    }
  }
  return returns;
}

TEST(NormalQuantile, IsThatOfPython) {
  const std::vector<std::pair<double, double>> known{{1e-12, -7.034483825301132},    {1e-05, -4.2648907939228256},
                                                     {0.01, -2.3263478740408408},    {0.3, -0.5244005127080407},
                                                     {0.02425, -1.9729610513118845}, {0.5, 0},
                                                     {0.9, 1.2815515655446008},      {0.999, 3.090232306167813}};
  for (const auto& [share, x] : known) EXPECT_NEAR(normal_quantile(share), x, 1e-12 * (1 + std::abs(x))) << share;
}

TEST(ExpectedBestSharpe, IsThatOfNumpy) { EXPECT_NEAR(expected_best_sharpe(0.01, 100), 0.2530602893201685, 1e-12); }

TEST(DeflatedSharpe, IsThatOfNumpy) {
  const ReturnTable returns = table();
  std::vector<double> sharpes;
  for (const std::vector<double>& set : returns) sharpes.push_back(sharpe(set, 1).value());
  EXPECT_NEAR(deflated_sharpe(returns[6], sharpes, sharpes.size()).value(), 0.8510872096352606, 1e-9);
  EXPECT_LT(deflated_sharpe(returns[6], sharpes, 10 * sharpes.size()).value(), 0.8) << "of more, luck makes more";
  EXPECT_FALSE(deflated_sharpe(returns[6], std::vector<double>{0.1}, 1).has_value());
}

TEST(OverfittingProbability, IsThatOfNumpy) {
  EXPECT_NEAR(overfitting_probability(table(), 4).value(), 1.0 / 6, 1e-15);
  EXPECT_NEAR(overfitting_probability(table(), 8).value(), 24.0 / 70, 1e-15);
}

TEST(OverfittingProbability, IsNoneOfTheBestEverywhereAndAllOfTheBestWhereItWasLooked) {
  ReturnTable good(3, std::vector<double>(40));
  ReturnTable bad(2, std::vector<double>(40));
  for (std::size_t t = 0; t < 40; ++t) {
    for (std::size_t set = 0; set < good.size(); ++set)
      good[set][t] = (t % 2 == 0 ? 0.01 : -0.01) + 0.001 * static_cast<double>(set);
    // Each good in one half of the time and bad in the other.
    const bool is_first = t < 20;
    for (std::size_t set = 0; set < 2; ++set)
      bad[set][t] = (t % 2 == 0 ? 0.01 : -0.01) + (is_first == (set == 0) ? 0.005 : -0.005);
  }
  EXPECT_EQ(overfitting_probability(good, 4), 0.0);
  EXPECT_EQ(overfitting_probability(bad, 2), 1.0);
  EXPECT_FALSE(overfitting_probability({std::vector<double>(40)}, 4).has_value());
  EXPECT_FALSE(overfitting_probability(ReturnTable(3, std::vector<double>(7)), 4).has_value());
}

TEST(WalkForwardFolds, GoOnByTheTest) {
  const std::vector<Fold> folds = walk_forward_folds(23, 10, 4, 2);
  ASSERT_EQ(folds.size(), 2U);
  EXPECT_EQ(folds[0].train, (std::vector<PeriodRange>{{0, 10}}));
  EXPECT_EQ(folds[0].test, (PeriodRange{12, 16}));
  EXPECT_EQ(folds[1].train, (std::vector<PeriodRange>{{4, 14}}));
  EXPECT_EQ(folds[1].test, (PeriodRange{16, 20}));
  EXPECT_TRUE(walk_forward_folds(15, 10, 4, 2).empty());
}

TEST(PurgedFolds, KeepTrainingAwayFromTheTest) {
  const std::vector<Fold> folds = purged_folds(12, 3, 1, 2);
  ASSERT_EQ(folds.size(), 3U);
  EXPECT_EQ(folds[0].test, (PeriodRange{0, 4}));
  EXPECT_EQ(folds[0].train, (std::vector<PeriodRange>{{7, 12}}));
  EXPECT_EQ(folds[1].test, (PeriodRange{4, 8}));
  EXPECT_EQ(folds[1].train, (std::vector<PeriodRange>{{0, 3}, {11, 12}}));
  EXPECT_EQ(folds[2].train, (std::vector<PeriodRange>{{0, 7}}));
}

TEST(WalkForward, ShowsOnTheTestsWhatTrainingChose) {
  const ReturnTable returns{{0.01, 0.02, 0.01, 0.02, -1, -2, -3, -4}, {0, 0.01, 0, -0.01, 1, 2, 3, 4}};
  const WalkForward walk = walk_forward(returns, walk_forward_folds(8, 4, 2, 0));
  EXPECT_EQ(walk.chosen, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(walk.returns, (std::vector<double>{-1, -2, 3, 4}));
}

}  // namespace
}  // namespace acts::report
