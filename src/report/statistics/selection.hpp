// What is left of the best of many parameter sets: how far luck alone would
// have come, and how the sets chosen on some periods did on others. `returns`:
// of each set one a period, all as many (asserted); where a Sharpe ratio is
// undefined (no spread) it counts as 0: such a set has not traded. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace acts::report {

// x with normal_share(x) = share; 0 < share < 1 (asserted).
double normal_quantile(double share);

// The Sharpe ratio that the best of `trials` sets without any merit may be
// expected to show, their ratios having this variance: sqrt(V) ((1 - g) Q(1 -
// 1/n) + g Q(1 - 1/(n e))), g Euler's constant, Q normal_quantile(). At least
// two trials (asserted). D. Bailey, M. Lopez de Prado, "The Deflated Sharpe
// Ratio", Journal of Portfolio Management 40 (2014).
double expected_best_sharpe(double variance, std::size_t trials);

// The probabilistic Sharpe ratio of the chosen set's returns against what luck
// alone may be expected to show. `sharpes`: of all sets that have one, of one
// period; `trials`: of all that were tried, at least as many (asserted). None
// of fewer than two sets, or where the probabilistic ratio is undefined.
std::optional<double> deflated_sharpe(std::span<const double> returns, std::span<const double> sharpes,
                                      std::size_t trials);

using ReturnTable = std::vector<std::vector<double>>;

// Probability of overfitting: how often the set that is best on a half of the
// periods is in the worse half of the sets on the other half. All ways to take
// half of `blocks` equal runs of periods (what is left over at the end is not
// used); of equal ratios each has the mean rank. To be of all sets that were
// tried: without the bad ones it is another probability. `blocks`: even, 2 ... 20
// (asserted). None of fewer than two sets or two periods a block. D. Bailey, J.
// Borwein, M. Lopez de Prado, Q. Zhu, "The Probability of Backtest
// Overfitting", Journal of Computational Finance 20 (2017): combinatorially
// symmetric cross-validation.
std::optional<double> overfitting_probability(const ReturnTable& returns, std::size_t blocks = 16);

// Periods begin ... end - 1.
struct PeriodRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const PeriodRange&, const PeriodRange&) = default;
};
struct Fold {
  std::vector<PeriodRange> train;
  PeriodRange test;
};

// Train on `train` periods, leave `purge` out, test on the `test` behind them;
// then go on by `test`. `train`, `test` > 0 (asserted). A last test that is cut
// short is left out.
std::vector<Fold> walk_forward_folds(std::size_t periods, std::size_t train, std::size_t test, std::size_t purge);

// Each of `count` equal runs of periods once as test, all others as training
// but for `purge` periods on both sides of the test, whose trades may reach
// into it, and `embargo` more behind it. M. Lopez de Prado, "Advances in
// Financial Machine Learning" (2018), chapter 7. `count` >= 2 (asserted).
std::vector<Fold> purged_folds(std::size_t periods, std::size_t count, std::size_t purge, std::size_t embargo);

struct WalkForward {
  std::vector<std::size_t> chosen;  // of each fold the set that is best in training
  std::vector<double> returns;      // of the chosen sets in the tests, one after the other
};
// How good a set is in a fold's training; the first of equals is chosen.
using TrainingScore = std::function<double(std::size_t set, const Fold& fold)>;
// At least one set (asserted). Without a score by the Sharpe ratio.
WalkForward walk_forward(const ReturnTable& returns, std::span<const Fold> folds, const TrainingScore& score);
WalkForward walk_forward(const ReturnTable& returns, std::span<const Fold> folds);

}  // namespace acts::report
