#include "backtest/sweep/set_recorder.hpp"

#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/ratio.hpp"

#include "backtest/money.hpp"

namespace acts::backtest {

SetRecorder::SetRecorder(std::vector<Scales> scales, const Decimal& capital)
    : scales_(std::move(scales)), capital_(capital), equities_(scales_.size()), counter_(scales_.size(), nullptr) {
  ACTS_ASSERT(!scales_.empty());
}

void SetRecorder::on_order(const OrderUpdate& update, sim::RefusalDetail detail) { counter_.on_order(update, detail); }

void SetRecorder::on_fill(const ToldFill& told) {
  counter_.on_fill(told);
  totals_.turnover = plus(totals_.turnover, told.value);
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
  closes_.add(sampled_, double_of_sum(equity, capital_));
}

SetTotals SetRecorder::totals(const RunEnd& end) {
  if (sampled_.value != INT64_MIN) end_sample();
  totals_.position = held(end.positions.front(), scales_.front().quantity);
  totals_.balance = totals_.fee = totals_.funding = Decimal{};
  for (const Position& position : end.positions) {
    totals_.balance = plus(totals_.balance, position.cash);
    totals_.fee = plus(totals_.fee, position.fee);
    totals_.funding = plus(totals_.funding, position.funding);
  }
  const OrderCounts counts = sum_of(counter_.counts());
  totals_.orders = counts.placed;
  totals_.fills = counts.fills;
  totals_.closes = closes_.closes();
  return totals_;
}

}  // namespace acts::backtest
