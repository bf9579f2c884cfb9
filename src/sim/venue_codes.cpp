#include "sim/venue_codes.hpp"

namespace acts::sim {
namespace {

int rate_code_of(RefusalDetail detail) noexcept {
  return detail == RefusalDetail::kRequests ? -1003 : -1015;  // TOO_MANY_REQUESTS, TOO_MANY_ORDERS
}

int spot_code_of(RejectReason reason, RefusalDetail detail) noexcept {
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
    case RejectReason::kOrderRate: return rate_code_of(detail);
    case RejectReason::kNoLiquidity:  // expires, without a code
    case RejectReason::kNone:
    case RejectReason::kSelfTrade:
    case RejectReason::kLinkedOrder: return 0;
    case RejectReason::kUnavailable: return -1008;  // SERVER_BUSY
  }
  return 0;
}

int price_code_of(RefusalDetail detail, OrderSide side) noexcept {
  switch (detail) {
    case RefusalDetail::kBelow: return -4013;      // PRICE_LESS_THAN_MIN_PRICE
    case RefusalDetail::kAbove: return -4002;      // PRICE_GREATER_THAN_MAX_PRICE
    case RefusalDetail::kStopAbove: return -4007;  // STOP_PRICE_GREATER_THAN_MAX_PRICE
    case RefusalDetail::kNone:
    case RefusalDetail::kChange:
    case RefusalDetail::kRequests: break;
  }
  // PRICE_HIGHTER_THAN_MULTIPLIER_UP, PRICE_LOWER_THAN_MULTIPLIER_DOWN
  return side == OrderSide::kBuy ? -4016 : -4024;
}

int usdm_code_of(RejectReason reason, OrderSide side, RefusalDetail detail) noexcept {
  switch (reason) {
    case RejectReason::kPriceOffTick: return -4014;  // PRICE_NOT_INCREASED_BY_TICK_SIZE
    case RejectReason::kQuantityOffLot:
      return -4023;  // QTY_NOT_INCREASED_BY_STEP_SIZE
    // QTY_LESS_THAN_MIN_QTY, QTY_GREATER_THAN_MAX_QTY
    case RejectReason::kQuantityOutOfRange: return detail == RefusalDetail::kBelow ? -4004 : -4005;
    case RejectReason::kMinNotional: return -4164;          // MIN_NOTIONAL
    case RejectReason::kInsufficientBalance: return -2019;  // MARGIN_NOT_SUFFICIEN
    case RejectReason::kReduceOnly:
      return -2022;  // REDUCE_ONLY_REJECT
    // NO_SUCH_ORDER, CANCEL_REJECTED
    case RejectReason::kUnknownOrder: return detail == RefusalDetail::kChange ? -2013 : -2011;
    case RejectReason::kTooManyOrders: return -2025;  // MAX_OPEN_ORDER_EXCEEDED
    case RejectReason::kTooManyStops: return -4045;   // MAX_STOP_ORDER_EXCEEDED
    case RejectReason::kOrderRate: return rate_code_of(detail);
    case RejectReason::kWouldTake: return -5022;     // the post-only order "will be rejected"
    case RejectReason::kWouldTrigger: return -2021;  // ORDER_WOULD_IMMEDIATELY_TRIGGER
    case RejectReason::kNotSupported: return -1116;  // INVALID_ORDER_TYPE
    case RejectReason::kUnavailable: return -1008;   // SERVER_BUSY
    case RejectReason::kPriceOutOfBand: return price_code_of(detail, side);
    case RejectReason::kNoLiquidity:
    case RejectReason::kNone:
    case RejectReason::kSelfTrade:
    case RejectReason::kLinkedOrder: return 0;
  }
  return 0;
}

}  // namespace

int code_of(RejectReason reason, Venue venue, OrderSide side, RefusalDetail detail) noexcept {
  return venue == Venue::kBinanceSpot ? spot_code_of(reason, detail) : usdm_code_of(reason, side, detail);
}

}  // namespace acts::sim
