#include "acts/strategy/indicators/rolling.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::indicators {
namespace {

double deviation_of(const Moments& moments) { return std::sqrt(moments.squares / moments.count); }

}  // namespace

Bollinger::Bollinger(int period, double width) : window_(period), width_(width) {
  ACTS_ASSERT(std::isfinite(width) && width >= 0);
}

void Bollinger::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  window_.add(value);
}

double Bollinger::middle() const {
  ACTS_ASSERT(ready());
  return window_.total().mean;
}

double Bollinger::half_width() const {
  ACTS_ASSERT(ready());
  return width_ * deviation_of(window_.total());
}

double Bollinger::percent_b() const {
  const double width = upper() - lower();
  return width > 0 ? (window_.newest() - lower()) / width : 0.5;
}

double Bollinger::bandwidth() const {
  ACTS_ASSERT(middle() != 0);
  return (upper() - lower()) / middle();
}

void ZScore::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  window_.add(value);
}

double ZScore::value() const {
  ACTS_ASSERT(ready());
  const Moments moments = window_.total();
  const double deviation = deviation_of(moments);
  return deviation > 0 ? (window_.newest() - moments.mean) / deviation : 0;
}

RollingQuantile::RollingQuantile(int period, double quantile) : quantile_(quantile) {
  ACTS_ASSERT(period >= 1 && period <= kMaxPeriod);
  ACTS_ASSERT(quantile >= 0 && quantile <= 1);
  ring_.resize(static_cast<std::size_t>(period));
  low_size_ = static_cast<std::size_t>(std::floor((period - 1) * quantile)) + 1;
}

void RollingQuantile::update(double value) {
  ACTS_ASSERT(std::isfinite(value));
  std::multiset<double>::node_type node;
  if (ready()) {
    node = take_oldest();
    node.value() = value;
    insert(std::move(node));
  } else {
    ++seen_;
    (low_.empty() || value < *low_.rbegin() ? low_ : high_).insert(value);
  }
  ring_[at_] = value;
  at_ = (at_ + 1) % ring_.size();
  balance();
}

// Of equal values it is the same which one goes.
std::multiset<double>::node_type RollingQuantile::take_oldest() {
  const double oldest = ring_[at_];
  std::multiset<double>& side = oldest <= *low_.rbegin() ? low_ : high_;
  return side.extract(side.find(oldest));
}

void RollingQuantile::insert(std::multiset<double>::node_type node) {
  const bool is_low = !low_.empty() && node.value() < *low_.rbegin();
  (is_low ? low_ : high_).insert(std::move(node));
}

void RollingQuantile::balance() {
  const std::size_t wanted = std::min(low_size_, seen_);
  while (low_.size() > wanted) high_.insert(low_.extract(std::prev(low_.end())));
  while (low_.size() < wanted) low_.insert(high_.extract(high_.begin()));
}

double RollingQuantile::value() const {
  ACTS_ASSERT(ready());
  const double lower = *low_.rbegin();
  if (high_.empty()) return lower;
  const double place = static_cast<double>(ring_.size() - 1) * quantile_;
  return lower + (place - std::floor(place)) * (*high_.begin() - lower);
}

void RollingQuantile::save(StateWriter& state) const {
  state.integer(static_cast<std::int64_t>(ring_.size()));
  state.number(quantile_);
  state.integer(static_cast<std::int64_t>(seen_));
  const std::size_t first = ready() ? at_ : 0;
  for (std::size_t i = 0; i < seen_; ++i) state.number(ring_[(first + i) % ring_.size()]);
}

void RollingQuantile::restore(StateReader& state) {
  state.expect(static_cast<std::int64_t>(ring_.size()));
  state.expect_number(quantile_);
  const std::size_t seen = state.count(ring_.size());
  low_.clear();
  high_.clear();
  at_ = 0;
  seen_ = 0;
  for (std::size_t i = 0; i < seen && !state.is_bad(); ++i) {
    const double value = state.number();
    if (!state.is_bad()) update(value);
  }
}

RealisedVolatility::RealisedVolatility(int period, double periods_a_year)
    : squares_(period), periods_a_year_(periods_a_year) {
  ACTS_ASSERT(std::isfinite(periods_a_year) && periods_a_year > 0);
}

void RealisedVolatility::update(double price) {
  ACTS_ASSERT(std::isfinite(price) && price > 0);
  const double now = std::log(price);
  if (last_) squares_.add((now - *last_) * (now - *last_));
  last_ = now;
}

double RealisedVolatility::value() const {
  ACTS_ASSERT(ready());
  return std::sqrt(periods_a_year_ / squares_.period() * squares_.total());
}

void RealisedVolatility::save(StateWriter& state) const {
  save_window(squares_, state);
  state.optional(last_);
}

void RealisedVolatility::restore(StateReader& state) {
  restore_window(squares_, state);
  last_ = state.optional();
}

}  // namespace acts::indicators
