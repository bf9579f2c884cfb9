#include "backtest/naive_venue.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace acts::backtest::test {

using sim::MarketRow;
using sim::QueueKind;
using sim::RowKind;

namespace {

constexpr std::int64_t kMinute = 60'000'000'000;

}  // namespace

double NaiveVenue::value(std::int64_t units) const {
  return static_cast<double>(units) / static_cast<double>(power_of_ten(model_.quantity_scale));
}

double NaiveVenue::probability(double front, double back) const {
  const double n = model_.queue.n;
  switch (model_.queue.kind) {
    case QueueKind::kPower: return std::pow(back, n) / (std::pow(back, n) + std::pow(front, n));
    case QueueKind::kPower2: return std::pow(back, n) / std::pow(back + front, n);
    case QueueKind::kPower3: return 1.0 - std::pow(front / (front + back), n);
    case QueueKind::kLog: return std::log(1.0 + back) / (std::log(1.0 + back) + std::log(1.0 + front));
    case QueueKind::kLog2: return std::log(1.0 + back) / std::log(1.0 + (back + front));
    case QueueKind::kRiskAverse:
    case QueueKind::kFirst:
    case QueueKind::kTradedThrough: break;
  }
  return 0;
}

void NaiveVenue::on_queue(NaiveOrder& order, std::int64_t before, std::int64_t after) const {
  const double prev = value(before);
  const double next = value(after);
  if (model_.queue.kind == QueueKind::kRiskAverse || model_.queue.kind == QueueKind::kFirst ||
      model_.queue.kind == QueueKind::kTradedThrough) {
    order.front = std::fmin(order.front, next);
    return;
  }
  const double change = prev - next - order.traded;
  order.traded = 0;
  if (change < 0) {
    order.front = std::fmin(order.front, next);
    return;
  }
  const double back = prev - order.front;
  double p = probability(order.front, back);
  if (std::isinf(p)) p = 1;
  order.front = std::fmin(order.front - (1.0 - p) * change + std::fmin(back - p * change, 0.0), next);
}

std::vector<std::size_t> NaiveVenue::in_priority(OrderSide side) const {
  std::vector<std::size_t> sorted;
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (orders_[i].side == side && !orders_[i].waits) sorted.push_back(i);
  }
  std::ranges::sort(sorted, [&](std::size_t a, std::size_t b) {
    if (orders_[a].tick == orders_[b].tick) return a < b;
    return side == OrderSide::kBuy ? orders_[a].tick > orders_[b].tick : orders_[a].tick < orders_[b].tick;
  });
  return sorted;
}

std::optional<std::size_t> NaiveVenue::find(ClientOrderId id) const {
  const auto found = std::ranges::find(orders_, id, &NaiveOrder::id);
  return found == orders_.end() ? std::nullopt : std::optional<std::size_t>(found - orders_.begin());
}

void NaiveVenue::take_row(const MarketRow& row) {
  now_ = row.ts;
  if (row.kind == RowKind::kTrade) {
    prints_.push_back(row);
  } else if (sim::is_of_book(row.kind)) {
    if (!prints_.empty()) told_ = row.ts;
    prints_.clear();
  }
  if (row.kind == RowKind::kLevel) {
    on_level(row);
  } else if (row.kind == RowKind::kTrade) {
    on_print(row);
    last_trade_ = tick_of(row);
    on_triggers(last_trade_);
  } else {
    book_.apply(row);
    cleared_ = row.ts;
  }
  drop_gone();
}

void NaiveVenue::on_level(const MarketRow& row) {
  const std::int64_t tick = tick_of(row);
  const bool is_bid = row.side == sim::kBidSide;
  const Side side = is_bid ? Side::kBid : Side::kAsk;
  const std::int64_t before = book_.quantity_at(side, Price{tick}).units();
  const auto best_before = book_.best(side);
  book_.apply(row);
  const bool is_new = before == 0 && row.ts != cleared_;
  std::int64_t& used = used_[row.side][tick];
  used = is_new ? 0 : std::min(used, row.quantity);
  for (NaiveOrder& order : orders_) {
    if (order.waits || order.is_buy() != is_bid || order.tick != tick) continue;
    if (is_new) order.front = std::min(order.front, 0.0);
    on_queue(order, before, row.quantity);
  }
  // Filled whole, what rests beyond a best price that it has met already waits until that comes nearer.
  const auto best_now = book_.best(side);
  const bool is_nearer =
      best_now &&
      (!best_before || (is_bid ? best_now->price > best_before->price : best_now->price < best_before->price));
  for (const std::size_t i : in_priority(is_bid ? OrderSide::kSell : OrderSide::kBuy)) {
    NaiveOrder& order = orders_[i];
    if (!best_now || !is_inside(order, best_now->price.units())) continue;
    if (model_.is_partial) {
      cross(order, row.ts == told_ ? std::optional(tick) : std::nullopt);
    } else if (is_nearer && fillable(order) > 0) {
      fill(order, order.tick, fillable(order), FillCause::kCrossed);
    }
  }
  settle();
}

