#include "strategy/quote.hpp"

namespace acts::strategy {

void Quote::set(StrategyContext& context, InstrumentId id, OrderSide side, std::optional<Price> price,
                Quantity quantity) {
  bool is_there = false;
  cancelled_.clear();
  for (const OpenOrder& order : context.open_orders(id)) {
    if (order.side != side) continue;
    if (price && order.price == *price) {
      is_there = true;
    } else if (!order.is_requested) {
      cancelled_.push_back(order.id);
    }
  }
  for (const ClientOrderId order : cancelled_) context.cancel(order);
  if (is_there || !price) return;
  context.place(
      {.instrument = id, .side = side, .time_in_force = TimeInForce::kGtx, .price = *price, .quantity = quantity});
}

}  // namespace acts::strategy
