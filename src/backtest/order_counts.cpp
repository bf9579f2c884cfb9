#include "backtest/order_counts.hpp"

namespace acts::backtest {

void OrderCounter::on_order(const OrderUpdate& update) {
  OrderCounts& counts = counts_.at(update.instrument.value());
  if (update.event == OrderEvent::kSubmitted) ++counts.placed;
  if (update.event == OrderEvent::kExpired) ++counts.expired[update.reason];
  if (update.event == OrderEvent::kRejected && update.status == OrderStatus::kRejected) {
    ++counts.rejected[update.reason];
    // What is faulty is rejected here, and never submitted.
    const bool never_left = update.ts_event == UnixNanos{} && update.reason != RejectReason::kUnavailable;
    if (never_left) ++counts.placed;
  } else if (update.event == OrderEvent::kRejected) {
    ++counts.refused;
  }
  if (listener_ != nullptr) listener_->on_order(update);
}

void OrderCounter::on_fill(const ToldFill& told) {
  ++counts_.at(told.fill.instrument.value()).fills;
  if (listener_ != nullptr) listener_->on_fill(told);
}

OrderCounts sum_of(const std::vector<OrderCounts>& counts) {
  OrderCounts sum;
  for (const OrderCounts& of : counts) {
    sum.placed += of.placed;
    sum.refused += of.refused;
    sum.fills += of.fills;
    for (const auto& [reason, count] : of.rejected) sum.rejected[reason] += count;
    for (const auto& [reason, count] : of.expired) sum.expired[reason] += count;
  }
  return sum;
}

}  // namespace acts::backtest
