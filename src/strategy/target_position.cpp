#include "strategy/target_position.hpp"

#include <cstdlib>

namespace acts::strategy {

void TargetPosition::set(StrategyContext& context, InstrumentId id, Quantity wanted) {
  wanted_ = wanted.units();
  advance(context, id);
}

void TargetPosition::on_order(StrategyContext& context, InstrumentId id) {
  if (wanted_) advance(context, id);
}

void TargetPosition::advance(StrategyContext& context, InstrumentId id) {
  cancelled_.clear();
  for (const OpenOrder& order : context.open_orders(id)) {
    if (!order.is_requested) cancelled_.push_back(order.id);
  }
  for (const ClientOrderId order : cancelled_) context.cancel(order);
  if (!context.open_orders(id).empty()) return;
  const std::int64_t missing = -context.held(id, Quantity{*wanted_}).units();
  wanted_.reset();
  if (missing == 0) return;
  context.place({.instrument = id,
                 .side = missing > 0 ? OrderSide::kBuy : OrderSide::kSell,
                 .type = OrderType::kMarket,
                 .quantity = Quantity{std::abs(missing)}});
}

}  // namespace acts::strategy
