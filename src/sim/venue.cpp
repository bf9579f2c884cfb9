#include "sim/venue.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts::sim {
SimVenue::SimVenue(const VenueModel& model)
    : model_(model),
      one_(static_cast<double>(power_of_ten(model.quantity_scale))),
      lot_value_(static_cast<double>(model.lot) / one_),
      book_(model.window) {
  ACTS_ASSERT(model.lot > 0);
}

const MarketRow* SimVenue::run(const MarketRow* row, UnixNanos until) {
  for (; row->ts <= until.value; ++row) {
    on_row(*row);
  }
  return row;
}

inline void SimVenue::on_row(const MarketRow& row) {
  if (!is_of_book(row.kind)) [[unlikely]] {
    if (row.kind == RowKind::kTrade && row.rank + best_resting_[other(row.side)] >= 0) on_trade(row);
    return;
  }
  LadderSide::Before before;
  const bool is_better = book_.apply(row, model_.as_hftbacktest, before);
  if (row.kind != RowKind::kLevel) [[unlikely]]
    cleared_ = {row.ts};
  if (before.is_own) [[unlikely]]
    on_level(row, before.quantity);
  if (is_better && book_.sides[row.side].best() + best_resting_[other(row.side)] >= 0) [[unlikely]]
    on_cross(other(row.side), row.ts);
}

void SimVenue::on_level(const MarketRow& row, std::int64_t before) {
  for (Resting& resting : resting_[row.side]) {
    if (resting.order.rank < row.rank) break;
    if (resting.order.rank != row.rank) continue;
    if (is_known_empty(before, row.ts)) resting.place.on_nothing();
    resting.place.on_level(model_.queue, value_of(before), value_of(row.quantity));
  }
}

void SimVenue::on_cross(SideIndex side, std::int64_t ts) {
  const Rank opposite = book_.sides[other(side)].best();
  for (Resting& resting : resting_[side]) {
    if (resting.order.rank + opposite < 0) break;
    fill_resting(resting, resting.left, FillCause::kCrossed, ts);
  }
  remove_filled(side);
}

// How much of a trade an order gets. `shared`: what others of ours have got of it.
std::int64_t SimVenue::reached(Resting& resting, const MarketRow& trade, std::int64_t shared) {
  const bool is_partial = model_.fills == FillSizes::kPartial;
  if (resting.order.rank + trade.rank > 0) {
    return is_partial && !model_.as_hftbacktest ? std::min(resting.left, trade.quantity - shared) : resting.left;
  }
  const LadderSide& book = book_.sides[resting.order.side];
  if (is_known_empty(book.quantity_at(resting.order.rank), trade.ts)) resting.place.on_nothing();
  resting.place.on_trade(value_of(trade.quantity));
  const std::int64_t reached = resting.place.take_reached(lot_value_) * model_.lot;
  const std::int64_t got = std::min(reached, trade.quantity) - shared;
  if (got <= 0) return 0;
  return is_partial ? std::min(got, resting.left) : resting.left;
}

void SimVenue::on_trade(const MarketRow& row) {
  const SideIndex side = other(row.side);
  std::int64_t shared = 0;
  for (Resting& resting : resting_[side]) {
    if (resting.order.rank + row.rank < 0) break;
    const FillCause cause = resting.order.rank + row.rank > 0 ? FillCause::kTradedThrough : FillCause::kQueueDone;
    const std::int64_t quantity = reached(resting, row, model_.as_hftbacktest ? 0 : shared);
    if (quantity <= 0) continue;
    shared += quantity;
    fill_resting(resting, quantity, cause, row.ts);
  }
  ACTS_ASSERT(model_.fills == FillSizes::kFull || model_.as_hftbacktest || shared <= row.quantity);
  remove_filled(side);
}

void SimVenue::fill_resting(Resting& resting, std::int64_t quantity, FillCause cause, std::int64_t ts) {
  fill(resting, resting.order.rank, quantity,
       {.liquidity = Liquidity::kMaker,
        .cause = cause,
        .ahead_at_entry = resting.place.ahead_at_entry(),
        .ahead = resting.place.ahead()},
       ts);
}

