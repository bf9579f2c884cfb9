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
// without rounding, so that a cross is a cross on every machine. Sums are exact: no period overflows them.
class ExactAverage {
 public:
  // 1 ... kMaxPeriod (asserted).
  explicit ExactAverage(int period);
  void update(std::int64_t units) {
    std::int64_t& oldest = ring_[at_];  // 0 as long as there is none
    // Of what 64 bits leave out only whole rounds are counted: they are rare, and this is done at every bar.
    if (__builtin_add_overflow(near_, units, &near_)) rounds_ += units > 0 ? 1 : -1;
    if (__builtin_sub_overflow(near_, oldest, &near_)) rounds_ += oldest > 0 ? -1 : 1;
    oldest = units;
    if (++at_ < period_) return;
    at_ = 0;
    is_full_ = true;
  }
  [[nodiscard]] bool ready() const { return is_full_; }
  [[nodiscard]] int period() const { return static_cast<int>(period_); }
  // Of the values seen; their mean is sum() / period() once ready.
  [[nodiscard]] int128 sum() const { return near_ + rounds_ * kRound; }

  void save(StateWriter& state) const;
  void restore(StateReader& state);

  // 1: the mean of a is above that of b, -1: below, 0: equal. Both are ready (asserted).
  friend int compare(const ExactAverage& a, const ExactAverage& b) {
    ACTS_ASSERT(a.ready() && b.ready());
    const auto sign = [](auto left, auto right) {
      return static_cast<int>(left > right) - static_cast<int>(left < right);
    };
    // What a sum comes to a period of the other is nearly always one word.
    std::int64_t left = 0;
    std::int64_t right = 0;
    if (a.rounds_ == 0 && b.rounds_ == 0 && !__builtin_mul_overflow(a.near_, b.period(), &left) &&
        !__builtin_mul_overflow(b.near_, a.period(), &right)) {
      return sign(left, right);
    }
    return sign(a.sum() * b.period(), b.sum() * a.period());
  }

 private:
  static constexpr int128 kRound = int128{1} << 64;

  std::vector<std::int64_t> ring_;
  std::size_t period_;
  std::size_t at_ = 0;  // until it is full, how many there are
  bool is_full_ = false;
  std::int64_t near_ = 0;    // the sum, less
  std::int64_t rounds_ = 0;  // so many times 2^64
};

}  // namespace acts::indicators
