#include "report/statistics/drawdown.hpp"

#include <algorithm>
#include <cmath>

#include "report/statistics/moments.hpp"

namespace acts::report {

std::vector<std::optional<double>> underwater(std::span<const double> equity) {
  std::vector<std::optional<double>> depths;
  depths.reserve(equity.size());
  DrawdownMeter meter;
  for (const double value : equity) {
    meter.add(UnixNanos{}, value);
    depths.push_back(meter.now().share);
  }
  return depths;
}

std::optional<double> deepest_drawdown(std::span<const double> equity) {
  DrawdownMeter meter;
  for (const double value : equity) meter.add(UnixNanos{}, value);
  return meter.deepest().share;
}

std::optional<double> ulcer_index(std::span<const double> equity) {
  std::vector<double> squares;
  squares.reserve(equity.size());
  for (const std::optional<double>& depth : underwater(equity)) {
    if (!depth) return std::nullopt;
    squares.push_back(*depth * *depth);
  }
  const auto middle = mean(squares);
  return middle ? finite(std::sqrt(*middle)) : std::nullopt;
}

void DrawdownMeter::add(UnixNanos time, double equity) {
  if (!has_peak_) {
    has_peak_ = true;
    peak_ = equity;
    peak_time_ = time;
    deepest_.share = 0;
  }
  longest_ = std::max(longest_, equity < peak_ || now_.money < 0 ? time - peak_time_ : Nanos{0});
  if (equity >= peak_) {
    peak_ = equity;
    peak_time_ = time;
  }
  now_.money = equity - peak_;
  is_defined_ = is_defined_ && peak_ > 0;
  now_.share = is_defined_ ? finite(equity / peak_ - 1) : std::nullopt;
  deepest_.money = std::min(deepest_.money, now_.money);
  if (!now_.share) {
    deepest_.share = std::nullopt;
  } else if (deepest_.share) {
    deepest_.share = std::min(*deepest_.share, *now_.share);
  }
}

}  // namespace acts::report
