#include "backtest/order_counts.hpp"

#include <cstdint>

#include "sim/venue_codes.hpp"

namespace acts::backtest {

// An order that is only cut is answered without one.
int error_code_of(const OrderUpdate& update, Venue venue, sim::RefusalDetail detail) {
  const bool is_refused = update.event == OrderEvent::kRejected || update.event == OrderEvent::kExpired;
  return is_refused ? sim::code_of(update.reason, venue, update.side, detail) : 0;
}

void OrderCounter::on_order(const OrderUpdate& update, sim::RefusalDetail detail) {
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
  if (!venues_.empty()) {
    const int code = error_code_of(update, venues_.at(update.instrument.value()), detail);
    if (code != 0) ++counts.codes[code];
  }
  if (listener_ != nullptr) listener_->on_order(update, detail);
}

void OrderCounter::on_fill(const ToldFill& told) {
  OrderCounts& counts = counts_.at(told.fill.instrument.value());
  ++counts.fills;
  if (told.beyond != Quantity{}) {
    const bool is_of_trade = told.fill.cause == FillCause::kTradedThrough || told.fill.cause == FillCause::kQueueDone;
    OrderCounts::Excess& excess = is_of_trade ? counts.beyond_trades : counts.beyond_levels;
    ++excess.fills;
    // Beyond what is exact the most that can be told.
    if (__builtin_add_overflow(excess.units, told.beyond.units(), &excess.units)) excess.units = INT64_MAX;
  }
  if (listener_ != nullptr) listener_->on_fill(told);
}

OrderCounts sum_of(const std::vector<OrderCounts>& counts) {
  OrderCounts sum;
  for (const OrderCounts& of : counts) {
    sum.placed += of.placed;
    sum.refused += of.refused;
    sum.fills += of.fills;
    sum.beyond_trades.fills += of.beyond_trades.fills;
    sum.beyond_levels.fills += of.beyond_levels.fills;
    for (const auto& [reason, count] : of.rejected) sum.rejected[reason] += count;
    for (const auto& [reason, count] : of.expired) sum.expired[reason] += count;
    for (const auto& [code, count] : of.codes) sum.codes[code] += count;
  }
  return sum;
}

}  // namespace acts::backtest
