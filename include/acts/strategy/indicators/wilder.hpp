// RSI and ATR by J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978), with his smoothing: the first
// average is the mean of the first n values, from then on a = (a * (n - 1) + x) / n. Values are finite (asserted);
// value() is there once ready() (asserted).
#pragma once

#include <optional>

#include "acts/strategy/indicators/state.hpp"

namespace acts::indicators {

class WilderAverage {
 public:
  // 1 ... kMaxPeriod (asserted).
  explicit WilderAverage(int period);
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

// Relative strength index, 0 ... 100: 100 - 100 / (1 + average gain / average loss), over the changes from value to
// value. Ready with the value n + 1. Where nothing has changed it is 50; where nothing was lost, 100.
class Rsi {
 public:
  explicit Rsi(int period) : gain_(period), loss_(period) {}
  void update(double value);
  [[nodiscard]] bool ready() const { return gain_.ready(); }
  [[nodiscard]] double value() const;
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  WilderAverage gain_;
  WilderAverage loss_;
  std::optional<double> last_;
};

// Average true range, in units of the price. The true range of a bar is the largest of high - low, |high - close
// before| and |low - close before|; of the first bar, high - low. Ready with the n-th bar.
class Atr {
 public:
  explicit Atr(int period) : range_(period) {}
  // low <= high (asserted).
  void update(double high, double low, double close);
  [[nodiscard]] bool ready() const { return range_.ready(); }
  [[nodiscard]] double value() const { return range_.value(); }
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  WilderAverage range_;
  std::optional<double> close_;
};

}  // namespace acts::indicators
