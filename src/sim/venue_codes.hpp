// The numbers by which venues say why they refuse.
#pragma once

#include "acts/market/order.hpp"
#include "acts/market/venue.hpp"

#include "sim/venue_order.hpp"

namespace acts::sim {

// The error code that the venue answers a request with which it refuses for this reason, or with which it says why an
// order expired at once; 0: it has none, and says it by the order's status (kNone, kLinkedOrder, kSelfTrade).
//
// Spot: binance-spot-api-docs, errors.md (2025-01-09). Filters are -1013 where the request is checked and -2010 where
// the matching engine does it (counts of open orders); what is wrong with a request to cancel or change is -2011.
// USD-M: developers.binance.com/docs/derivatives/usds-margined-futures/error-code. There `detail` tells a quantity that
// is too small (-4004) from one too large (-4005), a price below the least (-4013) and above the most (-4002, of stops
// -4007) from one beyond the band (a buy's above -4016, a sell's below -4024), and a modify of what is not there
// (-2013) from a cancel (-2011). All read 2026-11.
int code_of(RejectReason reason, Venue venue, OrderSide side = OrderSide::kBuy,
            RefusalDetail detail = RefusalDetail::kNone) noexcept;

}  // namespace acts::sim
