// How values lie among the last n of them. Values are finite (asserted); results are there once ready() (asserted).
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "acts/strategy/indicators/state.hpp"
#include "acts/strategy/indicators/window_fold.hpp"

namespace acts::indicators {

// J. Bollinger, "Bollinger on Bollinger Bands" (2001): the mean of the last n values, and k standard deviations (of the
// population: divided by n) around it. Ready with the n-th value.
class Bollinger {
 public:
  // `width`: k, finite and not negative (asserted); usual are 20 and 2.
  Bollinger(int period, double width);
  void update(double value);
  [[nodiscard]] bool ready() const { return window_.is_full(); }
  [[nodiscard]] double middle() const;
  [[nodiscard]] double upper() const { return middle() + half_width(); }
  [[nodiscard]] double lower() const { return middle() - half_width(); }
  // Where the newest value lies: 0 at the lower band, 1 at the upper; 0.5 if they are one.
  [[nodiscard]] double percent_b() const;
  // (upper - lower) / middle. The mean is not 0 (asserted).
  [[nodiscard]] double bandwidth() const;
  void save(StateWriter& state) const { save_window(window_, state); }
  void restore(StateReader& state) { restore_window(window_, state); }

 private:
  [[nodiscard]] double half_width() const;
  WindowFold<double, MomentsFold> window_;
  double width_;
};

// (x - mean) / standard deviation of the newest among the last n values, itself among them, the deviation that of the
// population; 0 if all are equal. Ready with the n-th value.
class ZScore {
 public:
  explicit ZScore(int period) : window_(period) {}
  void update(double value);
  [[nodiscard]] bool ready() const { return window_.is_full(); }
  [[nodiscard]] double value() const;
  void save(StateWriter& state) const { save_window(window_, state); }
  void restore(StateReader& state) { restore_window(window_, state); }

 private:
  WindowFold<double, MomentsFold> window_;
};

// A quantile of the last n values, between neighbours by the line through them: h = (n - 1) q, x[floor h] + (h - floor
// h) (x[floor h + 1] - x[floor h]), type 7 of R. Hyndman, Y. Fan, "Sample Quantiles in Statistical Packages" (1996), as
// numpy's default. O(log n) a value, without allocating once ready. Ready with the n-th value.
class RollingQuantile {
 public:
  // `quantile`: 0 ... 1 (asserted).
  RollingQuantile(int period, double quantile);
  RollingQuantile(const RollingQuantile&) = delete;
  RollingQuantile& operator=(const RollingQuantile&) = delete;
  RollingQuantile(RollingQuantile&&) = default;
  RollingQuantile& operator=(RollingQuantile&&) = default;
  ~RollingQuantile() = default;
  void update(double value);
  [[nodiscard]] bool ready() const { return seen_ == ring_.size(); }
  [[nodiscard]] double value() const;
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  void insert(std::multiset<double>::node_type node);
  void balance();
  std::multiset<double>::node_type take_oldest();

  std::vector<double> ring_;
  double quantile_;
  std::size_t low_size_;  // values up to the lower of the two neighbours: floor((n - 1) q) + 1
  std::size_t at_ = 0;
  std::size_t seen_ = 0;
  std::multiset<double> low_;   // the smallest low_size_ values, as far as there are so many
  std::multiset<double> high_;  // the others
};

// Realised volatility a year: sqrt(N / n * sum of the last n squared logarithmic returns), N being how many returns a
// year has (365 * 24 for hours: these markets do not close). No mean is taken off: T. Andersen, T. Bollerslev, F.
// Diebold, P. Labys, "Modeling and Forecasting Realized Volatility" (2003). Ready with the price n + 1.
class RealisedVolatility {
 public:
  // `periods_a_year`: finite, above 0 (asserted); 1 leaves the plain root of the mean square.
  RealisedVolatility(int period, double periods_a_year);
  // `price`: above 0 (asserted).
  void update(double price);
  [[nodiscard]] bool ready() const { return squares_.is_full(); }
  [[nodiscard]] double value() const;
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  WindowFold<double, SumFold> squares_;
  double periods_a_year_;
  std::optional<double> last_;  // the logarithm of the price
};

}  // namespace acts::indicators
