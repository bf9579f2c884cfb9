#include <algorithm>
#include <optional>
#include <vector>

#include "acts/base/assert.hpp"

#include "sim/venue.hpp"

namespace acts::sim {

FilterView SimVenue::view() const {
  FilterView view{.open = resting(), .waiting = waiting_.size()};
  const Rank bid = book_.sides[kBidSide].best();
  const Rank ask = book_.sides[kAskSide].best();
  if (last_trade_ != 0) {
    view.double_reference = 2 * last_trade_;
  } else if (bid != kNoRank && ask != kNoRank) {
    view.double_reference = ticks_of(kBidSide, bid) + ticks_of(kAskSide, ask);
  }
  return view;
}

// `before`: what comes with it, and counts as open.
RejectReason SimVenue::reason_against(const VenueOrder& order, const VenueOrder* before) {
  if (order.is_of_venue) return RejectReason::kNone;
  FilterView seen = view();
  if (before != nullptr) {
    ++seen.open;
    seen.waiting += is_conditional(before->type) ? 1U : 0U;
  }
  if (order.type != OrderType::kMarket && seen.open >= kMostResting) return RejectReason::kTooManyOrders;
  if (const RejectReason reason = refusal_of_count(model_.filters, order, seen); reason != RejectReason::kNone) {
    return reason;
  }
  if (const RejectReason reason = refusal_of(model_.filters, order, seen); reason != RejectReason::kNone) return reason;
  const Own own{.order = order, .left = order.quantity};
  if (is_conditional(order.type)) {
    const bool is_reached = last_trade_ != 0 && Trigger(side_of(order), order.type, order.stop).is_reached(last_trade_);
    return is_reached ? RejectReason::kWouldTrigger : RejectReason::kNone;
  }
  if (fillable(own) < own.left) return RejectReason::kReduceOnly;
  const bool takes = reaches(own, book_.sides[other(order.side)].best()) || own_in_reach(own, 0) != nullptr;
  return order.linked != ClientOrderId{} && takes ? RejectReason::kWouldTake : RejectReason::kNone;
}

void SimVenue::place(const VenueOrder& order, UnixNanos now) {
  ACTS_ASSERT(order.quantity > 0);
  // What the venue does of its own accord keeps to no rules for orders.
  const bool is_own = order.id == ClientOrderId{};
  if (is_own) return enter(order, now);
  const std::optional<RefusalDetail> over = order.is_of_venue ? std::nullopt : take_rates(1, now);
  if (over) return reject(order, RejectReason::kOrderRate, *over, now);
  const RejectReason reason = reason_against(order, nullptr);
  if (reason == RejectReason::kNone) return enter(order, now);
  reject(order, reason, detail_of(model_.filters, order, reason), now);
}

void SimVenue::reject(const VenueOrder& order, RejectReason reason, RefusalDetail detail, UnixNanos now) {
  tell({.order = order, .left = order.quantity}, OrderEvent::kRejected, OrderStatus::kRejected, reason, now);
  events_.back().detail = detail;
}

void SimVenue::place_oco(const VenueOrder& first, const VenueOrder& second, UnixNanos now) {
  ACTS_ASSERT(first.quantity > 0 && second.quantity > 0);
  ACTS_ASSERT(first.linked == second.id && second.linked == first.id);
  if (const auto over = take_rates(2, now)) {
    reject(first, RejectReason::kOrderRate, *over, now);
    return reject(second, RejectReason::kOrderRate, *over, now);
  }
  const RejectReason against_first = reason_against(first, nullptr);
  const RejectReason against_second = reason_against(second, &first);
  if (against_first == RejectReason::kNone && against_second == RejectReason::kNone) {
    enter(first, now);
    return enter(second, now);
  }
  const auto reject_for = [&](const VenueOrder& order, RejectReason reason) {
    const bool is_other = reason == RejectReason::kNone;
    reject(order, is_other ? RejectReason::kLinkedOrder : reason, detail_of(model_.filters, order, reason), now);
  };
  reject_for(first, against_first);
  reject_for(second, against_second);
}

void SimVenue::enter(const VenueOrder& order, UnixNanos now) {
  const Own own{.order = order, .left = order.quantity};
  if (!is_conditional(order.type)) return match(own, now, OrderEvent::kAccepted);
  Trigger trigger(side_of(order), order.type, order.stop);
  if (last_trade_ != 0) trigger.follow(last_trade_);
  triggers_.add(order.id, trigger);
  waiting_.push_back(own);
  tell(own, OrderEvent::kAccepted, OrderStatus::kNew, RejectReason::kNone, now);
}

void SimVenue::cancel(ClientOrderId id, UnixNanos now) {
  const auto over = take_rates(0, now);
  const Own* const own = find_open(id);
  if (own == nullptr) return refuse(id, RefusalDetail::kNone, now);
  if (over) return refuse_for_rate(*own, *over, now);
  end(*own, now);
}

std::optional<RefusalDetail> SimVenue::take_rates(std::uint32_t orders, UnixNanos now) {
  if (!requests_.take(now)) return RefusalDetail::kRequests;
  if (orders > 0 && !orders_.take(now, orders)) return RefusalDetail::kNone;
  return std::nullopt;
}

void SimVenue::end(const Own& own, UnixNanos now) {
  Own gone = own;
  tell(gone, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone, now);
  remove(*find_open(gone.order.id));
  end_linked(gone, OrderEvent::kCancelled, now);
}

void SimVenue::cancel_all(UnixNanos now) {
  std::vector<ClientOrderId> ids;
  for (const Orders* orders : {&resting_[kBidSide], &resting_[kAskSide], &waiting_}) {
    for (const Own& own : *orders) ids.push_back(own.order.id);
  }
  std::ranges::sort(ids);
  for (const ClientOrderId id : ids) {
    const Own* const own = find_open(id);
    if (own != nullptr) end(*own, now);  // else it has gone with the other one of its pair
  }
}

void SimVenue::modify(const VenueChange& change, UnixNanos now) {
  const auto over = take_rates(1, now);
  Own* const resting = find(change.id);
  Own* const own = resting != nullptr ? resting : find_waiting(change.id);
  if (own == nullptr) return refuse(change.id, RefusalDetail::kChange, now);
  if (over) return refuse_for_rate(*own, *over, now);
  if (change.quantity <= counted_as_filled(*own)) return end(*own, now);
  if (resting != nullptr) return modify_resting(*own, change, now);
  modify_waiting(*own, change, now);
}

// Of an order's quantity, when a change says what that shall be.
std::int64_t SimVenue::counted_as_filled(const Own& own) const {
  return model_.as_hftbacktest ? 0 : own.order.quantity - own.left;
}

void SimVenue::modify_resting(Own& own, const VenueChange& change, UnixNanos now) {
  const std::int64_t filled = counted_as_filled(own);
  VenueOrder changed = own.order;
  changed.rank = change.rank;
  changed.quantity = change.quantity;
  RejectReason reason = refusal_of(model_.filters, changed, view());
  const Own after{.order = changed, .left = change.quantity - filled};
  if (reason == RejectReason::kNone && fillable(after) < after.left) reason = RejectReason::kReduceOnly;
  if (reason != RejectReason::kNone) return refuse_change_to(own, changed, reason, now);
  if (change.rank == own.order.rank && change.quantity - filled <= own.left) {
    own.order.quantity = change.quantity;
    own.left = change.quantity - filled;
    return tell(own, OrderEvent::kModified, own.status(), RejectReason::kNone, now);
  }
  Own moved = own;
  remove(own);
  moved.order.rank = change.rank;
  if (model_.as_hftbacktest) {
    if (change.left > 0) moved.left = change.left;
    moved.order.quantity = moved.left;
  } else {
    moved.order.quantity = change.quantity;
    moved.left = change.quantity - filled;
  }
  match(moved, now, OrderEvent::kModified);
}

// Nothing of it is filled, and it keeps its place among those that wait for the same price.
void SimVenue::modify_waiting(Own& own, const VenueChange& change, UnixNanos now) {
  VenueOrder changed = own.order;
  changed.quantity = change.quantity;
  if (has_limit(changed.type) || change.rank != 0) changed.rank = change.rank;
  if (change.stop != 0) changed.stop = change.stop;
  Trigger trigger = *triggers_.find(changed.id);
  trigger.set(changed.stop);
  RejectReason reason = refusal_of(model_.filters, changed, view());
  if (reason == RejectReason::kNone && last_trade_ != 0 && trigger.is_reached(last_trade_)) {
    reason = RejectReason::kWouldTrigger;
  }
  if (reason != RejectReason::kNone) return refuse_change_to(own, changed, reason, now);
  own.order = changed;
  own.left = changed.quantity;
  triggers_.change(changed.id, trigger);
  tell(own, OrderEvent::kModified, own.status(), RejectReason::kNone, now);
}

void SimVenue::refuse_change(ClientOrderId id, RejectReason reason, RefusalDetail detail, UnixNanos now) {
  const Own* const own = find_open(id);
  if (own == nullptr) return refuse(id, RefusalDetail::kChange, now);
  tell(*own, OrderEvent::kRejected, own->status(), reason, now);
  events_.back().detail = detail;
}

void SimVenue::refuse_change_to(const Own& own, const VenueOrder& changed, RejectReason reason, UnixNanos now) {
  tell(own, OrderEvent::kRejected, own.status(), reason, now);
  events_.back().detail = detail_of(model_.filters, changed, reason);
}

void SimVenue::refuse_for_rate(const Own& own, RefusalDetail detail, UnixNanos now) {
  tell(own, OrderEvent::kRejected, own.status(), RejectReason::kOrderRate, now);
  events_.back().detail = detail;
}

// Of a request about an order that is no longer there: what has become of it was told before.
void SimVenue::refuse(ClientOrderId id, RefusalDetail detail, UnixNanos now) {
  VenueEvent& event = events_.emplace_back();
  event.ts = now;
  event.event = OrderEvent::kRejected;
  event.status = OrderStatus::kFilled;
  event.reason = RejectReason::kUnknownOrder;
  event.order.id = id;
  event.detail = detail;
}

}  // namespace acts::sim
