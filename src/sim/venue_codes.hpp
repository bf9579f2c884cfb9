// The numbers by which venues say why they refuse.
#pragma once

#include "acts/market/order.hpp"
#include "acts/market/venue.hpp"

namespace acts::sim {

// The error code that the venue answers a request with which it refuses for this reason, or with which it says why an
// order expired at once; 0: it has none, and says it by the order's status (kNone, kLinkedOrder, kSelfTrade).
//
// Spot: binance-spot-api-docs, errors.md (2025-01-09). Filters are -1013 where the request is checked and -2010 where
// the matching engine does it (counts of open orders); what is wrong with a request to cancel or change is -2011.
// USD-M: developers.binance.com/docs/derivatives/usds-margined-futures/error-code. There a price above the band is
// -4016 and one below it -4024, a quantity too small -4004 and one too large -4005: buys are bounded above and sells
// below, so `side` tells the first; of the second it is -4005. All read 2026-11.
int code_of(RejectReason reason, Venue venue, OrderSide side = OrderSide::kBuy) noexcept;

}  // namespace acts::sim