void NaiveVenue::on_print(const MarketRow& row) {
  const std::int64_t tick = tick_of(row);
  const bool is_bid = row.side == sim::kBidSide;
  std::int64_t shared = 0;
  for (const std::size_t i : in_priority(is_bid ? OrderSide::kSell : OrderSide::kBuy)) {
    NaiveOrder& order = orders_[i];
    const bool is_through = is_bid ? order.tick < tick : order.tick > tick;
    std::int64_t quantity = 0;
    if (is_through) {
      quantity = model_.is_partial ? std::min(fillable(order), (row.quantity - shared) / model_.lot * model_.lot)
                                   : fillable(order);
    } else if (order.tick == tick) {
      const Side own = is_bid ? Side::kAsk : Side::kBid;
      const bool is_empty = book_.quantity_at(own, Price{tick}).units() == 0;
      if (is_empty && row.ts != cleared_) order.front = std::min(order.front, 0.0);
      // What orders of ours before it have had of the print, nobody before it has.
      order.front -= value(std::max<std::int64_t>(row.quantity - shared, 0));
      order.traded += value(row.quantity);
      std::int64_t lots = std::llround(-order.front / value(model_.lot));
      if (model_.queue.kind == QueueKind::kTradedThrough) {
        lots = 0;
        order.front = std::max(order.front, 0.0);
      }
      if (lots > 0) {
        order.front = 0;
        const std::int64_t there = (row.quantity - shared) / model_.lot * model_.lot;
        const std::int64_t got = std::min(lots * model_.lot, there);
        if (got > 0) quantity = model_.is_partial ? std::min(got, fillable(order)) : fillable(order);
      }
    }
    if (quantity <= 0) continue;
    shared += quantity;
    fill(order, order.tick, quantity, is_through ? FillCause::kTradedThrough : FillCause::kQueueDone);
  }
  settle();
}

bool NaiveVenue::triggers_below(const NaiveOrder& order) {
  const bool is_profit = order.type == OrderType::kTakeProfit || order.type == OrderType::kTakeProfitLimit;
  return is_profit ? order.is_buy() : !order.is_buy();
}

std::optional<std::int64_t> NaiveVenue::trigger_price(const NaiveOrder& order) const {
  if (order.type != OrderType::kTrailingStop) return order.stop;
  if (order.best == 0) return std::nullopt;
  return order.is_buy() ? order.best + order.trail : order.best - order.trail;
}

void NaiveVenue::on_triggers(std::int64_t tick) {
  std::vector<std::tuple<bool, std::int64_t, std::uint64_t, ClientOrderId>> reached;
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    NaiveOrder& order = orders_[i];
    if (!order.waits) continue;
    const auto price = trigger_price(order);
    const bool is_below = triggers_below(order);
    if (price && (is_below ? tick <= *price : tick >= *price)) {
      reached.emplace_back(!is_below, is_below ? -*price : *price, i, order.id);
    } else {
      order.best = order.best == 0 ? tick : order.is_buy() ? std::min(order.best, tick) : std::max(order.best, tick);
    }
  }
  std::ranges::sort(reached);
  for (const auto& [is_above, price, age, id] : reached) {
    const auto at = find(id);
    if (!at) continue;
    const NaiveOrder order = orders_[*at];
    orders_.erase(orders_.begin() + static_cast<std::ptrdiff_t>(*at));
    start(order);
  }
}

