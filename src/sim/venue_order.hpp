// Orders, requests about them and answers as a simulated venue has them: prices are ranks or ticks, quantities units of
// the instrument's scale.
#pragma once

#include <cstdint>

#include "acts/base/time.hpp"
#include "acts/market/order.hpp"

#include "sim/market_row.hpp"

namespace acts::sim {

struct VenueOrder {
  ClientOrderId id = {};
  SideIndex side = kBidSide;
  OrderType type = OrderType::kLimit;
  TimeInForce time_in_force = TimeInForce::kGtc;
  Rank rank = 0;              // of orders with a limit; of others, if not 0, how far they may go
  std::int64_t quantity = 0;  // units; positive, whole lots
  std::int64_t stop = 0;      // of those that wait for a price: it, in ticks; kTrailingStop: the distance. Positive
  bool is_reduce_only = false;
  ClientOrderId linked = {};  // of a pair of which one ends the other
  bool is_of_venue = false;   // by which it closes a position itself: its rules do not bind it
};
constexpr OrderSide side_of(const VenueOrder& order) {
  return order.side == kBidSide ? OrderSide::kBuy : OrderSide::kSell;
}
// At a price that is known when it comes: a trailing stop's is not.
constexpr bool waits_for_a_price(const VenueOrder& order) {
  return is_conditional(order.type) && order.type != OrderType::kTrailingStop;
}

// As it arrives, without an id. Prices that its type has must be multiples of `tick`, which is in units.
constexpr VenueOrder venue_order_of(const NewOrder& order, std::int64_t tick) {
  const SideIndex side = index_of(order.side);
  const Price waits_for = order.type == OrderType::kTrailingStop ? order.trail : order.stop_price;
  return {.side = side,
          .type = order.type,
          .time_in_force = order.time_in_force,
          .rank = has_limit(order.type) ? rank_of(side, order.price.units() / tick) : 0,
          .quantity = order.quantity.units(),
          .stop = is_conditional(order.type) ? waits_for.units() / tick : 0,
          .is_reduce_only = order.reduce_only};
}

// What an order shall be: as ModifyOrder has it.
struct VenueChange {
  ClientOrderId id = {};
  Rank rank = 0;  // of orders without a limit: how far they may go, 0: as far as before
  std::int64_t quantity = 0;
  std::int64_t stop = 0;  // 0: as it is
  std::int64_t left =
      0;  // of the order, as known where it was asked for: that is what VenueModel::as_hftbacktest takes
};

struct VenueFill {
  Rank rank = 0;  // of the price that was paid, for the order's side
  std::int64_t quantity = 0;
  Liquidity liquidity = Liquidity::kMaker;
  FillCause cause = FillCause::kTaker;
  std::int64_t beyond = 0;  // of the quantity, what the trade that filled it, or the level that it met, did not have
  double ahead_at_entry = 0;
  double ahead = 0;
  // Best bid and ask at that time, in ticks; valid if has_middle.
  std::int64_t bid = 0;
  std::int64_t ask = 0;
  bool has_middle = false;
};

// What a venue's error code tells of a refusal besides its reason.
enum class RefusalDetail : std::uint8_t {
  kNone,
  kBelow,      // the least quantity or price that a rule allows,
  kAbove,      // the most,
  kStopAbove,  // and that of the price that is waited for
  kChange,     // of a modify
  kRequests,   // too many of all kinds, not of orders alone
};

// Something that an answer tells of.
struct VenueEvent {
  UnixNanos ts = {};
  OrderEvent event = OrderEvent::kAccepted;
  OrderStatus status = OrderStatus::kNew;
  RejectReason reason = RejectReason::kNone;
  VenueOrder order = {};  // as it is now
  std::int64_t left = 0;
  VenueFill fill = {};  // of kFilled and kPartiallyFilled
  RefusalDetail detail = RefusalDetail::kNone;
  [[nodiscard]] bool is_fill() const { return event == OrderEvent::kFilled || event == OrderEvent::kPartiallyFilled; }
};

}  // namespace acts::sim
