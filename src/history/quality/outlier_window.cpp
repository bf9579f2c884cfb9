#include "history/quality/outlier_window.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace acts::history {
namespace {

double number_of(const Decimal& value) {
  return static_cast<double>(value.units) / static_cast<double>(power_of_ten(value.scale));
}

// Reorders `values`, which are not empty.
double median_of(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

std::optional<OutlierWindow::Outlier> OutlierWindow::add(const Prices& prices) {
  const std::size_t slot = added_++ % kSlots;
  lows_[slot] = number_of(prices.low);
  highs_[slot] = number_of(prices.high);
  closes_[slot] = number_of(prices.close);
  exact_[slot] = prices;
  if (added_ <= kNeighbours) return std::nullopt;
  return judge(judged_++);
}

std::optional<OutlierWindow::Outlier> OutlierWindow::finish() {
  while (judged_ < added_) {
    if (auto outlier = judge(judged_++)) return outlier;
  }
  return std::nullopt;
}

std::optional<OutlierWindow::Outlier> OutlierWindow::judge(std::size_t index) const {
  // Nearly always all of them are so near to each other that none needs more than a look.
  const std::size_t held = std::min(added_, kSlots);
  const double lowest = *std::min_element(lows_.begin(), lows_.begin() + static_cast<std::ptrdiff_t>(held));
  const double highest = *std::max_element(highs_.begin(), highs_.begin() + static_cast<std::ptrdiff_t>(held));
  if (highest - lowest <= kLeastPart * lowest) return std::nullopt;

  const std::size_t first = index > kNeighbours ? index - kNeighbours : 0;
  std::array<double, 2 * kNeighbours> closes{};
  std::size_t count = 0;
  for (std::size_t i = first; i < std::min(added_, index + kNeighbours + 1); ++i) {
    if (i != index) closes[count++] = closes_[i % kSlots];
  }
  if (count < kLeastNeighbours) return std::nullopt;
  const std::span<double> neighbours(closes.data(), count);
  const double median = median_of(neighbours);
  const double deviation = std::accumulate(neighbours.begin(), neighbours.end(), 0.0,
                                           [&](double sum, double price) { return sum + std::abs(price - median); }) /
                           static_cast<double>(count);
  const std::size_t slot = index % kSlots;
  const bool is_above = highs_[slot] - median > median - lows_[slot];
  const double apart = is_above ? highs_[slot] - median : median - lows_[slot];
  if (apart <= std::max(kDeviations * deviation, kLeastPart * median)) return std::nullopt;
  return Outlier{exact_[slot].time, is_above ? exact_[slot].high : exact_[slot].low, median};
}

}  // namespace acts::history
