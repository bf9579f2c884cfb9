#include "acts/strategy/indicators/wilder.hpp"

#include <algorithm>
#include <cmath>

#include "acts/base/assert.hpp"

namespace acts::indicators {

WilderAverage::WilderAverage(int period) : period_(period) { ACTS_ASSERT(period >= 1 && period <= kMaxPeriod); }

void WilderAverage::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  if (!ready()) ++seen_;
  mean_ += (value - mean_) / seen_;
}

double WilderAverage::value() const {
  ACTS_ASSERT(ready());
  return mean_;
}

void WilderAverage::save(StateWriter& state) const {
  state.integer(period_);
  state.integer(seen_);
  state.number(mean_);
}

void WilderAverage::restore(StateReader& state) {
  state.expect(period_);
  seen_ = static_cast<int>(state.count(static_cast<std::size_t>(period_)));
  mean_ = state.number();
}

void Rsi::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  if (last_) {
    gain_.update(std::max(value - *last_, 0.0));
    loss_.update(std::max(*last_ - value, 0.0));
  }
  last_ = value;
}

double Rsi::value() const {
  const double gain = gain_.value();
  const double both = gain + loss_.value();
  return both > 0 ? 100 * (gain / both) : 50;
}

void Rsi::save(StateWriter& state) const {
  gain_.save(state);
  loss_.save(state);
  state.optional(last_);
}

void Rsi::restore(StateReader& state) {
  gain_.restore(state);
  loss_.restore(state);
  last_ = state.optional();
}

void Atr::update(double high, double low, double close) {
  ACTS_ASSERT(std::isfinite(close) && low <= high);
  double range = high - low;
  if (close_) range = std::max({range, std::abs(high - *close_), std::abs(low - *close_)});
  range_.update(range);
  close_ = close;
}

void Atr::save(StateWriter& state) const {
  range_.save(state);
  state.optional(close_);
}

void Atr::restore(StateReader& state) {
  range_.restore(state);
  close_ = state.optional();
}

}  // namespace acts::indicators
