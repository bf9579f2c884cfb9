// How far equity is below its highest so far. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "acts/base/time.hpp"

namespace acts::report {

// min(E / highest so far - 1), 0 if it never falls; -1 or less where E reaches 0. None without a value, or where the
// highest so far is not above 0.
std::optional<double> deepest_drawdown(std::span<const double> equity);
// sqrt(mean((E / highest so far - 1)^2)); none as above. (quantstats divides by n - 1.)
std::optional<double> ulcer_index(std::span<const double> equity);
// E / highest so far - 1 of each; none from the first on where that is not above 0.
std::vector<std::optional<double>> underwater(std::span<const double> equity);

// The same of values that come one by one, by time, with the longest time from a peak to the next value that reaches
// it, or to the last value.
class DrawdownMeter {
 public:
  void add(UnixNanos time, double equity);
  struct Depth {
    double money = 0;             // E - highest so far
    std::optional<double> share;  // E / highest so far - 1
  };
  [[nodiscard]] const Depth& now() const { return now_; }
  [[nodiscard]] const Depth& deepest() const { return deepest_; }  // of each the deepest
  [[nodiscard]] Nanos longest() const { return longest_; }

 private:
  bool has_peak_ = false;
  bool is_defined_ = true;  // every peak so far was above 0
  double peak_ = 0;
  UnixNanos peak_time_;
  Depth now_;
  Depth deepest_;
  Nanos longest_{0};
};

}  // namespace acts::report
