// Statistics of returns r_t = E_t / E_(t-1) - 1, one a period, by the conventions of docs/report.md. `periods_a_year`:
// 365 for days, as these markets never close; 1 leaves a figure as it is, for one period. Undefined (no return, one
// return, no spread, no loss) is empty, never NaN or infinite. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/time.hpp"

namespace acts::report {

// Of equities one period apart; empty if one of them, but the last, is not above 0: a return on nothing is undefined.
std::vector<double> returns_of(std::span<const double> equity);

// Of a set that was tried, however it ended: so many returns, those of `equity` as far as they are defined; from the
// first period on that begins with nothing, and behind the last of `equity`, 0: there is nothing left that could earn.
std::vector<double> returns_until_ruin(std::span<const double> equity, std::size_t periods);

// E_n / E_0 - 1. None unless E_0 is above 0.
std::optional<double> total_return(double first, double last);
// (E_n / E_0)^(365 / days) - 1. None unless both are above 0 and there is a day at least.
std::optional<double> growth_a_year(double first, double last, double days);

// Of a year of 365 days, compounded: what is given instead of it is no rate.
inline constexpr double kMostRiskFreeRate = 10;
constexpr bool is_risk_free_rate(double a_year) { return a_year > -1 && a_year <= kMostRiskFreeRate; }
// (1 + a_year)^(period / 365 days) - 1. `a_year`: is_risk_free_rate() (asserted); `period`: not negative.
double risk_free_of(double a_year, Nanos period);
// r - risk_free of each return: what the ratios below are of where there is such a rate, of one period.
std::vector<double> excess_of(std::span<const double> returns, double risk_free);

// deviation(r) sqrt(N)
std::optional<double> volatility(std::span<const double> returns, double periods_a_year);
// mean(r) / deviation(r) sqrt(N)
std::optional<double> sharpe(std::span<const double> returns, double periods_a_year);
// mean(r) / sqrt(sum of r^2 of the r < 0, over all n) sqrt(N)
std::optional<double> sortino(std::span<const double> returns, double periods_a_year);
// Sum of gains over sum of losses, threshold 0.
std::optional<double> omega(std::span<const double> returns);
// Share of normal distributions' Sharpe ratios, of this sample's length, skew and kurtosis, that is above `target` (of
// one period): normal_share((SR - target) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)). Bailey and Lopez de
// Prado, "The Sharpe ratio efficient frontier", Journal of Risk 15 (2012).
std::optional<double> probabilistic_sharpe(std::span<const double> returns, double target = 0);

// As returns: a loss is negative. Historical: 5 % quantile, and the mean of what is not above it. Normal: mean and
// deviation of a normal distribution.
std::optional<double> historical_var(std::span<const double> returns);
std::optional<double> historical_cvar(std::span<const double> returns);
std::optional<double> normal_var(std::span<const double> returns);
std::optional<double> normal_cvar(std::span<const double> returns);
// |95 % quantile| / |5 % quantile|
std::optional<double> tail_ratio(std::span<const double> returns);

// Against a benchmark's returns of the same periods (as many: asserted). `risk_free`: of one of them.
struct AgainstBenchmark {
  std::optional<double> beta;               // covariance(r, b) / variance(b)
  std::optional<double> alpha;              // (mean(r) - risk_free - beta (mean(b) - risk_free)) N
  std::optional<double> correlation;        // Pearson's
  std::optional<double> information_ratio;  // mean(r - b) / deviation(r - b) sqrt(N)
};
AgainstBenchmark against(std::span<const double> returns, std::span<const double> benchmark, double periods_a_year,
                         double risk_free = 0);

// Value i: of the returns i - window + 1 ... i; none before there are so many, or undefined.
std::vector<std::optional<double>> rolling(std::span<const double> returns, std::size_t window,
                                           std::optional<double> (*statistic)(std::span<const double>));

}  // namespace acts::report