void NaiveVenue::start(NaiveOrder order) {
  order.waits = false;
  end_linked(order, OrderEvent::kExpired);
  tell(order, OrderEvent::kTriggered, OrderStatus::kNew, RejectReason::kNone);
  if (fillable(order) < order.left) cut(order);
  if (order.left > 0) enter(order, std::nullopt);
}

RejectReason NaiveVenue::against_rules(const NaiveOrder& order) const {
  if (model_.least_quantity != 0 && order.quantity < model_.least_quantity) return RejectReason::kQuantityOutOfRange;
  if (model_.most_quantity != 0 && order.quantity > model_.most_quantity) return RejectReason::kQuantityOutOfRange;
  double reference = 0;
  if (last_trade_ != 0) {
    reference = static_cast<double>(last_trade_);
  } else if (book_.best_bid && book_.best_ask) {
    reference = static_cast<double>(*book_.best_bid + *book_.best_ask) / 2;
  }
  if (has_limit(order.type) && model_.band_percent != 0 && reference != 0) {
    const double share = static_cast<double>(order.tick) * 100 / reference;
    const bool is_high = share > static_cast<double>(100 + model_.band_percent) + 1e-9;
    const bool is_low = share < static_cast<double>(100 - model_.band_percent) - 1e-9;
    const bool is_high_looked_at = order.is_buy() || !model_.is_futures;
    const bool is_low_looked_at = !order.is_buy() || !model_.is_futures;
    if ((is_high && is_high_looked_at) || (is_low && is_low_looked_at)) return RejectReason::kPriceOutOfBand;
  }
  if (model_.is_futures && order.reduce_only) return RejectReason::kNone;
  double price = reference;
  if (has_limit(order.type)) {
    price = static_cast<double>(order.tick);
  } else if (is_conditional(order.type) && order.type != OrderType::kTrailingStop) {
    price = static_cast<double>(order.stop);
  }
  const double worth = price * static_cast<double>(order.quantity);
  const bool is_small = model_.least_value != 0 && price != 0 && worth < static_cast<double>(model_.least_value);
  return is_small ? RejectReason::kMinNotional : RejectReason::kNone;
}

bool NaiveVenue::is_too_many(std::size_t orders) {
  const auto is_full = [&](const std::vector<std::int64_t>& arrivals, std::size_t more, std::size_t most) {
    const auto in_this_minute = [&](std::int64_t at) { return at / kMinute == now_ / kMinute; };
    return most != 0 && static_cast<std::size_t>(std::ranges::count_if(arrivals, in_this_minute)) + more > most;
  };
  if (is_full(requests_, 1, model_.most_requests)) return true;
  requests_.push_back(now_);
  if (is_full(arrivals_, orders, orders > 0 ? model_.most_per_minute : 0)) return true;
  arrivals_.insert(arrivals_.end(), orders, now_);
  return false;
}

RejectReason NaiveVenue::against(const NaiveOrder& order, std::size_t more_open, std::size_t more_stops) {
  const std::size_t open = orders_.size() + more_open;
  const auto waiting = static_cast<std::size_t>(std::ranges::count_if(orders_, &NaiveOrder::waits)) + more_stops;
  if (order.type != OrderType::kMarket && model_.most_open != 0 && open >= model_.most_open) {
    return RejectReason::kTooManyOrders;
  }
  if (is_conditional(order.type) && model_.most_stops != 0 && waiting >= model_.most_stops) {
    return RejectReason::kTooManyStops;
  }
  if (const RejectReason reason = against_rules(order); reason != RejectReason::kNone) return reason;
  if (is_conditional(order.type)) {
    if (last_trade_ == 0 || order.type == OrderType::kTrailingStop) return RejectReason::kNone;
    const bool is_reached = triggers_below(order) ? last_trade_ <= order.stop : last_trade_ >= order.stop;
    return is_reached ? RejectReason::kWouldTrigger : RejectReason::kNone;
  }
  if (fillable(order) < order.left) return RejectReason::kReduceOnly;
  const auto best = book_.best(opposite_side(order.side));
  const bool takes = (best && is_inside(order, best->price.units())) || meets_own(order);
  return order.linked.value() != 0 && takes ? RejectReason::kWouldTake : RejectReason::kNone;
}

