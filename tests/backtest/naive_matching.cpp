// What a naive venue fills, and what comes of it.
#include <algorithm>
#include <cmath>

#include "backtest/naive_venue.hpp"

namespace acts::backtest::test {

bool NaiveVenue::is_inside(const NaiveOrder& order, std::int64_t tick) const {
  if (!has_limit(order.type)) return true;
  return order.is_buy() ? tick <= order.tick : tick >= order.tick;
}

bool NaiveVenue::meets_own(const NaiveOrder& order) const {
  if (model_.self_trades == SelfTradePrevention::kNone) return false;
  return std::ranges::any_of(orders_, [&](const NaiveOrder& own) {
    return !own.waits && own.side != order.side && is_inside(order, own.tick);
  });
}

// How much of what a level shows trades of others have had that the book does not know of yet; those of `own`'s side.
std::int64_t NaiveVenue::printed_at(OrderSide own, std::int64_t tick, std::int64_t shown) const {
  std::int64_t quantity = 0;
  for (const sim::MarketRow& print : prints_) {
    const bool is_buy = print.side == sim::kBidSide;
    if (is_buy != (own == OrderSide::kBuy)) continue;
    const std::int64_t at = tick_of(print);
    if (is_buy ? tick < at : tick > at) return shown;
    if (tick == at) quantity += print.quantity;
  }
  return std::min(quantity, shown);
}

std::int64_t NaiveVenue::there_at(OrderSide own, std::int64_t tick) const {
  const bool is_buy = own == OrderSide::kBuy;
  const auto& used = used_[is_buy ? sim::kAskSide : sim::kBidSide];
  const auto found = used.find(tick);
  const std::int64_t shown = book_.quantity_at(opposite_side(own), Price{tick}).units();
  const std::int64_t rest = shown - printed_at(own, tick, shown) - (found == used.end() ? 0 : found->second);
  return rest <= 0 ? 0 : rest / model_.lot * model_.lot;
}

// One that rests gets what stands at the levels that it reaches, at its own price and in one fill.
// `only`: of the others it is not known yet whether trades have left anything.
void NaiveVenue::cross(NaiveOrder& order, std::optional<std::int64_t> only) {
  std::vector<Level> levels(1000);
  levels.resize(book_.levels(opposite_side(order.side), levels));
  std::int64_t got = 0;
  for (const Level& level : levels) {
    const std::int64_t tick = level.price.units();
    if (!is_inside(order, tick)) break;
    if (only && tick != *only) continue;
    const std::int64_t quantity = std::min(there_at(order.side, tick), fillable(order) - got);
    used_[order.is_buy() ? sim::kAskSide : sim::kBidSide][tick] += quantity;
    got += quantity;
  }
  if (got > 0) fill(order, order.tick, got, FillCause::kCrossed);
}

// All that it could get: the levels in order of their price, own orders between them where they stand.
std::int64_t NaiveVenue::takeable(const NaiveOrder& order) const {
  NaiveVenue copy = *this;
  copy.events.clear();
  NaiveOrder trial = order;
  trial.time_in_force = TimeInForce::kIoc;
  trial.linked = {};
  copy.enter(trial, std::nullopt);
  std::int64_t got = 0;
  for (const NaiveEvent& event : copy.events) {
    if (event.fill && event.order.id == order.id) got += event.fill->quantity.units();
  }
  return got;
}

void NaiveVenue::enter(NaiveOrder order, std::optional<OrderEvent> event) {
  if (is_conditional(order.type) && event == OrderEvent::kAccepted) {
    order.waits = true;
    order.best = last_trade_;
    orders_.push_back(order);
    return tell(order, OrderEvent::kAccepted, OrderStatus::kNew, RejectReason::kNone);
  }
  const auto best = book_.best(opposite_side(order.side));
  const bool takes = (best && is_inside(order, best->price.units())) || meets_own(order);
  const bool has_price = has_limit(order.type);
  if (takes && has_price && order.time_in_force == TimeInForce::kGtx) return expire(order, RejectReason::kWouldTake);
  if (takes && has_price && order.time_in_force == TimeInForce::kFok && takeable(order) < order.left) {
    return expire(order, RejectReason::kNoLiquidity);
  }
  if (takes) take(order);
  settle();
  if (order.left == 0) return;
  const bool is_immediate =
      !has_price || order.time_in_force == TimeInForce::kIoc || order.time_in_force == TimeInForce::kFok;
  if (is_immediate) return expire(order, RejectReason::kNoLiquidity);
  order.front = model_.queue.kind == sim::QueueKind::kFirst
                    ? 0
                    : value(book_.quantity_at(order.is_buy() ? Side::kBid : Side::kAsk, Price{order.tick}).units());
  order.traded = 0;
  orders_.push_back(order);
  const bool has_filled = order.left < order.quantity;
  if (event) {
    tell(order, *event, has_filled ? OrderStatus::kPartiallyFilled : OrderStatus::kNew, RejectReason::kNone);
  }
}

// The best level of the other side with something left of it that the order reaches.
std::optional<std::int64_t> NaiveVenue::next_level(const NaiveOrder& order) const {
  std::vector<Level> levels(1000);
  levels.resize(book_.levels(opposite_side(order.side), levels));
  for (const Level& at : levels) {
    const std::int64_t there = model_.is_partial ? there_at(order.side, at.price.units()) : INT64_MAX;
    if (is_inside(order, at.price.units()) && there > 0) return at.price.units();
  }
  return std::nullopt;
}

// The first own order that it must not trade with.
const NaiveOrder* NaiveVenue::next_own(const NaiveOrder& order) const {
  if (model_.self_trades == SelfTradePrevention::kNone) return nullptr;
  for (const std::size_t i : in_priority(opposite(order.side))) {
    if (is_inside(order, orders_[i].tick)) return &orders_[i];
  }
  return nullptr;
}

// `had`: what the order has taken of the level.
bool NaiveVenue::comes_first(const NaiveOrder& own, std::optional<std::int64_t> level, std::int64_t had) const {
  if (!level) return true;
  if (own.tick != *level) return own.is_buy() ? own.tick > *level : own.tick < *level;
  if (!model_.is_partial) return true;
  const double ahead = std::floor(std::max(own.front, 0.0) / value(model_.lot));
  return had >= static_cast<std::int64_t>(ahead) * model_.lot;
}

// Lot by lot, so that it is plain what stands first.
void NaiveVenue::take(NaiveOrder& order) {
  std::int64_t had = 0;
  std::int64_t had_tick = 0;
  std::int64_t run = 0;  // of lots at one price
  const auto end_run = [&] {
    if (run > 0) fill(order, had_tick, run, FillCause::kTaker);
    run = 0;
  };
  while (order.left - run > 0) {
    const std::optional<std::int64_t> level = next_level(order);
    const NaiveOrder* const own = next_own(order);
    if (level && *level != had_tick) {
      end_run();
      had = 0;
      had_tick = *level;
    }
    if (own != nullptr && comes_first(*own, level, had)) {
      end_run();
      if (model_.self_trades != SelfTradePrevention::kExpireTaker) {
        NaiveOrder maker = *own;
        orders_.erase(orders_.begin() + (own - orders_.data()));
        expire(maker, RejectReason::kSelfTrade);
      }
      if (model_.self_trades != SelfTradePrevention::kExpireMaker) return expire(order, RejectReason::kSelfTrade);
      continue;
    }
    if (!level) break;
    const std::int64_t lot = model_.is_partial ? model_.lot : order.left;
    if (model_.is_partial) used_[order.is_buy() ? sim::kAskSide : sim::kBidSide][*level] += lot;
    had += lot;
    run += lot;
  }
  end_run();
}

std::int64_t NaiveVenue::fillable(const NaiveOrder& order) const {
  if (!order.reduce_only) return order.left;
  const std::int64_t open = order.is_buy() ? -position : position;
  return open <= 0 ? 0 : std::min(open, order.left);
}

void NaiveVenue::cut(NaiveOrder& order) {
  const std::int64_t most = fillable(order);
  if (most == 0) return expire(order, RejectReason::kReduceOnly);
  const bool has_filled = order.left < order.quantity;
  order.quantity -= order.left - most;
  order.left = most;
  tell(order, OrderEvent::kModified, has_filled ? OrderStatus::kPartiallyFilled : OrderStatus::kNew,
       RejectReason::kReduceOnly);
}

void NaiveVenue::settle() {
  for (const OrderSide side : {OrderSide::kBuy, OrderSide::kSell}) {
    for (const std::size_t i : in_priority(side)) {
      NaiveOrder order = orders_[i];
      if (order.left > 0 && fillable(order) < order.left) {
        cut(order);
        orders_[*find(order.id)] = order;
      }
    }
  }
  drop_gone();
}

void NaiveVenue::drop_gone() {
  std::erase_if(orders_, [](const NaiveOrder& order) { return order.left == 0; });
}

void NaiveVenue::fill(NaiveOrder& order, std::int64_t tick, std::int64_t quantity, FillCause cause) {
  order.left -= quantity;
  position += quantity * sign(order.side);
  Fill made;
  made.id = order.id;
  made.side = order.side;
  made.cause = cause;
  made.price = Price{tick};
  made.quantity = Quantity{quantity};
  events.push_back({.ts = now_,
                    .order = order,
                    .event = order.left == 0 ? OrderEvent::kFilled : OrderEvent::kPartiallyFilled,
                    .status = order.left == 0 ? OrderStatus::kFilled : OrderStatus::kPartiallyFilled,
                    .fill = made});
  end_linked(order, OrderEvent::kExpired);
}

// The other one is marked as used up and leaves with the next settle(): who walks through the orders keeps his place.
void NaiveVenue::end_linked(NaiveOrder& order, OrderEvent event) {
  const ClientOrderId id = order.linked;
  order.linked = {};
  if (id.value() == 0) return;
  const auto at = find(id);
  if (!at) return;
  NaiveOrder& other = orders_[*at];
  other.linked = {};
  tell(other, event, event == OrderEvent::kCancelled ? OrderStatus::kCancelled : OrderStatus::kExpired,
       RejectReason::kLinkedOrder);
  other.left = 0;
  other.waits = true;
  other.stop = 0;
  other.id = {};
}

void NaiveVenue::expire(NaiveOrder& order, RejectReason reason) {
  tell(order, OrderEvent::kExpired, OrderStatus::kExpired, reason);
  order.left = 0;
  end_linked(order, OrderEvent::kExpired);
}

void NaiveVenue::tell(NaiveOrder order, OrderEvent event, OrderStatus status, RejectReason reason) {
  if (is_final(status)) order.left = 0;
  events.push_back({.ts = now_, .order = order, .event = event, .status = status, .reason = reason, .fill = {}});
}

}  // namespace acts::backtest::test
