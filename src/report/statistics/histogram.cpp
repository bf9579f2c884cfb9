#include "report/statistics/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "acts/base/assert.hpp"

namespace acts::report {

std::optional<Histogram> histogram_of(std::span<const double> values, std::size_t bins) {
  ACTS_ASSERT(bins > 0);
  if (values.size() < 2) return std::nullopt;
  const auto [low, high] = std::ranges::minmax(values);
  const double width = (high - low) / static_cast<double>(bins);
  if (!(width > 0) || !std::isfinite(width)) return std::nullopt;
  Histogram histogram{.low = low, .width = width, .counts = std::vector<std::uint64_t>(bins)};
  for (const double value : values) {
    ++histogram.counts[std::min(static_cast<std::size_t>((value - low) / width), bins - 1)];
  }
  return histogram;
}

}  // namespace acts::report