void NaiveVenue::place(const NaiveOrder& order, std::int64_t now) {
  now_ = now;
  const RejectReason reason = is_too_many(1) ? RejectReason::kOrderRate : against(order, 0, 0);
  if (reason != RejectReason::kNone) {
    return tell(order, OrderEvent::kRejected, OrderStatus::kRejected, reason);
  }
  enter(order, OrderEvent::kAccepted);
  drop_gone();
}

void NaiveVenue::place_oco(const NaiveOrder& first, const NaiveOrder& second, std::int64_t now) {
  now_ = now;
  if (is_too_many(2)) {
    tell(first, OrderEvent::kRejected, OrderStatus::kRejected, RejectReason::kOrderRate);
    return tell(second, OrderEvent::kRejected, OrderStatus::kRejected, RejectReason::kOrderRate);
  }
  const RejectReason one = against(first, 0, 0);
  const RejectReason two = against(second, 1, is_conditional(first.type) ? 1 : 0);
  if (one == RejectReason::kNone && two == RejectReason::kNone) {
    enter(first, OrderEvent::kAccepted);
    return enter(second, OrderEvent::kAccepted);
  }
  tell(first, OrderEvent::kRejected, OrderStatus::kRejected,
       one == RejectReason::kNone ? RejectReason::kLinkedOrder : one);
  tell(second, OrderEvent::kRejected, OrderStatus::kRejected,
       two == RejectReason::kNone ? RejectReason::kLinkedOrder : two);
}

void NaiveVenue::cancel(ClientOrderId id, std::int64_t now) {
  now_ = now;
  const bool is_over = is_too_many(0);
  const auto at = find(id);
  if (!at) return tell({.id = id}, OrderEvent::kRejected, OrderStatus::kFilled, RejectReason::kUnknownOrder);
  const OrderStatus status =
      orders_[*at].left < orders_[*at].quantity ? OrderStatus::kPartiallyFilled : OrderStatus::kNew;
  if (is_over) return tell(orders_[*at], OrderEvent::kRejected, status, RejectReason::kOrderRate);
  end(*at);
}

void NaiveVenue::end(std::size_t at) {
  NaiveOrder gone = orders_[at];
  orders_.erase(orders_.begin() + static_cast<std::ptrdiff_t>(at));
  tell(gone, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone);
  end_linked(gone, OrderEvent::kCancelled);
  drop_gone();
}

void NaiveVenue::modify(const NaiveOrder& wanted, std::int64_t now) {
  now_ = now;
  const bool is_over = is_too_many(1);
  const auto at = find(wanted.id);
  if (!at) return tell(wanted, OrderEvent::kRejected, OrderStatus::kFilled, RejectReason::kUnknownOrder);
  const NaiveOrder old = orders_[*at];
  const std::int64_t filled = old.quantity - old.left;
  const OrderStatus status = filled > 0 ? OrderStatus::kPartiallyFilled : OrderStatus::kNew;
  if (is_over) return tell(old, OrderEvent::kRejected, status, RejectReason::kOrderRate);
  if (wanted.quantity <= filled) return end(*at);
  NaiveOrder changed = old;
  changed.quantity = wanted.quantity;
  changed.left = wanted.quantity - filled;
  if (has_limit(old.type)) changed.tick = wanted.tick;
  if (old.waits && wanted.stop != 0) changed.stop = wanted.stop;
  if (old.waits && wanted.trail != 0) changed.trail = wanted.trail;
  RejectReason reason = against_rules(changed);
  if (reason == RejectReason::kNone && !old.waits && fillable(changed) < changed.left) {
    reason = RejectReason::kReduceOnly;
  }
  if (reason == RejectReason::kNone && old.waits && last_trade_ != 0) {
    const auto price = trigger_price(changed);
    const bool is_reached = price && (triggers_below(old) ? last_trade_ <= *price : last_trade_ >= *price);
    if (is_reached) reason = RejectReason::kWouldTrigger;
  }
  if (reason != RejectReason::kNone) return tell(old, OrderEvent::kRejected, status, reason);
  const bool keeps_place = changed.tick == old.tick && changed.quantity <= old.quantity;
  if (old.waits || keeps_place) {
    orders_[*at] = changed;
    return tell(changed, OrderEvent::kModified, status, RejectReason::kNone);
  }
  orders_.erase(orders_.begin() + static_cast<std::ptrdiff_t>(*at));
  enter(changed, OrderEvent::kModified);
  drop_gone();
}

}  // namespace acts::backtest::test
