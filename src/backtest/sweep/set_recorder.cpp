#include "backtest/sweep/set_recorder.hpp"

#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

#include "backtest/money.hpp"

namespace acts::backtest {

SetRecorder::SetRecorder(std::vector<Scales> scales) : scales_(std::move(scales)), equities_(scales_.size()) {
  ACTS_ASSERT(!scales_.empty());
}

void SetRecorder::on_order(const OrderUpdate& update) {
  // One that is refused before it leaves is answered at once, without having been submitted.
  const bool never_left = update.event == OrderEvent::kRejected && update.ts_event == UnixNanos{};
  if (update.event == OrderEvent::kSubmitted || never_left) ++totals_.orders;
}

void SetRecorder::on_fill(const ToldFill& told) {
  const Fill& fill = told.fill;
  const Scales& scales = scales_[fill.instrument.value()];
  ++totals_.fills;
  totals_.turnover = plus(totals_.turnover, {(fill.price * fill.quantity).units(), scales.price + scales.quantity});
}

void SetRecorder::on_sample(const Sample& sample) {
  if (sample.ts > sampled_ && sampled_.value != INT64_MIN) end_sample();
  sampled_ = sample.ts;
  equities_[sample.instrument.value()] = sample.equity;
}

// All instruments have told theirs.
void SetRecorder::end_sample() {
  Decimal equity = equities_.front();
  for (std::size_t i = 1; i < equities_.size(); ++i) equity = plus(equity, equities_[i]);
  totals_.equity = equity;
  if (!has_highest_ || equity > highest_) highest_ = equity;
  has_highest_ = true;
  const Decimal fallen = minus(highest_, equity);
  if (fallen > totals_.max_drawdown) totals_.max_drawdown = fallen;
  closes_.add(sampled_, nearest_double(equity.units, power_of_ten(equity.scale)));
}

SetTotals SetRecorder::totals(const RunEnd& end) {
  if (sampled_.value != INT64_MIN) end_sample();
  totals_.position = {end.positions.front().quantity.units(), scales_.front().quantity};
  totals_.balance = totals_.fee = totals_.funding = Decimal{};
  for (const Position& position : end.positions) {
    totals_.balance = plus(totals_.balance, position.cash);
    totals_.fee = plus(totals_.fee, position.fee);
    totals_.funding = plus(totals_.funding, position.funding);
  }
  totals_.closes = closes_.closes();
  return totals_;
}

}  // namespace acts::backtest
