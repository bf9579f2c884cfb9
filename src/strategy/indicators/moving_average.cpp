#include "acts/strategy/indicators/moving_average.hpp"

#include <algorithm>
#include <cmath>

#include "acts/base/assert.hpp"

namespace acts::indicators {

void Sma::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  window_.add(value);
}

double Sma::value() const {
  ACTS_ASSERT(ready());
  return window_.total() / window_.period();
}

Ema::Ema(int period) : period_(period) { ACTS_ASSERT(period >= 1 && period <= kMaxPeriod); }

void Ema::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  if (ready()) {
    mean_ += 2.0 / (period_ + 1.0) * (value - mean_);
    return;
  }
  ++seen_;
  mean_ += (value - mean_) / seen_;
}

double Ema::value() const {
  ACTS_ASSERT(ready());
  return mean_;
}

void Ema::save(StateWriter& state) const {
  state.integer(period_);
  state.integer(seen_);
  state.number(mean_);
}

void Ema::restore(StateReader& state) {
  state.expect(period_);
  seen_ = static_cast<int>(state.count(static_cast<std::size_t>(period_)));
  mean_ = state.number();
}

ExactAverage::ExactAverage(int period) : period_(static_cast<std::size_t>(period)) {
  ACTS_ASSERT(period >= 1 && period <= kMaxPeriod);
  ring_.resize(period_);
}

void ExactAverage::save(StateWriter& state) const {
  state.integer(period());
  const std::size_t seen = ready() ? ring_.size() : at_;
  state.integer(static_cast<std::int64_t>(seen));
  const std::size_t first = ready() ? at_ : 0;
  for (std::size_t i = 0; i < seen; ++i) state.integer(ring_[(first + i) % ring_.size()]);
}

void ExactAverage::restore(StateReader& state) {
  state.expect(period());
  const std::size_t seen = state.count(ring_.size());
  std::ranges::fill(ring_, 0);
  at_ = 0;
  is_full_ = false;
  near_ = 0;
  rounds_ = 0;
  for (std::size_t i = 0; i < seen && !state.is_bad(); ++i) update(state.integer());
}

}  // namespace acts::indicators
