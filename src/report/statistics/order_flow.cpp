#include "report/statistics/order_flow.hpp"

#include <chrono>

namespace acts::report {
namespace {

double seconds_since(UnixNanos from, UnixNanos to) { return std::chrono::duration<double>(to - from).count(); }

bool ends_order(OrderEvent event) {
  return event == OrderEvent::kCancelled || event == OrderEvent::kExpired || event == OrderEvent::kFilled;
}

}  // namespace

// Of a taker it is a fill.
void OrderFlow::on_answer(Open& order, const OrderRow& row) {
  if (order.submitted && row.received) answers_.add(seconds_since(*order.submitted, *row.received));
  order.submitted.reset();
}

void OrderFlow::on_fill(Open& order, const OrderRow& row) {
  if (order.has_fill || !order.accepted) return;
  order.has_fill = true;
  ++filled_;
  queued_.add(seconds_since(*order.accepted, row.time));
}

void OrderFlow::on_order(const OrderRow& row) {
  ++counts_[static_cast<std::size_t>(std::to_underlying(row.event))];
  if (row.event == OrderEvent::kRejected) {
    const std::string reason = row.reason.empty() ? "no reason given" : row.reason;
    const bool is_known = rejects_.contains(reason) || rejects_.size() < kMostReasons;
    ++rejects_[is_known ? reason : "other reasons"];
  }
  std::pair<std::string, std::string> key{row.instrument, row.order_id};
  if (row.event == OrderEvent::kSubmitted) {
    if (open_.size() < kMostOpen) open_[std::move(key)] = {.submitted = row.time, .accepted = {}};
    return;
  }
  const auto open = open_.find(key);
  if (open == open_.end()) {
    accepted_ += row.event == OrderEvent::kAccepted ? 1U : 0U;
    return;
  }
  Open& order = open->second;
  const bool is_refused = row.event == OrderEvent::kRejected && !order.accepted;
  if (is_refused) ++rejected_;
  if (row.event == OrderEvent::kAccepted) {
    ++accepted_;
    order.accepted = row.time;
  }
  on_answer(order, row);
  if (row.event == OrderEvent::kFilled || row.event == OrderEvent::kPartiallyFilled) on_fill(order, row);
  if (is_refused || ends_order(row.event)) open_.erase(open);
}

}  // namespace acts::report