void SimVenue::fill(Resting& resting, Rank rank, std::int64_t quantity, VenueFill fill, std::int64_t ts) {
  ACTS_ASSERT(quantity > 0 && quantity <= resting.left);
  resting.left -= quantity;
  resting.has_filled = true;
  position_ += resting.order.side == kBidSide ? quantity : -quantity;
  fill.rank = rank;
  fill.quantity = quantity;
  const Rank bid = book_.sides[kBidSide].best();
  const Rank ask = book_.sides[kAskSide].best();
  fill.has_middle = bid != kNoRank && ask != kNoRank;
  if (fill.has_middle) {
    fill.bid = ticks_of(kBidSide, bid);
    fill.ask = ticks_of(kAskSide, ask);
  }
  const bool is_done = resting.left == 0;
  VenueEvent& event = events_.emplace_back();
  event = {.ts = {ts},
           .event = is_done ? OrderEvent::kFilled : OrderEvent::kPartiallyFilled,
           .status = is_done ? OrderStatus::kFilled : OrderStatus::kPartiallyFilled,
           .order = resting.order,
           .left = resting.left,
           .fill = fill};
}

void SimVenue::remove_filled(SideIndex side) {
  Orders& orders = resting_[side];
  for (std::size_t i = 0; i < orders.size();) {
    if (orders[i].left == 0) {
      remove(side, orders.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

void SimVenue::remove(SideIndex side, Orders::iterator at) {
  Orders& orders = resting_[side];
  const Rank rank = at->order.rank;
  const auto next = orders.erase(at);
  const bool is_shared =
      (next != orders.end() && next->order.rank == rank) || (next != orders.begin() && (next - 1)->order.rank == rank);
  if (!is_shared) book_.sides[side].mark_own(rank, false);
  best_resting_[side] = orders.empty() ? kNoRank : orders.front().order.rank;
}

void SimVenue::place(const VenueOrder& order, UnixNanos now) {
  ACTS_ASSERT(order.quantity > 0);
  Resting made{.order = order, .left = order.quantity, .has_filled = false, .place = {}};
  const Rank opposite = book_.sides[other(order.side)].best();
  if (order.type == OrderType::kMarket) {
    if (opposite == kNoRank) return tell_expired(made, RejectReason::kNoLiquidity, now);
    take(made, now);
    if (made.left > 0) tell_expired(made, RejectReason::kNoLiquidity, now);
    return;
  }
  if (order.type != OrderType::kLimit) {
    return tell(made, OrderEvent::kRejected, OrderStatus::kRejected, RejectReason::kNotSupported, now);
  }
  if (resting() >= kMostResting) {
    return tell(made, OrderEvent::kRejected, OrderStatus::kRejected, RejectReason::kTooManyOrders, now);
  }
  const bool takes = order.rank + opposite >= 0;
  const bool is_immediate = order.time_in_force == TimeInForce::kIoc || order.time_in_force == TimeInForce::kFok;
  if (takes) {
    if (order.time_in_force == TimeInForce::kGtx) return tell_expired(made, RejectReason::kWouldTake, now);
    if (order.time_in_force == TimeInForce::kFok && takeable(made) < made.left) {
      return tell_expired(made, RejectReason::kNoLiquidity, now);
    }
    take(made, now);
    if (made.left == 0) return;
  }
  if (is_immediate) return tell_expired(made, RejectReason::kNoLiquidity, now);
  rest(made, now, OrderEvent::kAccepted);
}

// What a taker could get at once, up to what it wants.
std::int64_t SimVenue::takeable(const Resting& taker) const {
  if (model_.fills == FillSizes::kFull) return taker.left;
  const LadderSide& book = book_.sides[other(taker.order.side)];
  std::int64_t there = 0;
  for (Rank at = book.best(); at != kNoRank && at + taker.order.rank >= 0; at = book.next_below(at)) {
    there += lots_at(book, at);
    if (there >= taker.left) return taker.left;
  }
  return there;
}

void SimVenue::take(Resting& taker, UnixNanos now) {
  const LadderSide& book = book_.sides[other(taker.order.side)];
  const VenueFill how{.liquidity = Liquidity::kTaker, .cause = FillCause::kTaker};
  if (model_.fills == FillSizes::kFull) return fill(taker, -book.best(), taker.left, how, now.value);
  const bool has_limit = taker.order.type == OrderType::kLimit;
  // There what would have to rest in the other side's book is filled at its limit: a buyer's with the level there.
  const bool fills_rest = model_.as_hftbacktest && has_limit && taker.order.time_in_force == TimeInForce::kGtc;
  const Rank last = fills_rest && taker.order.side == kBidSide ? 1 - taker.order.rank : -taker.order.rank;
  for (Rank at = book.best(); at != kNoRank && taker.left > 0; at = book.next_below(at)) {
    if (has_limit && at < last) break;
    const std::int64_t there = lots_at(book, at);
    if (there > 0) fill(taker, -at, std::min(there, taker.left), how, now.value);
  }
  if (fills_rest && taker.left > 0) fill(taker, taker.order.rank, taker.left, how, now.value);
}

void SimVenue::rest(Resting order, UnixNanos now, OrderEvent event) {
  ACTS_ASSERT(order.left > 0);
  const SideIndex side = order.order.side;
  const Rank rank = order.order.rank;
  order.place = QueuePlace(model_.queue, value_of(book_.sides[side].quantity_at(rank)));
  Orders& orders = resting_[side];
  const auto at = std::ranges::upper_bound(orders, -rank, {}, [](const Resting& r) { return -r.order.rank; });
  const auto placed = orders.insert(at, order);
  book_.sides[side].mark_own(rank, true);
  best_resting_[side] = orders.front().order.rank;
  tell(*placed, event, placed->has_filled ? OrderStatus::kPartiallyFilled : OrderStatus::kNew, RejectReason::kNone,
       now);
}

SimVenue::Found SimVenue::find(ClientOrderId id) {
  for (const SideIndex side : {kBidSide, kAskSide}) {
    const auto at = std::ranges::find(resting_[side], id, [](const Resting& r) { return r.order.id; });
    if (at != resting_[side].end()) return {side, at, true};
  }
  return {};
}

void SimVenue::cancel(ClientOrderId id, UnixNanos now) {
  const Found found = find(id);
  if (!found.is_there) return refuse(id, now);
  tell(*found.at, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone, now);
  remove(found.side, found.at);
}

void SimVenue::modify(ClientOrderId id, Rank rank, std::int64_t quantity, UnixNanos now) {
  const Found found = find(id);
  if (!found.is_there) return refuse(id, now);
  Resting& resting = *found.at;
  const std::int64_t filled = resting.order.quantity - resting.left;
  if (quantity <= filled) {
    tell(resting, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone, now);
    return remove(found.side, found.at);
  }
  const bool keeps_place = rank == resting.order.rank && quantity - filled <= resting.left;
  if (keeps_place) {
    resting.order.quantity = quantity;
    resting.left = quantity - filled;
    return tell(resting, OrderEvent::kModified, resting.has_filled ? OrderStatus::kPartiallyFilled : OrderStatus::kNew,
                RejectReason::kNone, now);
  }
  Resting moved = resting;
  remove(found.side, found.at);
  moved.order.rank = rank;
  if (model_.as_hftbacktest) {
    moved.order.quantity = moved.left;
  } else {
    moved.order.quantity = quantity;
    moved.left = quantity - filled;
  }
  const bool takes = moved.order.rank + book_.sides[other(found.side)].best() >= 0;
  if (takes && moved.order.time_in_force == TimeInForce::kGtx) {
    return tell_expired(moved, RejectReason::kWouldTake, now);
  }
  if (takes) take(moved, now);
  if (moved.left > 0) rest(moved, now, OrderEvent::kModified);
}

void SimVenue::tell(const Resting& resting, OrderEvent event, OrderStatus status, RejectReason reason, UnixNanos now) {
  events_.push_back({.ts = now,
                     .event = event,
                     .status = status,
                     .reason = reason,
                     .order = resting.order,
                     .left = is_final(status) ? 0 : resting.left,
                     .fill = {}});
}

void SimVenue::tell_expired(const Resting& resting, RejectReason reason, UnixNanos now) {
  tell(resting, OrderEvent::kExpired, OrderStatus::kExpired, reason, now);
}

// Of a request about an order that is no longer there: what has become of it was told before.
void SimVenue::refuse(ClientOrderId id, UnixNanos now) {
  VenueEvent& event = events_.emplace_back();
  event.ts = now;
  event.event = OrderEvent::kRejected;
  event.status = OrderStatus::kFilled;
  event.reason = RejectReason::kUnknownOrder;
  event.order.id = id;
}

}  // namespace acts::sim
