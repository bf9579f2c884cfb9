#include "report/statistics/selection.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "acts/base/assert.hpp"

#include "report/statistics/moments.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {
namespace {

constexpr std::size_t kMostBlocks = 20;

// What a Sharpe ratio of a union of blocks is made of.
struct Sums {
  double count = 0;
  double sum = 0;
  double squares = 0;

  void add(double value) {
    count += 1;
    sum += value;
    squares += value * value;
  }
  void add(const Sums& other) {
    count += other.count;
    sum += other.sum;
    squares += other.squares;
  }
  // Of one period; 0 without a spread: less than what rounding leaves of it.
  [[nodiscard]] double sharpe() const {
    constexpr double kRounding = 1e-12;
    const double mean = sum / count;
    const double spread = squares - count * mean * mean;
    if (count < 2 || spread <= squares * kRounding) return 0;
    return mean / std::sqrt(spread / (count - 1));
  }
};

void check_table(const ReturnTable& returns) {
  for (const std::vector<double>& set : returns) ACTS_ASSERT(set.size() == returns.front().size());
}

// Rank of one value among all, from 1: of equal ones the mean.
double rank_of(std::span<const double> values, std::size_t i) {
  double rank = 0.5;
  for (const double value : values) {
    if (value < values[i]) rank += 1;
    if (value == values[i]) rank += 0.5;
  }
  return rank;
}

// By set, then block.
std::vector<std::vector<Sums>> block_sums(const ReturnTable& returns, std::size_t blocks) {
  const std::size_t length = returns.front().size() / blocks;
  std::vector<std::vector<Sums>> sums(returns.size(), std::vector<Sums>(blocks));
  for (std::size_t set = 0; set < returns.size(); ++set) {
    for (std::size_t i = 0; i < length * blocks; ++i) sums[set][i / length].add(returns[set][i]);
  }
  return sums;
}

}  // namespace

// P. Acklam's rational approximation (2003), made exact to rounding by one step
// of Halley's method.
double normal_quantile(double share) {
  ACTS_ASSERT(share > 0 && share < 1);
  constexpr std::array<double, 6> kA{-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                     1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr std::array<double, 5> kB{-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                                     6.680131188771972e+01, -1.328068155288572e+01};
  constexpr std::array<double, 6> kC{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                     -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr std::array<double, 4> kD{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                     3.754408661907416e+00};
  constexpr double kTail = 0.02425;
  const auto horner = [](std::span<const double> terms, double x) {
    double value = 0;
    for (const double term : terms) value = value * x + term;
    return value;
  };
  double x = 0;
  if (share < kTail || share > 1 - kTail) {
    const double q = std::sqrt(-2 * std::log(std::min(share, 1 - share)));
    x = horner(kC, q) / (horner(kD, q) * q + 1);
    if (share > 1 - kTail) x = -x;
  } else {
    const double q = share - 0.5;
    x = horner(kA, q * q) * q / (horner(kB, q * q) * q * q + 1);
  }
  const double error = 0.5 * std::erfc(-x / std::numbers::sqrt2) - share;
  const double step = error * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
  return x - step / (1 + x * step / 2);
}

double expected_best_sharpe(double variance, std::size_t trials) {
  ACTS_ASSERT(trials >= 2);
  const auto n = static_cast<double>(trials);
  return std::sqrt(variance) * ((1 - std::numbers::egamma) * normal_quantile(1 - 1 / n) +
                                std::numbers::egamma * normal_quantile(1 - 1 / (n * std::numbers::e)));
}

std::optional<double> deflated_sharpe(std::span<const double> returns, std::span<const double> sharpes,
                                      std::size_t trials) {
  ACTS_ASSERT(trials >= sharpes.size());
  const std::optional<double> spread = deviation(sharpes);
  if (!spread) return std::nullopt;
  return probabilistic_sharpe(returns, expected_best_sharpe(*spread * *spread, trials));
}

std::optional<double> overfitting_probability(const ReturnTable& returns, std::size_t blocks) {
  ACTS_ASSERT(blocks >= 2 && blocks <= kMostBlocks && blocks % 2 == 0);
  if (returns.size() < 2 || returns.front().size() < 2 * blocks) return std::nullopt;
  check_table(returns);
  const std::vector<std::vector<Sums>> sums = block_sums(returns, blocks);
  std::vector<double> inside(returns.size());
  std::vector<double> outside(returns.size());
  double ways = 0;
  double worse = 0;
  for (std::uint32_t chosen = 0; chosen < (1U << blocks); ++chosen) {
    if (std::popcount(chosen) != static_cast<int>(blocks / 2)) continue;
    for (std::size_t set = 0; set < returns.size(); ++set) {
      Sums in;
      Sums out;
      for (std::size_t block = 0; block < blocks; ++block)
        (((chosen >> block) & 1U) != 0 ? in : out).add(sums[set][block]);
      inside[set] = in.sharpe();
      outside[set] = out.sharpe();
    }
    const auto best = static_cast<std::size_t>(std::ranges::max_element(inside) - inside.begin());
    ways += 1;
    // The logit of rank / (sets + 1) is not above 0.
    if (2 * rank_of(outside, best) <= static_cast<double>(returns.size() + 1)) worse += 1;
  }
  return worse / ways;
}

std::vector<Fold> walk_forward_folds(std::size_t periods, std::size_t train, std::size_t test, std::size_t purge) {
  ACTS_ASSERT(train > 0 && test > 0);
  std::vector<Fold> folds;
  for (std::size_t begin = train + purge; begin + test <= periods; begin += test) {
    folds.push_back({.train = {{begin - purge - train, begin - purge}}, .test = {begin, begin + test}});
  }
  return folds;
}

std::vector<Fold> purged_folds(std::size_t periods, std::size_t count, std::size_t purge, std::size_t embargo) {
  ACTS_ASSERT(count >= 2);
  std::vector<Fold> folds;
  folds.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Fold fold{.train = {}, .test = {periods * i / count, periods * (i + 1) / count}};
    const std::size_t before = fold.test.begin > purge ? fold.test.begin - purge : 0;
    const std::size_t behind = fold.test.end + purge + embargo;
    if (before > 0) fold.train.push_back({0, before});
    if (behind < periods) fold.train.push_back({behind, periods});
    folds.push_back(std::move(fold));
  }
  return folds;
}

WalkForward walk_forward(const ReturnTable& returns, std::span<const Fold> folds, const TrainingScore& score) {
  ACTS_ASSERT(!returns.empty());
  check_table(returns);
  WalkForward result;
  std::vector<double> scores(returns.size());
  for (const Fold& fold : folds) {
    for (std::size_t set = 0; set < returns.size(); ++set) scores[set] = score(set, fold);
    const auto best = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
    result.chosen.push_back(best);
    for (std::size_t i = fold.test.begin; i < fold.test.end; ++i) result.returns.push_back(returns[best][i]);
  }
  return result;
}

WalkForward walk_forward(const ReturnTable& returns, std::span<const Fold> folds) {
  return walk_forward(returns, folds, [&returns](std::size_t set, const Fold& fold) {
    Sums sums;
    for (const PeriodRange& range : fold.train) {
      for (std::size_t i = range.begin; i < range.end; ++i) sums.add(returns[set][i]);
    }
    return sums.sharpe();
  });
}

}  // namespace acts::report
