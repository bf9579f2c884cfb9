#include "backtest/bars/bar_venue.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace acts::backtest {

bool BarVenue::is_stop(std::size_t i) const {
  const OrderType type = orders_[i].type;
  return !extras_[i].is_triggered &&
         (type == OrderType::kStop || type == OrderType::kStopLimit || type == OrderType::kTrailingStop);
}

bool BarVenue::is_profit(std::size_t i) const {
  const OrderType type = orders_[i].type;
  return !extras_[i].is_triggered && (type == OrderType::kTakeProfit || type == OrderType::kTakeProfitLimit);
}

bool BarVenue::is_limit(std::size_t i) const { return orders_[i].type == OrderType::kLimit || extras_[i].is_triggered; }

std::int64_t BarVenue::trigger_of(std::size_t i) const {
  if (is_limit(i)) return orders_[i].price.units();
  const std::optional<sim::Trigger>& trigger = extras_[i].trigger;
  return trigger ? trigger->price().value_or(0) : 0;
}

bool BarVenue::is_below(std::size_t i) const {
  const std::optional<sim::Trigger>& trigger = extras_[i].trigger;
  return trigger && !extras_[i].is_triggered ? trigger->is_below() : orders_[i].side == OrderSide::kBuy;
}

std::size_t BarVenue::index_of(ClientOrderId id) const {
  const auto found = std::ranges::find(orders_, id, &OpenOrder::id);
  const auto index = static_cast<std::size_t>(found - orders_.begin());
  return found == orders_.end() || extras_[index].is_done ? kNowhere : index;
}

void BarVenue::end_linked(std::size_t i, OrderEvent event) {
  const ClientOrderId id = std::exchange(orders_[i].linked, ClientOrderId{});
  if (id == ClientOrderId{}) return;
  const std::size_t other = index_of(id);
  if (other == kNowhere) return;
  orders_[other].linked = {};
  finish(other, event, event == OrderEvent::kCancelled ? OrderStatus::kCancelled : OrderStatus::kExpired,
         RejectReason::kLinkedOrder);
}

void BarVenue::on_open(const Bar& bar) {
  if (is_idle() || bar.volume.is_zero()) return;
  now_ = bar.open_time;
  begin_account(bar);
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (extras_[i].is_done) continue;
    if (extras_[i].is_arriving) {
      arrive(i, bar);
    } else {
      pass_open(i, bar);
    }
  }
  follow_trail(bar.open.units());
  sweep_out();
}

void BarVenue::on_reply(const Bar& bar) {
  if (orders_.empty() || bar.volume.is_zero()) return;
  at_ = bar.open.units();
  set_mark(at_);
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (extras_[i].is_arriving && !extras_[i].is_done && orders_[i].type != OrderType::kMarket) arrive(i, bar);
  }
  follow_trail(bar.open.units());
  sweep_out();
}

void BarVenue::arrive(std::size_t i, const Bar& bar) {
  extras_[i].is_arriving = false;
  if (const RejectReason against = admit(i); against != RejectReason::kNone) return refuse(i, against);
  if (orders_[i].type == OrderType::kMarket) {
    fill(i, bar, bar.open, FillCause::kTaker);
  } else if (is_limit(i)) {
    arrive_limit(i, bar);
  } else {
    pass_open(i, bar);
  }
}

void BarVenue::arrive_limit(std::size_t i, const Bar& bar) {
  const OpenOrder& order = orders_[i];
  const std::int64_t inside = sign(order.side) * (order.price.units() - bar.open.units());
  const bool takes = inside > 0 || (inside == 0 && !is_strict());
  const bool at_once = order.time_in_force == TimeInForce::kIoc || order.time_in_force == TimeInForce::kFok;
  if (takes && order.time_in_force == TimeInForce::kGtx) {
    finish(i, OrderEvent::kExpired, OrderStatus::kExpired, RejectReason::kWouldTake);
    end_linked(i, OrderEvent::kExpired);
  } else if (takes) {
    fill(i, bar, bar.open, FillCause::kTaker);
  } else if (at_once) {
    finish(i, OrderEvent::kExpired, OrderStatus::kExpired, RejectReason::kNoLiquidity);
  }
}

// The open has leapt over it, or not.
void BarVenue::pass_open(std::size_t i, const Bar& bar) {
  const std::int64_t price = trigger_of(i);
  if (price == 0) return;
  const std::int64_t beyond = is_below(i) ? price - bar.open.units() : bar.open.units() - price;
  if (is_limit(i)) {
    if (beyond > 0 || (beyond == 0 && !is_strict())) fill(i, bar, orders_[i].price, FillCause::kTradedThrough);
  } else if (beyond >= 0) {
    trigger(i, bar, bar.open);
    if (is_live(i) && is_limit(i)) arrive_limit(i, bar);
  }
}

