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
constexpr Side opposite_side(OrderSide side) { return side == OrderSide::kBuy ? Side::kAsk : Side::kBid; }

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
  const QueueKind kind = model_.queue.kind;
  if (kind == QueueKind::kRiskAverse || kind == QueueKind::kFirst || kind == QueueKind::kTradedThrough) {
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
  std::ranges::stable_sort(sorted, [&](std::size_t a, std::size_t b) {
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
      cross(order);
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
      quantity = model_.is_partial ? std::min(fillable(order), row.quantity - shared) : fillable(order);
    } else if (order.tick == tick) {
      const Side own = is_bid ? Side::kAsk : Side::kBid;
      const bool is_empty = book_.quantity_at(own, Price{tick}).units() == 0;
      if (is_empty && row.ts != cleared_) order.front = std::min(order.front, 0.0);
      order.front -= value(row.quantity);
      order.traded += value(row.quantity);
      if (model_.queue.kind == QueueKind::kTradedThrough) order.front = std::max(order.front, 0.0);
      const std::int64_t lots = std::llround(-order.front / value(model_.lot));
      if (lots > 0) {
        order.front = 0;
        const std::int64_t got = std::min(lots * model_.lot, row.quantity) - shared;
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

RejectReason NaiveVenue::against(const NaiveOrder& order, std::size_t more_open, std::size_t more_stops) {
  const auto in_this_minute = [&](std::int64_t at) { return at / kMinute == now_ / kMinute; };
  const auto came = static_cast<std::size_t>(std::ranges::count_if(arrivals_, in_this_minute));
  if (model_.most_per_minute != 0 && came >= model_.most_per_minute) return RejectReason::kOrderRate;
  arrivals_.push_back(now_);
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
  if (const RejectReason reason = against(order, 0, 0); reason != RejectReason::kNone) {
    return tell(order, OrderEvent::kRejected, OrderStatus::kRejected, reason);
  }
  enter(order, OrderEvent::kAccepted);
  drop_gone();
}

void NaiveVenue::place_oco(const NaiveOrder& first, const NaiveOrder& second, std::int64_t now) {
  now_ = now;
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
  const auto at = find(id);
  if (!at) return tell({.id = id}, OrderEvent::kRejected, OrderStatus::kFilled, RejectReason::kUnknownOrder);
  NaiveOrder gone = orders_[*at];
  orders_.erase(orders_.begin() + static_cast<std::ptrdiff_t>(*at));
  tell(gone, OrderEvent::kCancelled, OrderStatus::kCancelled, RejectReason::kNone);
  end_linked(gone, OrderEvent::kCancelled);
  drop_gone();
}

void NaiveVenue::modify(const NaiveOrder& wanted, std::int64_t now) {
  now_ = now;
  const auto at = find(wanted.id);
  if (!at) return tell(wanted, OrderEvent::kRejected, OrderStatus::kFilled, RejectReason::kUnknownOrder);
  const NaiveOrder old = orders_[*at];
  const std::int64_t filled = old.quantity - old.left;
  if (wanted.quantity <= filled) return cancel(wanted.id, now);
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
  const OrderStatus status = filled > 0 ? OrderStatus::kPartiallyFilled : OrderStatus::kNew;
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

std::int64_t NaiveVenue::there_at(OrderSide own, std::int64_t tick) const {
  const bool is_buy = own == OrderSide::kBuy;
  const auto& used = used_[is_buy ? sim::kAskSide : sim::kBidSide];
  const auto found = used.find(tick);
  const std::int64_t rest =
      book_.quantity_at(opposite_side(own), Price{tick}).units() - (found == used.end() ? 0 : found->second);
  return rest <= 0 ? 0 : rest / model_.lot * model_.lot;
}

// One that rests gets what stands at the levels that it reaches, at its own price and in one fill.
void NaiveVenue::cross(NaiveOrder& order) {
  std::vector<Level> levels(1000);
  levels.resize(book_.levels(opposite_side(order.side), levels));
  std::int64_t got = 0;
  for (const Level& level : levels) {
    const std::int64_t tick = level.price.units();
    if (!is_inside(order, tick)) break;
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
  const bool is_waiting = is_conditional(order.type) && event == OrderEvent::kAccepted;
  if (is_waiting) {
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
  // Lot by lot, so that it is plain what stands first.
  std::int64_t had = 0;
  std::int64_t had_tick = 0;
  std::int64_t run = 0;  // of lots at one price
  const auto end_run = [&] {
    if (run > 0) fill(order, had_tick, run, FillCause::kTaker);
    run = 0;
  };
  while (takes && order.left - run > 0) {
    std::optional<std::int64_t> level;
    std::vector<Level> levels(1000);
    levels.resize(book_.levels(opposite_side(order.side), levels));
    for (const Level& at : levels) {
      const std::int64_t there = model_.is_partial ? there_at(order.side, at.price.units()) : INT64_MAX;
      if (!is_inside(order, at.price.units()) || there <= 0) continue;
      level = at.price.units();
      break;
    }
    const NaiveOrder* own = nullptr;
    if (model_.self_trades != SelfTradePrevention::kNone) {
      for (const std::size_t i : in_priority(opposite(order.side))) {
        if (own == nullptr && is_inside(order, orders_[i].tick)) own = &orders_[i];
      }
    }
    if (level && *level != had_tick) {
      end_run();
      had = 0;
      had_tick = *level;
    }
    bool is_own_first = own != nullptr && !level;
    if (own != nullptr && level) {
      const std::int64_t ahead =
          model_.is_partial
              ? static_cast<std::int64_t>(std::floor(std::max(own->front, 0.0) / value(model_.lot))) * model_.lot
              : 0;
      is_own_first = own->tick == *level
                         ? had >= ahead
                         : is_inside(order, *level) && (order.is_buy() ? own->tick < *level : own->tick > *level);
    }
    if (is_own_first) {
      end_run();
      if (model_.self_trades != SelfTradePrevention::kExpireTaker) {
        NaiveOrder maker = *own;
        orders_.erase(orders_.begin() + (own - orders_.data()));
        expire(maker, RejectReason::kSelfTrade);
      }
      if (model_.self_trades != SelfTradePrevention::kExpireMaker) {
        expire(order, RejectReason::kSelfTrade);
        settle();
        return;
      }
      continue;
    }
    if (!level) break;
    const std::int64_t lot = model_.is_partial ? model_.lot : order.left;
    if (model_.is_partial) used_[order.is_buy() ? sim::kAskSide : sim::kBidSide][*level] += lot;
    had += lot;
    run += lot;
  }
  end_run();
  settle();
  if (order.left == 0) return;
  const bool is_immediate =
      !has_price || order.time_in_force == TimeInForce::kIoc || order.time_in_force == TimeInForce::kFok;
  if (is_immediate) return expire(order, RejectReason::kNoLiquidity);
  order.front = value(book_.quantity_at(order.is_buy() ? Side::kBid : Side::kAsk, Price{order.tick}).units());
  if (model_.queue.kind == QueueKind::kFirst) order.front = 0;
  order.traded = 0;
  orders_.push_back(order);
  const bool has_filled = order.left < order.quantity;
  if (event) {
    tell(order, *event, has_filled ? OrderStatus::kPartiallyFilled : OrderStatus::kNew, RejectReason::kNone);
  }
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
