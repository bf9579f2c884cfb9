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
    std::int64_t& oldest = ring_[at_];  // 0 as long as there is none
    sum_ += int128{units} - oldest;
    oldest = units;
    if (++at_ < ring_.size()) return;
    at_ = 0;
    is_full_ = true;
  }
  [[nodiscard]] bool ready() const { return is_full_; }
  [[nodiscard]] int period() const { return static_cast<int>(ring_.size()); }
  // Of the values seen; their mean is sum() / period() once ready.
  [[nodiscard]] int128 sum() const { return sum_; }

  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  std::vector<std::int64_t> ring_;
  std::size_t at_ = 0;  // until it is full, how many there are
  bool is_full_ = false;
  int128 sum_ = 0;
};

// 1: the mean of a is above that of b, -1: below, 0: equal. Both are ready (asserted).
inline int compare(const ExactAverage& a, const ExactAverage& b) {
  ACTS_ASSERT(a.ready() && b.ready());
  const auto sign = [](auto left, auto right) {
    return static_cast<int>(left > right) - static_cast<int>(left < right);
  };
  // A sum is nearly always one word, and so is what it comes to a period of the other.
  const auto first = static_cast<std::int64_t>(a.sum());
  const auto second = static_cast<std::int64_t>(b.sum());
  std::int64_t left = 0;
  std::int64_t right = 0;
  if (first == a.sum() && second == b.sum() && !__builtin_mul_overflow(first, b.period(), &left) &&
      !__builtin_mul_overflow(second, a.period(), &right)) {
    return sign(left, right);
  }
  return sign(a.sum() * b.period(), b.sum() * a.period());
}

}  // namespace acts::indicators
