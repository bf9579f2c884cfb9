#include "sim/venue_codes.hpp"

namespace acts::sim {
namespace {

int spot_code_of(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::kPriceOffTick:
    case RejectReason::kQuantityOffLot:
    case RejectReason::kPriceOutOfBand:
    case RejectReason::kQuantityOutOfRange:
    case RejectReason::kMinNotional: return -1013;  // "Filter failure: …"
    case RejectReason::kTooManyOrders:
    case RejectReason::kTooManyStops:                // "Filter failure: MAX_NUM_ORDERS", "… MAX_NUM_ALGO_ORDERS"
    case RejectReason::kInsufficientBalance:         // "Account has insufficient balance for requested action."
    case RejectReason::kReduceOnly:                  // unknown to spot
    case RejectReason::kWouldTake:                   // "Order would immediately match and take."
    case RejectReason::kWouldTrigger: return -2010;  // "Order would trigger immediately."
    case RejectReason::kUnknownOrder: return -2011;  // "Unknown order sent."
    case RejectReason::kNotSupported: return -1014;  // UNKNOWN_ORDER_COMPOSITION
    case RejectReason::kOrderRate: return -1015;     // TOO_MANY_ORDERS
    case RejectReason::kNoLiquidity:                 // expires, without a code
    case RejectReason::kNone:
    case RejectReason::kSelfTrade:
    case RejectReason::kLinkedOrder: return 0;
    case RejectReason::kUnavailable: return -1008;  // SERVER_BUSY
  }
  return 0;
}

int usdm_code_of(RejectReason reason, OrderSide side) noexcept {
  switch (reason) {
    case RejectReason::kPriceOffTick: return -4014;         // PRICE_NOT_INCREASED_BY_TICK_SIZE
    case RejectReason::kQuantityOffLot: return -4023;       // QTY_NOT_INCREASED_BY_STEP_SIZE
    case RejectReason::kQuantityOutOfRange: return -4005;   // QTY_GREATER_THAN_MAX_QTY
    case RejectReason::kMinNotional: return -4164;          // MIN_NOTIONAL
    case RejectReason::kInsufficientBalance: return -2019;  // MARGIN_NOT_SUFFICIEN
    case RejectReason::kReduceOnly: return -2022;           // REDUCE_ONLY_REJECT
    case RejectReason::kUnknownOrder: return -2011;         // CANCEL_REJECTED
    case RejectReason::kTooManyOrders: return -2025;        // MAX_OPEN_ORDER_EXCEEDED
    case RejectReason::kTooManyStops: return -4045;         // MAX_STOP_ORDER_EXCEEDED
    case RejectReason::kOrderRate: return -1015;            // TOO_MANY_ORDERS
    case RejectReason::kWouldTake: return -5022;            // the post-only order "will be rejected"
    case RejectReason::kWouldTrigger: return -2021;         // ORDER_WOULD_IMMEDIATELY_TRIGGER
    case RejectReason::kNotSupported: return -1116;         // INVALID_ORDER_TYPE
    case RejectReason::kUnavailable:
      return -1008;  // SERVER_BUSY
    // PRICE_HIGHTER_THAN_MULTIPLIER_UP, PRICE_LOWER_THAN_MULTIPLIER_DOWN
    case RejectReason::kPriceOutOfBand: return side == OrderSide::kBuy ? -4016 : -4024;
    case RejectReason::kNoLiquidity:
    case RejectReason::kNone:
    case RejectReason::kSelfTrade:
    case RejectReason::kLinkedOrder: return 0;
  }
  return 0;
}

}  // namespace

int code_of(RejectReason reason, Venue venue, OrderSide side) noexcept {
  return venue == Venue::kBinanceSpot ? spot_code_of(reason) : usdm_code_of(reason, side);
}

}  // namespace acts::sim
