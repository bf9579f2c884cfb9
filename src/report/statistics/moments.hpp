// What statistics are made of. Undefined is empty, never NaN; arguments are finite. Pure.
#pragma once

#include <optional>
#include <span>

namespace acts::report {

// Of one value at least.
std::optional<double> mean(std::span<const double> values);
// Sample standard deviation: squares over n - 1; of two values at least.
std::optional<double> deviation(std::span<const double> values);
// Third and fourth central moment of the population over the power of its deviation: 0 and 3 for a normal distribution.
// None without a spread. The basis of the two below and of the probabilistic Sharpe ratio.
struct ShapeOf {
  double skew = 0;
  double kurtosis = 0;
};
std::optional<ShapeOf> population_shape(std::span<const double> values);
// Adjusted for the sample's size (Fisher and Pearson, as Excel, pandas and SAS have them); of 3 values at least.
std::optional<double> skewness(std::span<const double> values);
// The same, in excess of a normal distribution's; of 4 values at least.
std::optional<double> excess_kurtosis(std::span<const double> values);
// share: 0 ... 1. Between the two nearest values by a straight line (numpy's default, type 7 of Hyndman and Fan).
std::optional<double> quantile(std::span<const double> values, double share);
// Of the standard normal distribution, up to x.
double normal_share(double x);

// 5 % quantile of the standard normal distribution, and its density there.
inline constexpr double kNormal5 = -1.6448536269514722;
inline constexpr double kNormal5Density = 0.10313564037537139;

// Only what a double can hold.
std::optional<double> finite(double value);

}  // namespace acts::report
