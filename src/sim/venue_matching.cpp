#include <algorithm>
#include <cmath>
#include <limits>

#include "acts/base/assert.hpp"

#include "sim/venue.hpp"

namespace acts::sim {

void SimVenue::match(Own order, UnixNanos now, std::optional<OrderEvent> event) {
  const bool is_limit = has_limit(order.order.type);
  const TimeInForce time_in_force = order.order.time_in_force;
  const bool is_immediate = !is_limit || time_in_force == TimeInForce::kIoc || time_in_force == TimeInForce::kFok;
  if (reaches(order, book_.sides[other(order.order.side)].best()) || own_in_reach(order, 0) != nullptr) {
    if (is_limit && time_in_force == TimeInForce::kGtx) return expire(order, RejectReason::kWouldTake, now);
    if (is_limit && time_in_force == TimeInForce::kFok && takeable(order) < order.left) {
      return expire(order, RejectReason::kNoLiquidity, now);
    }
    if (model_.as_hftbacktest && model_.fills == FillSizes::kPartial) {
      walk_as_hftbacktest(order, now);
    } else {
      walk(order, now, false);
    }
    settle(order.order.side, now);
    if (order.left == 0) return;
  }
  if (is_immediate) return expire(order, RejectReason::kNoLiquidity, now);
  rest(order, now, event);
}

bool SimVenue::reaches(const Own& taker, Rank at) {
  const bool is_bound = has_limit(taker.order.type) || taker.order.rank != 0;
  return at != kNoRank && (!is_bound || at + taker.order.rank >= 0);
}

// The so many-th own order on the other side that it would trade with; null where that is let be, or there is none.
const SimVenue::Own* SimVenue::own_in_reach(const Own& taker, std::size_t index) const {
  if (model_.self_trades == SelfTradePrevention::kNone) return nullptr;
  const Orders& orders = resting_[other(taker.order.side)];
  return index < orders.size() && reaches(taker, orders[index].order.rank) ? &orders[index] : nullptr;
}

// In whole lots: parts of one cannot be traded.
std::int64_t SimVenue::available(SideIndex side, Rank rank) const {
  if (model_.fills == FillSizes::kFull) return std::numeric_limits<std::int64_t>::max() / 2;
  const std::int64_t shown = book_.sides[side].quantity_at(rank);
  if (!counts_levels()) return shown / model_.lot * model_.lot;
  const std::int64_t there = book_.left_by_prints(side, rank, shown) - use_[side].at(rank);
  return std::max<std::int64_t>(there, 0) / model_.lot * model_.lot;
}

// Of what rests at its price, in whole lots.
std::int64_t SimVenue::ahead_of(const Own& own) const {
  if (model_.fills == FillSizes::kFull) return 0;
  return static_cast<std::int64_t>(std::floor(own.place.ahead() / lot_value_)) * model_.lot;
}

std::int64_t SimVenue::takeable(const Own& taker) {
  Own trial = taker;
  return walk(trial, {}, true);
}

std::int64_t SimVenue::walk(Own& taker, UnixNanos now, bool is_trial) {
  const SideIndex side = other(taker.order.side);
  const std::int64_t wanted = taker.left;
  std::int64_t got = 0;
  std::int64_t had = 0;        // of the level that it is at
  std::size_t passed_own = 0;  // in a trial, of those that would expire
  Rank at = book_.sides[side].best();
  while (got < wanted && taker.left > 0) {
    if (!reaches(taker, at)) at = kNoRank;
    const Own* const own = own_in_reach(taker, passed_own);
    const Rank own_at = own == nullptr ? kNoRank : own->order.rank;
    if (at == kNoRank && own == nullptr) break;
    if (at >= own_at) {
      std::int64_t there = available(side, at) - (is_trial ? had : 0);
      if (at == own_at) there = std::min(there, ahead_of(*own) - had);
      const std::int64_t quantity = std::clamp<std::int64_t>(there, 0, wanted - got);
      if (quantity > 0 && !is_trial) take_level(taker, at, quantity, now);
      got += quantity;
      had += quantity;
      if (at > own_at) {
        at = book_.sides[side].next_below(at);
        had = 0;
        continue;
      }
      if (got == wanted) break;
    }
    if (!is_trial) {
      prevent_self_trade(taker, now);
    } else if (model_.self_trades == SelfTradePrevention::kExpireMaker) {
      ++passed_own;
    } else {
      break;
    }
  }
  return got;
}

// There what would have to rest in the other side's book is filled at its limit: a buyer's with the level there.
void SimVenue::walk_as_hftbacktest(Own& taker, UnixNanos now) {
  const SideIndex side = other(taker.order.side);
  const bool is_limit = has_limit(taker.order.type);
  const bool fills_rest = is_limit && taker.order.time_in_force == TimeInForce::kGtc;
  const Rank last = fills_rest && taker.order.side == kBidSide ? 1 - taker.order.rank : -taker.order.rank;
  const VenueBookSide& book = book_.sides[side];
  for (Rank at = book.best(); at != kNoRank && taker.left > 0; at = book.next_below(at)) {
    if (is_limit && at < last) break;
    const std::int64_t quantity = std::min(available(side, at), taker.left);
    if (quantity > 0) take_level(taker, at, quantity, now);
  }
  if (fills_rest && taker.left > 0) take_level(taker, -taker.order.rank, taker.left, now);
}

// Of what an order is given of a level. Where levels are counted nobody is given more than there is.
std::int64_t SimVenue::there_at(SideIndex side, Rank rank, std::int64_t quantity) const {
  return counts_levels() ? quantity : std::min(book_.sides[side].quantity_at(rank), quantity);
}

void SimVenue::take_level(Own& taker, Rank at, std::int64_t quantity, UnixNanos now) {
  const SideIndex side = other(taker.order.side);
  const std::int64_t beyond = quantity - there_at(side, at, quantity);
  if (counts_levels()) use_[side].add(book_.sides[side], at, quantity);
  fill(taker, -at, quantity, {.liquidity = Liquidity::kTaker, .cause = FillCause::kTaker, .beyond = beyond}, now);
}

// Between it and the first on the other side.
void SimVenue::prevent_self_trade(Own& taker, UnixNanos now) {
  Orders& makers = resting_[other(taker.order.side)];
  if (model_.self_trades != SelfTradePrevention::kExpireTaker) {
    expire(makers.front(), RejectReason::kSelfTrade, now);
    remove(other(taker.order.side), makers.begin());
  }
  if (model_.self_trades != SelfTradePrevention::kExpireMaker) {
    expire(taker, RejectReason::kSelfTrade, now);
  }
}

void SimVenue::rest(Own order, UnixNanos now, std::optional<OrderEvent> event) {
  ACTS_ASSERT(order.left > 0);
  const SideIndex side = order.order.side;
  const Rank rank = order.order.rank;
  order.place = QueuePlace(model_.queue, value_of(book_.sides[side].quantity_at(rank)));
  Orders& orders = resting_[side];
  const auto at = std::ranges::upper_bound(orders, -rank, {}, [](const Own& own) { return -own.order.rank; });
  const auto placed = orders.insert(at, order);
  book_.sides[side].mark_own(rank, true);
  best_resting_[side] = orders.front().order.rank;
  find_crossed(side);
  if (event) tell(*placed, *event, placed->status(), RejectReason::kNone, now);
}

void SimVenue::fill_resting(Own& own, std::int64_t quantity, std::int64_t there, FillCause cause, UnixNanos now) {
  fill(own, own.order.rank, quantity,
       {.liquidity = Liquidity::kMaker,
        .cause = cause,
        .beyond = std::max<std::int64_t>(quantity - there, 0),
        .ahead_at_entry = own.place.ahead_at_entry(),
        .ahead = own.place.ahead()},
       now);
}

void SimVenue::fill(Own& own, Rank rank, std::int64_t quantity, VenueFill fill, UnixNanos now) {
  ACTS_ASSERT(quantity > 0 && quantity <= fillable(own));
  own.left -= quantity;
  own.has_filled = true;
  position_ += own.order.side == kBidSide ? quantity : -quantity;
  fill.rank = rank;
  fill.quantity = quantity;
  const Rank bid = book_.sides[kBidSide].best();
  const Rank ask = book_.sides[kAskSide].best();
  fill.has_middle = bid != kNoRank && ask != kNoRank;
  if (fill.has_middle) {
    fill.bid = ticks_of(kBidSide, bid);
    fill.ask = ticks_of(kAskSide, ask);
  }
  const bool is_done = own.left == 0;
  VenueEvent& event = events_.emplace_back();
  event = {.ts = now,
           .event = is_done ? OrderEvent::kFilled : OrderEvent::kPartiallyFilled,
           .status = is_done ? OrderStatus::kFilled : OrderStatus::kPartiallyFilled,
           .order = own.order,
           .left = own.left,
           .fill = fill};
  end_linked(own, OrderEvent::kExpired, now);
}

std::int64_t SimVenue::fillable(const Own& own) const {
  if (!own.order.is_reduce_only) return own.left;
  const std::int64_t held = position_ + held_besides_;
  const std::int64_t open = own.order.side == kBidSide ? -held : held;
  return std::clamp<std::int64_t>(open, 0, own.left);
}

void SimVenue::hold_besides(std::int64_t units, UnixNanos now) {
  held_besides_ = units;
  settle(kBidSide, now);
  settle(kAskSide, now);
}

void SimVenue::cut(Own& own, std::int64_t most, UnixNanos now) {
  if (most == 0) return expire(own, RejectReason::kReduceOnly, now);
  own.order.quantity -= own.left - most;
  own.left = most;
  tell(own, OrderEvent::kModified, own.status(), RejectReason::kReduceOnly, now);
}

void SimVenue::settle(SideIndex side, UnixNanos now) {
  Orders& orders = resting_[side];
  for (std::size_t i = 0; i < orders.size();) {
    if (const std::int64_t most = fillable(orders[i]); most < orders[i].left) cut(orders[i], most, now);
    if (orders[i].left == 0) {
      remove(side, orders.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  find_crossed(side);
}

void SimVenue::find_crossed(SideIndex side) {
  is_crossed_[other(side)] = counts_levels() && best_resting_[side] + book_.sides[other(side)].best() >= 0;
}

void SimVenue::remove(SideIndex side, Orders::iterator at) {
  Orders& orders = resting_[side];
  const Rank rank = at->order.rank;
  const auto next = orders.erase(at);
  const bool is_shared =
      (next != orders.end() && next->order.rank == rank) || (next != orders.begin() && (next - 1)->order.rank == rank);
  if (!is_shared && use_[side].at(rank) == 0) book_.sides[side].mark_own(rank, false);
  best_resting_[side] = orders.empty() ? kNoRank : orders.front().order.rank;
}

SimVenue::Own* SimVenue::find(ClientOrderId id) {
  for (Orders& orders : resting_) {
    const auto at = std::ranges::find(orders, id, [](const Own& own) { return own.order.id; });
    if (at != orders.end()) return &*at;
  }
  return nullptr;
}

SimVenue::Own* SimVenue::find_waiting(ClientOrderId id) {
  const auto at = std::ranges::find(waiting_, id, [](const Own& own) { return own.order.id; });
  return at == waiting_.end() ? nullptr : &*at;
}

SimVenue::Own* SimVenue::find_open(ClientOrderId id) {
  Own* const resting = find(id);
  return resting != nullptr ? resting : find_waiting(id);
}

// Of one that find() or find_waiting() gave.
void SimVenue::remove(Own& own) {
  if (find_waiting(own.order.id) == &own) {
    triggers_.remove(own.order.id);
    waiting_.erase(waiting_.begin() + (&own - waiting_.data()));
    return;
  }
  Orders& orders = resting_[own.order.side];
  remove(own.order.side, orders.begin() + (&own - orders.data()));
}

// The other one of its pair, once. It waits, or it is this one that has just ceased to: of a pair one at most is in the
// book, so nobody who goes through the book loses his place by it.
void SimVenue::end_linked(Own& own, OrderEvent event, UnixNanos now) {
  const ClientOrderId id = own.order.linked;
  if (id == ClientOrderId{}) return;
  own.order.linked = {};
  Own* other_one = find_waiting(id);
  if (other_one == nullptr) other_one = find(id);
  if (other_one == nullptr) return;
  const OrderStatus status = event == OrderEvent::kCancelled ? OrderStatus::kCancelled : OrderStatus::kExpired;
  tell(*other_one, event, status, RejectReason::kLinkedOrder, now);
  remove(*other_one);
}

void SimVenue::tell(const Own& own, OrderEvent event, OrderStatus status, RejectReason reason, UnixNanos now) {
  events_.push_back({.ts = now,
                     .event = event,
                     .status = status,
                     .reason = reason,
                     .order = own.order,
                     .left = is_final(status) ? 0 : own.left,
                     .fill = {},
                     .detail = {}});
}

void SimVenue::expire(Own& own, RejectReason reason, UnixNanos now) {
  tell(own, OrderEvent::kExpired, OrderStatus::kExpired, reason, now);
  own.left = 0;
  end_linked(own, OrderEvent::kExpired, now);
}

}  // namespace acts::sim
