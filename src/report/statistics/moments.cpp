#include "report/statistics/moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace acts::report {
namespace {

// Mean of the values' distance from their mean, to a power.
double central_moment(std::span<const double> values, double middle, int power) {
  double total = 0;
  for (const double value : values) total += std::pow(value - middle, power);
  return total / static_cast<double>(values.size());
}

}  // namespace

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::optional<double> mean(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  double total = 0;
  for (const double value : values) total += value;
  return finite(total / static_cast<double>(values.size()));
}

std::optional<double> deviation(std::span<const double> values) {
  const auto middle = mean(values);
  if (!middle || values.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  return finite(std::sqrt(central_moment(values, *middle, 2) * n / (n - 1)));
}

std::optional<ShapeOf> population_shape(std::span<const double> values) {
  const auto middle = mean(values);
  if (!middle) return std::nullopt;
  const double variance = central_moment(values, *middle, 2);
  // What rounding leaves of equal values is no spread.
  if (!(std::sqrt(variance) > std::abs(*middle) * 1e-14)) return std::nullopt;
  const auto skew = finite(central_moment(values, *middle, 3) / std::pow(variance, 1.5));
  const auto kurtosis = finite(central_moment(values, *middle, 4) / (variance * variance));
  if (!skew || !kurtosis) return std::nullopt;
  return ShapeOf{*skew, *kurtosis};
}

std::optional<double> skewness(std::span<const double> values) {
  const auto shape = population_shape(values);
  if (!shape || values.size() < 3) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  return shape->skew * std::sqrt(n * (n - 1)) / (n - 2);
}

std::optional<double> excess_kurtosis(std::span<const double> values) {
  const auto shape = population_shape(values);
  if (!shape || values.size() < 4) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (shape->kurtosis - 3) + 6);
}

std::optional<double> quantile(std::span<const double> values, double share) {
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const double place = share * static_cast<double>(sorted.size() - 1);
  const double below = std::floor(place);
  const double low = sorted[static_cast<std::size_t>(below)];
  const double high = sorted[std::min(static_cast<std::size_t>(below) + 1, sorted.size() - 1)];
  return finite(low + (high - low) * (place - below));
}

double normal_share(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

}  // namespace acts::report
