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

std::optional<BarVenue::Refusal> BarVenue::take_rates(std::uint32_t orders) {
  if (!requests_in_time_.take(now_)) {
    return Refusal{.reason = RejectReason::kOrderRate, .detail = sim::RefusalDetail::kRequests};
  }
  if (orders > 0 && !orders_in_time_.take(now_, orders)) return Refusal{.reason = RejectReason::kOrderRate};
  return std::nullopt;
}

BarVenue::Refusal BarVenue::refusal_of(const NewOrder& order, const NewOrder* before) const {
  const std::size_t others = before == nullptr ? 0 : 1;
  if (orders_.size() + others >= kMostOrders) return {.reason = RejectReason::kTooManyOrders};
  sim::FilterView view = filter_view();
  view.open += others;
  view.waiting += before != nullptr && is_conditional(before->type) ? 1U : 0U;
  const sim::VenueOrder sent = sim::venue_order_of(order, options_.tick.units());
  RejectReason reason = sim::refusal_of_count(options_.filters, sent, view);
  if (reason == RejectReason::kNone) reason = sim::refusal_of(options_.filters, sent, view);
  return {.reason = reason, .detail = sim::detail_of(options_.filters, sent, reason)};
}

void BarVenue::place(ClientOrderId id, const NewOrder& order, UnixNanos now) {
  now_ = now;
  // What is malformed never leaves, and counts for no rate.
  Refusal against{.reason = shape_against(order)};
  if (against.reason == RejectReason::kNone) {
    const auto over = take_rates(1);
    against = over ? *over : refusal_of(order, nullptr);
  }
  take(id, order, {});
  answer(orders_.size() - 1, against);
  sweep_out();
}

void BarVenue::place_oco(const OcoIds& ids, const NewOrder& first, const NewOrder& second, UnixNanos now) {
  now_ = now;
  const bool is_pair = can_be_oco(first, second);
  Refusal against[2] = {{.reason = RejectReason::kNotSupported}, {.reason = RejectReason::kNotSupported}};
  const auto are_both_good = [&against] {
    return against[0].reason == RejectReason::kNone && against[1].reason == RejectReason::kNone;
  };
  if (is_pair) {
    against[0] = {.reason = shape_against(first)};
    against[1] = {.reason = shape_against(second)};
  }
  if (are_both_good()) {
    const auto over = take_rates(2);
    against[0] = over ? *over : refusal_of(first, nullptr);
    against[1] = over ? *over : refusal_of(second, &first);
  }
  const bool are_good = are_both_good();
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
  if (i == kNowhere) return;
  if (const RejectReason shape = shape_against(i, change); shape != RejectReason::kNone) {
    return tell(i, OrderEvent::kRejected, shape);
  }
  if (const auto over = take_rates(1)) return tell(i, OrderEvent::kRejected, over->reason, over->detail);
  if (!defer(i, change, false)) apply_change(i, change);
}

bool BarVenue::moves_trigger(std::size_t i, const ModifyOrder& change) const {
  const Price moved = orders_[i].type == OrderType::kTrailingStop ? change.trail : change.stop_price;
  return extras_[i].trigger && !extras_[i].is_triggered && moved != Price{};
}

RejectReason BarVenue::shape_against(std::size_t i, const ModifyOrder& change) const {
  const OpenOrder& order = orders_[i];
  const std::int64_t tick = options_.tick.units();
  const Price moved = order.type == OrderType::kTrailingStop ? change.trail : change.stop_price;
  const bool is_price_off = has_limit(order.type) && (change.price.units() <= 0 || change.price.units() % tick != 0);
  const bool is_stop_off = moves_trigger(i, change) && (moved.units() < 0 || moved.units() % tick != 0);
  if (is_price_off || is_stop_off) return RejectReason::kPriceOffTick;
  const bool is_off_lot =
      change.quantity.units() % options_.lot.units() != 0 || change.quantity.units() > kMostQuantity;
  return is_off_lot ? RejectReason::kQuantityOffLot : RejectReason::kNone;
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
  Price& waits_for = order.type == OrderType::kTrailingStop ? order.trail : order.stop_price;
  const Price moved = order.type == OrderType::kTrailingStop ? change.trail : change.stop_price;
  const bool moves = moves_trigger(i, change);
  const std::int64_t filled = order.quantity.units() - order.left.units();
  if (change.quantity.units() <= filled) return take_out(i);
  const OpenOrder before = order;
  if (has_limit(order.type)) order.price = change.price;
  if (moves) waits_for = moved;
  order.quantity = change.quantity;
  order.left = Quantity{change.quantity.units() - filled};
  const sim::VenueOrder changed = sim::venue_order_of({.side = order.side,
                                                       .type = order.type,
                                                       .price = order.price,
                                                       .quantity = order.quantity,
                                                       .stop_price = order.stop_price,
                                                       .trail = order.trail,
                                                       .reduce_only = order.reduce_only},
                                                      options_.tick.units());
  RejectReason against = sim::refusal_of(options_.filters, changed, filter_view());
  if (against == RejectReason::kNone && extras_[i].is_admitted) against = set_aside(i);
  if (against != RejectReason::kNone) {
    order = before;
    return tell(i, OrderEvent::kRejected, against, sim::detail_of(options_.filters, changed, against));
  }
  if (moves) extras_[i].trigger->set(moved.units());
  // At another price it may take. What only gets smaller keeps its place.
  const bool keeps_place = order.price == before.price && order.quantity <= before.quantity;
  if (!keeps_place) extras_[i].is_arriving = true;
  tell(i, OrderEvent::kModified);
}

void BarVenue::cancel(ClientOrderId id, UnixNanos now) {
  now_ = now;
  const std::size_t i = index_of(id);
  if (i == kNowhere) return;
  if (const auto over = take_rates(0)) return tell(i, OrderEvent::kRejected, over->reason, over->detail);
  if (!defer(i, {}, true)) take_out(i);
}

void BarVenue::take_out(std::size_t i) {
  finish(i, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone);
  end_linked(i, OrderEvent::kCancelled);
  sweep_out();
}

}  // namespace acts::backtest
