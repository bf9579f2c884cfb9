// What is asked of a venue over bars: orders that come, are changed and are cancelled.
#include <utility>

#include "backtest/bars/bar_venue.hpp"

namespace acts::backtest {

RejectReason BarVenue::reason_against(const NewOrder& order) const {
  const std::int64_t tick = options_.tick.units();
  const auto is_off = [tick](Price price) { return price.units() <= 0 || price.units() % tick != 0; };
  if (order.quantity.units() <= 0 || order.quantity.units() % options_.lot.units() != 0) {
    return RejectReason::kQuantityOffLot;
  }
  if (order.quantity.units() > kMostQuantity) return RejectReason::kQuantityOutOfRange;
  const OrderType type = order.type;
  const bool has_limit =
      type == OrderType::kLimit || type == OrderType::kStopLimit || type == OrderType::kTakeProfitLimit;
  if (has_limit && is_off(order.price)) return RejectReason::kPriceOffTick;
  const bool has_trail = type == OrderType::kTrailingStop;
  const bool has_stop = !has_trail && type != OrderType::kLimit && type != OrderType::kMarket;
  if ((has_stop && is_off(order.stop_price)) || (has_trail && is_off(order.trail))) return RejectReason::kPriceOffTick;
  return orders_.size() >= kMostOrders ? RejectReason::kTooManyOrders : RejectReason::kNone;
}

void BarVenue::place(ClientOrderId id, const NewOrder& order, UnixNanos now) {
  now_ = now;
  const RejectReason against = reason_against(order);
  take(id, order, {});
  answer(orders_.size() - 1, against);
  sweep_out();
}

void BarVenue::place_oco(const OcoIds& ids, const NewOrder& first, const NewOrder& second, UnixNanos now) {
  now_ = now;
  const bool is_pair = can_be_oco(first, second);
  RejectReason against[2] = {is_pair ? reason_against(first) : RejectReason::kNotSupported,
                             is_pair ? reason_against(second) : RejectReason::kNotSupported};
  const bool is_full = orders_.size() + 1 >= kMostOrders;
  if (is_full && against[1] == RejectReason::kNone) against[1] = RejectReason::kTooManyOrders;
  const bool are_good = against[0] == RejectReason::kNone && against[1] == RejectReason::kNone;
  take(ids.first, first, are_good ? ids.second : ClientOrderId{});
  take(ids.second, second, are_good ? ids.first : ClientOrderId{});
  for (std::size_t i = 0; i < 2; ++i) {
    if (!are_good && against[i] == RejectReason::kNone) against[i] = RejectReason::kLinkedOrder;
    answer(orders_.size() - 2 + i, against[i]);
  }
  sweep_out();
}

void BarVenue::take(ClientOrderId id, const NewOrder& order, ClientOrderId linked) {
  // Of a pair a limit order is post-only: can_be_oco().
  const bool is_post_only = linked != ClientOrderId{} && order.type == OrderType::kLimit;
  orders_.push_back({.id = id,
                     .instrument = order.instrument,
                     .side = order.side,
                     .type = order.type,
                     .time_in_force = is_post_only ? TimeInForce::kGtx : order.time_in_force,
                     .price = order.price,
                     .quantity = order.quantity,
                     .left = order.quantity,
                     .stop_price = order.stop_price,
                     .status = OrderStatus::kPendingNew,
                     .is_requested = false,
                     .trail = order.trail,
                     .reduce_only = order.reduce_only,
                     .linked = linked});
  extras_.push_back({.is_reduce_only = order.reduce_only});
  const Price waits_for = order.type == OrderType::kTrailingStop ? order.trail : order.stop_price;
  if (is_conditional(order.type) && waits_for.units() > 0) {
    extras_.back().trigger.emplace(order.side, order.type, waits_for.units());
  }
}

void BarVenue::answer(std::size_t i, RejectReason against) {
  tell(i, OrderEvent::kSubmitted);
  orders_[i].status = OrderStatus::kNew;
  if (against == RejectReason::kNone) {
    tell(i, OrderEvent::kAccepted);
  } else {
    finish(i, OrderEvent::kRejected, OrderStatus::kRejected, against);
  }
}

void BarVenue::modify(const ModifyOrder& change, UnixNanos now) {
  now_ = now;
  const std::size_t i = index_of(change.id);
  if (i != kNowhere && !defer(i, change, false)) apply_change(i, change);
}

bool BarVenue::defer(std::size_t i, const ModifyOrder& change, bool is_cancel) {
  if (!defers_ || !extras_[i].is_admitted) return false;
  if (std::exchange(orders_[i].is_requested, true)) return true;
  extras_[i].is_doubtful = true;
  const bool ends = is_cancel || change.quantity.units() <= 0;
  const std::size_t other = ends ? index_of(orders_[i].linked) : kNowhere;
  if (other != kNowhere) extras_[other].is_doubtful = true;
  deferred_.push_back({.change = change, .is_cancel = is_cancel, .order = orders_[i]});
  return true;
}

void BarVenue::apply_deferred() {
  defers_ = false;
  if (deferred_.empty()) return;
  for (Extra& extra : extras_) extra.is_doubtful = false;
  for (const Deferred& asked : deferred_) {
    const std::size_t i = index_of(asked.order.id);
    if (i == kNowhere) {
      OrderUpdate update = update_of(asked.order, OrderEvent::kRejected, RejectReason::kUnknownOrder);
      update.status = OrderStatus::kFilled;  // as at the venue of order books: it is over
      update.left = {};
      answers_.emplace_back(update);
      continue;
    }
    orders_[i].is_requested = false;
    if (asked.is_cancel) {
      take_out(i);
    } else {
      apply_change(i, asked.change);
    }
  }
  deferred_.clear();
}

void BarVenue::apply_change(std::size_t i, const ModifyOrder& change) {
  OpenOrder& order = orders_[i];
  const std::int64_t tick = options_.tick.units();
  const bool has_price = has_limit(order.type);
  std::optional<sim::Trigger>& trigger = extras_[i].trigger;
  Price& waits_for = order.type == OrderType::kTrailingStop ? order.trail : order.stop_price;
  const Price moved = order.type == OrderType::kTrailingStop ? change.trail : change.stop_price;
  const bool moves = trigger && !extras_[i].is_triggered && moved != Price{};
  const bool is_off = (has_price && (change.price.units() <= 0 || change.price.units() % tick != 0)) ||
                      (moves && (moved.units() < 0 || moved.units() % tick != 0));
  if (is_off || change.quantity.units() % options_.lot.units() != 0 || change.quantity.units() > kMostQuantity) {
    tell(i, OrderEvent::kRejected, is_off ? RejectReason::kPriceOffTick : RejectReason::kQuantityOffLot);
    return;
  }
  const std::int64_t filled = order.quantity.units() - order.left.units();
  if (change.quantity.units() <= filled) return take_out(i);
  const OpenOrder before = order;
  if (has_price) order.price = change.price;
  if (moves) waits_for = moved;
  order.quantity = change.quantity;
  order.left = Quantity{change.quantity.units() - filled};
  const RejectReason against = extras_[i].is_admitted ? set_aside(i) : RejectReason::kNone;
  if (against != RejectReason::kNone) {
    order = before;
    return tell(i, OrderEvent::kRejected, against);
  }
  if (moves) trigger->set(moved.units());
  extras_[i].is_arriving = true;  // at its new price it may take
  tell(i, OrderEvent::kModified);
}

void BarVenue::cancel(ClientOrderId id, UnixNanos now) {
  now_ = now;
  const std::size_t i = index_of(id);
  if (i != kNowhere && !defer(i, {}, true)) take_out(i);
}

void BarVenue::take_out(std::size_t i) {
  finish(i, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone);
  end_linked(i, OrderEvent::kCancelled);
  sweep_out();
}

}  // namespace acts::backtest
