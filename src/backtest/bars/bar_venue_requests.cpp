// What is asked of a venue over bars: orders that come, are changed and are cancelled.
#include <utility>

#include "backtest/bars/bar_venue.hpp"

namespace acts::backtest {

RejectReason BarVenue::shape_against(const NewOrder& order) const {
  const std::int64_t tick = options_.tick.units();
  const auto is_off = [tick](Price price) { return price.units() <= 0 || price.units() % tick != 0; };
  if (order.quantity.units() <= 0 || order.quantity.units() % options_.lot.units() != 0) {
    return RejectReason::kQuantityOffLot;
  }
  if (order.quantity.units() > kMostQuantity) return RejectReason::kQuantityOutOfRange;
  if (has_limit(order.type) && is_off(order.price)) return RejectReason::kPriceOffTick;
  const bool has_trail = order.type == OrderType::kTrailingStop;
  const bool is_stop_off = is_conditional(order.type) && is_off(has_trail ? order.trail : order.stop_price);
  return is_stop_off ? RejectReason::kPriceOffTick : RejectReason::kNone;
}

sim::FilterView BarVenue::filter_view() const {
  sim::FilterView view;
  if (last_price_ != Price{}) view.double_reference = 2 * (last_price_.units() / options_.tick.units());
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    view.open += orders_[i].type == OrderType::kMarket ? 0U : 1U;
    view.waiting += is_stop(i) || is_profit(i) ? 1U : 0U;
  }
  return view;
}

sim::VenueOrder BarVenue::venue_order_of(const NewOrder& order) const {
  const sim::SideIndex side = sim::index_of(order.side);
  const std::int64_t tick = options_.tick.units();
  const Price waits_for = order.type == OrderType::kTrailingStop ? order.trail : order.stop_price;
  return {.side = side,
          .type = order.type,
          .time_in_force = order.time_in_force,
          .rank = has_limit(order.type) ? sim::rank_of(side, order.price.units() / tick) : 0,
          .quantity = order.quantity.units(),
          .stop = is_conditional(order.type) ? waits_for.units() / tick : 0,
          .is_reduce_only = order.reduce_only};
}

// What never leaves counts for no rate.
BarVenue::Refusal BarVenue::refusal_of(const NewOrder& order, const NewOrder* before) {
  const std::size_t others = before == nullptr ? 0 : 1;
  if (const RejectReason shape = shape_against(order); shape != RejectReason::kNone) return {.reason = shape};
  const bool is_request = before == nullptr;
  if (is_request && !requests_in_time_.take(now_)) {
    return {.reason = RejectReason::kOrderRate, .detail = sim::RefusalDetail::kRequests};
  }
  if (!orders_in_time_.take(now_)) return {.reason = RejectReason::kOrderRate};
  if (orders_.size() + others >= kMostOrders) return {.reason = RejectReason::kTooManyOrders};
  sim::FilterView view = filter_view();
  view.open += others;
  view.waiting += before != nullptr && is_conditional(before->type) ? 1U : 0U;
  const sim::VenueOrder sent = venue_order_of(order);
  RejectReason reason = sim::refusal_of_count(options_.filters, sent, view);
  if (reason == RejectReason::kNone) reason = sim::refusal_of(options_.filters, sent, view);
  return {.reason = reason, .detail = sim::detail_of(options_.filters, sent, reason)};
}

void BarVenue::place(ClientOrderId id, const NewOrder& order, UnixNanos now) {
  now_ = now;
  const Refusal against = refusal_of(order, nullptr);
  take(id, order, {});
  answer(orders_.size() - 1, against);
  sweep_out();
}

void BarVenue::place_oco(const OcoIds& ids, const NewOrder& first, const NewOrder& second, UnixNanos now) {
  now_ = now;
  const bool is_pair = can_be_oco(first, second);
  Refusal against[2] = {{.reason = RejectReason::kNotSupported}, {.reason = RejectReason::kNotSupported}};
  if (is_pair) {
    against[0] = refusal_of(first, nullptr);
    const bool has_come = against[0].detail != sim::RefusalDetail::kRequests;
    against[1] = has_come ? refusal_of(second, &first) : against[0];
  }
  const bool are_good = against[0].reason == RejectReason::kNone && against[1].reason == RejectReason::kNone;
  take(ids.first, first, are_good ? ids.second : ClientOrderId{});
  take(ids.second, second, are_good ? ids.first : ClientOrderId{});
  for (std::size_t i = 0; i < 2; ++i) {
    if (!are_good && against[i].reason == RejectReason::kNone) against[i].reason = RejectReason::kLinkedOrder;
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

void BarVenue::answer(std::size_t i, const Refusal& against) {
  tell(i, OrderEvent::kSubmitted);
  orders_[i].status = OrderStatus::kNew;
  if (against.reason == RejectReason::kNone) {
    tell(i, OrderEvent::kAccepted);
  } else {
    finish(i, OrderEvent::kRejected, OrderStatus::kRejected, against.reason, against.detail);
  }
}

void BarVenue::modify(const ModifyOrder& change, UnixNanos now) {
  now_ = now;
  const std::size_t i = index_of(change.id);
  if (i == kNowhere || !is_in_time(i, true)) return;
  if (!defer(i, change, false)) apply_change(i, change);
}

bool BarVenue::is_in_time(std::size_t i, bool is_change) {
  const bool is_taken = requests_in_time_.take(now_);
  if (is_taken && (!is_change || orders_in_time_.take(now_))) return true;
  tell(i, OrderEvent::kRejected, RejectReason::kOrderRate,
       is_taken ? sim::RefusalDetail::kNone : sim::RefusalDetail::kRequests);
  return false;
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
      const auto detail = asked.is_cancel ? sim::RefusalDetail::kNone : sim::RefusalDetail::kChange;
      answers_.emplace_back(BarUpdate{.update = update, .detail = detail});
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
  const sim::VenueOrder changed = venue_order_of({.side = order.side,
                                                  .type = order.type,
                                                  .price = order.price,
                                                  .quantity = order.quantity,
                                                  .stop_price = order.stop_price,
                                                  .trail = order.trail,
                                                  .reduce_only = order.reduce_only});
  RejectReason against = sim::refusal_of(options_.filters, changed, filter_view());
  if (against == RejectReason::kNone && extras_[i].is_admitted) against = set_aside(i);
  if (against != RejectReason::kNone) {
    order = before;
    return tell(i, OrderEvent::kRejected, against, sim::detail_of(options_.filters, changed, against));
  }
  if (moves) trigger->set(moved.units());
  extras_[i].is_arriving = true;  // at its new price it may take
  tell(i, OrderEvent::kModified);
}

void BarVenue::cancel(ClientOrderId id, UnixNanos now) {
  now_ = now;
  const std::size_t i = index_of(id);
  if (i == kNowhere || !is_in_time(i, false)) return;
  if (!defer(i, {}, true)) take_out(i);
}

void BarVenue::take_out(std::size_t i) {
  finish(i, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone);
  end_linked(i, OrderEvent::kCancelled);
  sweep_out();
}

}  // namespace acts::backtest
