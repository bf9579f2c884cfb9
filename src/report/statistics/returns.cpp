#include "report/statistics/returns.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <ratio>

#include "acts/base/assert.hpp"

#include "report/statistics/moments.hpp"

namespace acts::report {
namespace {

// Undefined where there is no spread; what rounding leaves of equal values, however many, is none.
std::optional<double> mean_to_spread(std::span<const double> values) {
  if (std::ranges::adjacent_find(values, std::ranges::not_equal_to()) == values.end()) return std::nullopt;
  const auto spread = deviation(values);
  const auto middle = mean(values);
  if (!spread || !middle || !(*spread > std::abs(*middle) * 1e-14)) return std::nullopt;
  return finite(*middle / *spread);
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  return value ? finite(*value * factor) : std::nullopt;
}

}  // namespace

std::vector<double> returns_of(std::span<const double> equity) {
  std::vector<double> returns;
  if (equity.empty()) return returns;
  returns.reserve(equity.size() - 1);
  for (std::size_t i = 1; i < equity.size(); ++i) {
    const auto value = equity[i - 1] > 0 ? finite(equity[i] / equity[i - 1] - 1) : std::nullopt;
    if (!value) return {};
    returns.push_back(*value);
  }
  return returns;
}

std::vector<double> returns_until_ruin(std::span<const double> equity, std::size_t periods) {
  std::vector<double> returns(periods, 0.0);
  for (std::size_t i = 1; i < equity.size() && i <= periods; ++i) {
    const auto value = equity[i - 1] > 0 ? finite(equity[i] / equity[i - 1] - 1) : std::nullopt;
    if (!value) return returns;
    returns[i - 1] = *value;
  }
  return returns;
}

std::optional<double> total_return(double first, double last) {
  return first > 0 ? finite(last / first - 1) : std::nullopt;
}

std::optional<double> growth_a_year(double first, double last, double days) {
  if (!(first > 0) || !(last > 0) || !(days >= 1)) return std::nullopt;
  return finite(std::pow(last / first, 365 / days) - 1);
}

double risk_free_of(double a_year, Nanos period) {
  ACTS_ASSERT(is_risk_free_rate(a_year));
  const double years = std::chrono::duration<double, std::ratio<365 * 86400>>(period).count();
  return std::expm1(std::log1p(a_year) * years);
}

std::vector<double> excess_of(std::span<const double> returns, double risk_free) {
  std::vector<double> excess;
  excess.reserve(returns.size());
  for (const double r : returns) excess.push_back(r - risk_free);
  return excess;
}

std::optional<double> volatility(std::span<const double> returns, double periods_a_year) {
  return scaled(deviation(returns), std::sqrt(periods_a_year));
}

std::optional<double> sharpe(std::span<const double> returns, double periods_a_year) {
  return scaled(mean_to_spread(returns), std::sqrt(periods_a_year));
}

std::optional<double> sortino(std::span<const double> returns, double periods_a_year) {
  const auto middle = mean(returns);
  if (!middle) return std::nullopt;
  double squares = 0;
  for (const double r : returns) squares += r < 0 ? r * r : 0;
  if (!(squares > 0)) return std::nullopt;
  return finite(*middle / std::sqrt(squares / static_cast<double>(returns.size())) * std::sqrt(periods_a_year));
}

std::optional<double> omega(std::span<const double> returns) {
  double gains = 0;
  double losses = 0;
  for (const double r : returns) (r > 0 ? gains : losses) += std::abs(r);
  return losses > 0 ? finite(gains / losses) : std::nullopt;
}

std::optional<double> probabilistic_sharpe(std::span<const double> returns, double target) {
  const auto ratio = sharpe(returns, 1);
  const auto shape = population_shape(returns);
  if (!ratio || !shape) return std::nullopt;
  const double spread = 1 - shape->skew * *ratio + (shape->kurtosis - 1) / 4 * *ratio * *ratio;
  if (!(spread > 0)) return std::nullopt;
  return finite(
      normal_share((*ratio - target) * std::sqrt(static_cast<double>(returns.size() - 1)) / std::sqrt(spread)));
}

std::optional<double> historical_var(std::span<const double> returns) { return quantile(returns, 0.05); }

std::optional<double> historical_cvar(std::span<const double> returns) {
  const auto limit = historical_var(returns);
  if (!limit) return std::nullopt;
  std::vector<double> tail;
  tail.reserve(returns.size());
  for (const double r : returns) {
    if (r <= *limit) tail.push_back(r);
  }
  return mean(tail);
}

std::optional<double> normal_var(std::span<const double> returns) {
  const auto spread = deviation(returns);
  return spread ? finite(*mean(returns) + kNormal5 * *spread) : std::nullopt;
}

std::optional<double> normal_cvar(std::span<const double> returns) {
  const auto spread = deviation(returns);
  return spread ? finite(*mean(returns) - kNormal5Density / 0.05 * *spread) : std::nullopt;
}

std::optional<double> tail_ratio(std::span<const double> returns) {
  const auto low = quantile(returns, 0.05);
  const auto high = quantile(returns, 0.95);
  return low && high && *low != 0 ? finite(std::abs(*high) / std::abs(*low)) : std::nullopt;
}

AgainstBenchmark against(std::span<const double> returns, std::span<const double> benchmark, double periods_a_year,
                         double risk_free) {
  ACTS_ASSERT(returns.size() == benchmark.size());
  AgainstBenchmark found;
  const auto r_spread = deviation(returns);
  const auto b_spread = deviation(benchmark);
  if (!r_spread || !b_spread) return found;
  const double r_mean = *mean(returns);
  const double b_mean = *mean(benchmark);
  double together = 0;
  std::vector<double> active;
  active.reserve(returns.size());
  for (std::size_t i = 0; i < returns.size(); ++i) {
    together += (returns[i] - r_mean) * (benchmark[i] - b_mean);
    active.push_back(returns[i] - benchmark[i]);
  }
  const double covariance = together / static_cast<double>(returns.size() - 1);
  if (*b_spread > std::abs(b_mean) * 1e-14) {
    found.beta = finite(covariance / (*b_spread * *b_spread));
    if (found.beta) {
      found.alpha = finite((r_mean - risk_free - *found.beta * (b_mean - risk_free)) * periods_a_year);
    }
    if (*r_spread > std::abs(r_mean) * 1e-14) found.correlation = finite(covariance / (*r_spread * *b_spread));
  }
  found.information_ratio = sharpe(active, periods_a_year);
  return found;
}

std::vector<std::optional<double>> rolling(std::span<const double> returns, std::size_t window,
                                           std::optional<double> (*statistic)(std::span<const double>)) {
  std::vector<std::optional<double>> values(returns.size());
  if (window == 0) return values;
  for (std::size_t end = window; end <= returns.size(); ++end) {
    values[end - 1] = statistic(returns.subspan(end - window, window));
  }
  return values;
}

}  // namespace acts::report
