#include "acts/market/order.hpp"

#include <algorithm>

namespace acts {

bool can_be_oco(const NewOrder& first, const NewOrder& second) noexcept {
  const auto fits = [](const NewOrder& order) {
    if (is_conditional(order.type)) return true;
    const bool rests = order.time_in_force == TimeInForce::kGtc || order.time_in_force == TimeInForce::kGtx;
    return order.type == OrderType::kLimit && rests;
  };
  return first.instrument == second.instrument && first.side == second.side && first.quantity == second.quantity &&
         fits(first) && fits(second) && (is_conditional(first.type) || is_conditional(second.type));
}

Decimal held(const Position& position, int quantity_scale) {
  const int scale = std::max(position.base_fee.scale, quantity_scale);
  const int128 quantity = int128{position.quantity.units()} * power_of_ten(scale - quantity_scale);
  return {quantity - position.base_fee.units * power_of_ten(scale - position.base_fee.scale), scale};
}

Quantity held_beyond(const Position& position, int quantity_scale, Quantity wanted, Quantity lot) {
  const Decimal is_held = held(position, quantity_scale);
  const int128 one = power_of_ten(is_held.scale - quantity_scale);
  const int128 lots = (is_held.units - wanted.units() * one) / (lot.units() * one);
  return Quantity{static_cast<std::int64_t>(lots * lot.units())};
}

std::string_view to_string(OrderSide side) noexcept { return side == OrderSide::kBuy ? "buy" : "sell"; }

std::string_view to_string(OrderType type) noexcept {
  switch (type) {
    case OrderType::kLimit: return "limit";
    case OrderType::kMarket: return "market";
    case OrderType::kStop: return "stop";
    case OrderType::kStopLimit: return "stop_limit";
    case OrderType::kTakeProfit: return "take_profit";
    case OrderType::kTakeProfitLimit: return "take_profit_limit";
    case OrderType::kTrailingStop: return "trailing_stop";
  }
  return "";
}

std::string_view to_string(TimeInForce time_in_force) noexcept {
  switch (time_in_force) {
    case TimeInForce::kGtc: return "gtc";
    case TimeInForce::kGtx: return "gtx";
    case TimeInForce::kIoc: return "ioc";
    case TimeInForce::kFok: return "fok";
  }
  return "";
}

std::string_view to_string(OrderStatus status) noexcept {
  switch (status) {
    case OrderStatus::kPendingNew: return "pending_new";
    case OrderStatus::kNew: return "new";
    case OrderStatus::kPartiallyFilled: return "partially_filled";
    case OrderStatus::kFilled: return "filled";
    case OrderStatus::kCancelled: return "cancelled";
    case OrderStatus::kExpired: return "expired";
    case OrderStatus::kRejected: return "rejected";
  }
  return "";
}

std::string_view to_string(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::kNone: return "";
    case RejectReason::kPriceOffTick: return "price_off_tick";
    case RejectReason::kQuantityOffLot: return "quantity_off_lot";
    case RejectReason::kPriceOutOfBand: return "price_out_of_band";
    case RejectReason::kQuantityOutOfRange: return "quantity_out_of_range";
    case RejectReason::kMinNotional: return "min_notional";
    case RejectReason::kInsufficientBalance: return "insufficient_balance";
    case RejectReason::kReduceOnly: return "reduce_only";
    case RejectReason::kUnknownOrder: return "unknown_order";
    case RejectReason::kTooManyOrders: return "too_many_orders";
    case RejectReason::kNoLiquidity: return "no_liquidity";
    case RejectReason::kWouldTake: return "would_take";
    case RejectReason::kNotSupported: return "not_supported";
    case RejectReason::kSelfTrade: return "self_trade";
    case RejectReason::kUnavailable: return "unavailable";
    case RejectReason::kWouldTrigger: return "would_trigger";
    case RejectReason::kTooManyStops: return "too_many_stops";
    case RejectReason::kOrderRate: return "order_rate";
    case RejectReason::kLinkedOrder: return "linked_order";
  }
  return "";
}

std::string_view to_string(OrderEvent event) noexcept {
  switch (event) {
    case OrderEvent::kSubmitted: return "submitted";
    case OrderEvent::kAccepted: return "accepted";
    case OrderEvent::kRejected: return "rejected";
    case OrderEvent::kModified: return "modified";
    case OrderEvent::kCancelled: return "cancelled";
    case OrderEvent::kExpired: return "expired";
    case OrderEvent::kPartiallyFilled: return "partially_filled";
    case OrderEvent::kFilled: return "filled";
    case OrderEvent::kTriggered: return "triggered";
  }
  return "";
}

std::string_view to_string(Liquidity liquidity) noexcept { return liquidity == Liquidity::kMaker ? "maker" : "taker"; }

std::string_view to_string(FillCause cause) noexcept {
  switch (cause) {
    case FillCause::kCrossed: return "crossed";
    case FillCause::kTradedThrough: return "traded_through";
    case FillCause::kQueueDone: return "queue_done";
    case FillCause::kTaker: return "taker";
    case FillCause::kLiquidation: return "liquidation";
  }
  return "";
}

std::string_view to_string(SelfTradePrevention mode) noexcept {
  switch (mode) {
    case SelfTradePrevention::kNone: return "none";
    case SelfTradePrevention::kExpireTaker: return "expire_taker";
    case SelfTradePrevention::kExpireMaker: return "expire_maker";
    case SelfTradePrevention::kExpireBoth: return "expire_both";
  }
  return "";
}

}  // namespace acts