void BarVenue::trigger(std::size_t i, const Bar& bar, Price price) {
  const OrderType type = orders_[i].type;
  if (type == OrderType::kStopLimit || type == OrderType::kTakeProfitLimit) {
    extras_[i].is_triggered = true;
    end_linked(i, OrderEvent::kExpired);
    hold_alone(i);
  } else {
    fill(i, bar, price, FillCause::kTaker);
  }
}

void BarVenue::on_path(const Bar& bar) {
  now_ = bar.close_time;
  if (!is_idle() && !bar.volume.is_zero()) run_path(bar);
  apply_deferred();
}

void BarVenue::run_path(const Bar& bar) {
  at_ = bar.open.units();
  const bool is_nearest_low = bar.open.units() - bar.low.units() <= bar.high.units() - bar.open.units();
  switch (options_.path) {
    case BarPath::kWorst: run_worst(bar); break;
    case BarPath::kHighFirst:
      walk(bar, bar.high);
      walk(bar, bar.low);
      break;
    case BarPath::kLowFirst:
      walk(bar, bar.low);
      walk(bar, bar.high);
      break;
    case BarPath::kNearest:
      walk(bar, is_nearest_low ? bar.low : bar.high);
      walk(bar, is_nearest_low ? bar.high : bar.low);
      break;
  }
  if (!is_strict()) walk(bar, bar.close);
  at_ = bar.close.units();  // where what is asked for now is asked for
  set_mark(at_);
  sweep_out();
}

void BarVenue::follow_trail(std::int64_t price) {
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (orders_[i].type != OrderType::kTrailingStop || !is_live(i)) continue;
    extras_[i].trigger->follow(price);
  }
}

bool BarVenue::is_on_way(std::size_t i, const Leg& leg) const {
  const std::int64_t price = trigger_of(i);
  if (!can_fill(i) || price == 0) return false;
  if (is_below(i) != leg.is_down) return false;
  return leg.is_down ? price <= at_ && price >= leg.to : price >= at_ && price <= leg.to;
}

// The first on the way; of one price stops before limits, then by age.
std::size_t BarVenue::next_on_way(const Leg& leg) const {
  std::size_t first = kNowhere;
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (!is_on_way(i, leg)) continue;
    if (extras_[i].is_reduce_only && account_.quantity() * sign(orders_[i].side) >= 0) continue;
    if (first == kNowhere) {
      first = i;
      continue;
    }
    const std::int64_t nearer = std::abs(trigger_of(first) - at_) - std::abs(trigger_of(i) - at_);
    if (nearer > 0 || (nearer == 0 && is_stop(i) && !is_stop(first))) first = i;
  }
  return first;
}

void BarVenue::walk(const Bar& bar, Price to) {
  // Where it ends there may be more than one: then it is still the same leg.
  const Leg leg{.to = to.units(), .is_down = to.units() < at_};
  for (;;) {
    const std::size_t i = next_on_way(leg);
    if (i == kNowhere) break;
    if (end_margin(bar, trigger_of(i))) continue;
    at_ = trigger_of(i);
    touch(i, bar);
  }
  end_margin(bar, to.units());
  at_ = to.units();
  follow_trail(at_);
}

// A stop of what was opened beyond its price is late: it fills where that was.
std::int64_t BarVenue::reached_at(std::size_t i) const {
  const std::int64_t price = trigger_of(i);
  const bool closes = account_.quantity() * sign(orders_[i].side) < 0;
  if (!is_stop(i) || !closes || !opened_at_) return price;
  return is_below(i) ? std::min(price, *opened_at_) : std::max(price, *opened_at_);
}

void BarVenue::touch(std::size_t i, const Bar& bar) {
  const std::int64_t price = trigger_of(i);
  if (is_limit(i)) {
    fill(i, bar, Price{price}, FillCause::kTradedThrough);
  } else {
    trigger(i, bar, Price{reached_at(i)});
    if (is_live(i) && is_limit(i)) extras_[i].is_arriving = true;
  }
}

BarVenue::Group BarVenue::group_of(std::size_t i) const {
  if (is_stop(i)) return Group::kStops;
  return is_profit(i) || extras_[i].is_reduce_only ? Group::kProfits : Group::kPlain;
}

void BarVenue::run_worst(const Bar& bar) {
  opened_at_.reset();
  run_group(Group::kStops, bar);
  end_margin_at_worst(bar);
  run_group(Group::kProfits, bar);
  run_group(Group::kPlain, bar);
  // What has just been opened may be stopped; a trailing stop may have followed the bar to its best price first.
  run_group(Group::kStops, bar);
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (orders_[i].type != OrderType::kTrailingStop || !is_live(i)) continue;
    extras_[i].trigger->follow(orders_[i].side == OrderSide::kSell ? bar.high.units() : bar.low.units());
  }
  run_group(Group::kStops, bar);
  end_margin_at_worst(bar);
}

