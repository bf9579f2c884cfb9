// Moving averages. Values are finite (asserted); value() is there once ready() (asserted).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"
#include "acts/strategy/indicators/state.hpp"
#include "acts/strategy/indicators/window_fold.hpp"

namespace acts::indicators {

// Simple: the mean of the last n values. Ready with the n-th.
class Sma {
 public:
  explicit Sma(int period) : window_(period) {}
  void update(double value);
  [[nodiscard]] bool ready() const { return window_.is_full(); }
  [[nodiscard]] double value() const;
  void save(StateWriter& state) const { save_window(window_, state); }
  void restore(StateReader& state) { restore_window(window_, state); }

 private:
  WindowFold<double, SumFold> window_;
};

// Exponential: e += 2 / (n + 1) * (x - e), from the mean of the first n values on, with which it is ready. As TA-Lib's
// EMA; pandas' ewm(adjust=False) begins with the first value instead and comes to the same later.
class Ema {
 public:
  explicit Ema(int period);
  void update(double value);
  [[nodiscard]] bool ready() const { return seen_ >= period_; }
  [[nodiscard]] double value() const;
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  int period_;
  int seen_ = 0;  // values, up to the period
  double mean_ = 0;
};

// A simple average of integers (prices in units) as what it is, a sum over n: averages of two lengths are compared
// without rounding, so that a cross is a cross on every machine. Sums are 128 bits: no period overflows them.
class ExactAverage {
 public:
  // 1 ... kMaxPeriod (asserted).
  explicit ExactAverage(int period);
  void update(std::int64_t units) {
    sum_ += units;
    if (seen_ == ring_.size()) {
      sum_ -= ring_[at_];
    } else {
      ++seen_;
    }
    ring_[at_] = units;
    if (++at_ == ring_.size()) at_ = 0;
  }
  [[nodiscard]] bool ready() const { return seen_ == ring_.size(); }
  [[nodiscard]] int period() const { return static_cast<int>(ring_.size()); }
  // Of the values seen; their mean is sum() / period() once ready.
  [[nodiscard]] int128 sum() const { return sum_; }

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  std::vector<std::int64_t> ring_;
  std::size_t at_ = 0;
  std::size_t seen_ = 0;
  int128 sum_ = 0;
};

// 1: the mean of a is above that of b, -1: below, 0: equal. Both are ready (asserted).
inline int compare(const ExactAverage& a, const ExactAverage& b) {
  ACTS_ASSERT(a.ready() && b.ready());
  // A sum is nearly always one word, and two words are multiplied in an instant.
  const auto product = [](int128 sum, std::int64_t period) {
    const auto word = static_cast<std::int64_t>(sum);
    return word == sum ? int128{word} * period : sum * period;
  };
  const int128 left = product(a.sum(), b.period());
  const int128 right = product(b.sum(), a.period());
  return static_cast<int>(left > right) - static_cast<int>(left < right);
}

}  // namespace acts::indicators