void BarVenue::run_group(Group group, const Bar& bar) {
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    const std::int64_t price = trigger_of(i);
    if (!can_fill(i) || price == 0 || group_of(i) != group) continue;
    if (extras_[i].is_reduce_only && account_.quantity() * sign(orders_[i].side) >= 0) continue;
    const std::int64_t beyond = is_below(i) ? price - bar.low.units() : bar.high.units() - price;
    if (beyond < 0 || (beyond == 0 && is_limit(i))) continue;
    // A stop is only reached as long as there is margin on the way to it.
    const std::int64_t begin = margin_begin();
    if (group == Group::kStops && end_margin(bar, is_below(i) ? std::min(price, begin) : std::max(price, begin))) {
      return;
    }
    const std::int64_t reached = reached_at(i);
    const std::int64_t before = account_.quantity();
    touch(i, bar);
    const std::int64_t after = account_.quantity();
    const bool has_turned = (before < 0) != (after < 0);
    if (after != 0 && (has_turned || std::abs(after) > std::abs(before))) opened_at_ = reached;
  }
}

void BarVenue::fill(std::size_t i, const Bar& bar, Price price, FillCause cause) {
  OpenOrder& order = orders_[i];
  const bool was_cut = extras_[i].is_reduce_only;
  std::int64_t quantity = order.left.units();
  if (was_cut) {
    const std::int64_t open = -account_.quantity() * sign(order.side);
    quantity = std::min(quantity, std::max<std::int64_t>(open, 0));
    if (quantity == 0) {
      finish(i, OrderEvent::kExpired, OrderStatus::kExpired, RejectReason::kReduceOnly);
      end_linked(i, OrderEvent::kExpired);
      return;
    }
  }
  if (!can_pay(i, price)) return refuse(i, RejectReason::kInsufficientBalance);
  if (quantity > bar.volume.units()) ++fills_above_volume_;
  const Liquidity liquidity = cause == FillCause::kTaker ? Liquidity::kTaker : Liquidity::kMaker;
  const std::optional<sim::FeeCharge> charged = charge({.side = order.side,
                                                        .liquidity = liquidity,
                                                        .price = price,
                                                        .quantity = Quantity{quantity},
                                                        .is_first = order.left == order.quantity,
                                                        .ts = now_},
                                                       false);
  if (!charged) {
    finish(i, OrderEvent::kExpired, OrderStatus::kExpired, RejectReason::kQuantityOutOfRange);
    return;
  }
  order.left = Quantity{order.left.units() - quantity};
  tell_fill({.id = order.id,
             .side = order.side,
             .liquidity = liquidity,
             .cause = cause,
             .price = price,
             .quantity = Quantity{quantity},
             .left = order.left},
            *charged);
  if (order.left.is_zero()) {
    finish(i, OrderEvent::kFilled, OrderStatus::kFilled, RejectReason::kNone);
  } else {
    order.status = OrderStatus::kPartiallyFilled;
    tell(i, OrderEvent::kPartiallyFilled);
    finish(i, OrderEvent::kExpired, OrderStatus::kExpired, RejectReason::kReduceOnly);
  }
  end_linked(i, OrderEvent::kExpired);
}

void BarVenue::tell_fill(const Fill& fill, const sim::FeeCharge& charge) {
  Fill told = fill;
  told.number = ++fill_number_;
  told.instrument = options_.instrument;
  told.ts_event = now_;
  told.ts_recv = now_;
  told.fee = account_.money(charge.fee);
  told.base_fee = account_.base_money(charge.received);
  answers_.emplace_back(told);
}

void BarVenue::finish(std::size_t i, OrderEvent event, OrderStatus status, RejectReason reason,
                      sim::RefusalDetail detail) {
  orders_[i].status = status;
  orders_[i].left = Quantity{0};
  extras_[i].is_done = true;
  release(i);
  tell(i, event, reason, detail);
}

OrderUpdate BarVenue::update_of(const OpenOrder& order, OrderEvent event, RejectReason reason) const {
  return {.instrument = order.instrument,
          .id = order.id,
          .event = event,
          .status = order.status,
          .reason = reason,
          .ts_event = now_,
          .ts_recv = now_,
          .side = order.side,
          .type = order.type,
          .time_in_force = order.time_in_force,
          .price = order.price,
          .quantity = order.quantity,
          .left = order.left,
          .stop_price = order.stop_price,
          .trail = order.trail};
}

void BarVenue::tell(std::size_t i, OrderEvent event, RejectReason reason, sim::RefusalDetail detail) {
  answers_.emplace_back(BarUpdate{.update = update_of(orders_[i], event, reason), .detail = detail});
}

void BarVenue::sweep_out() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (extras_[i].is_done) continue;
    if (kept != i) {
      orders_[kept] = orders_[i];
      extras_[kept] = extras_[i];
    }
    ++kept;
  }
  orders_.resize(kept);
  extras_.resize(kept);
}

}  // namespace acts::backtest
