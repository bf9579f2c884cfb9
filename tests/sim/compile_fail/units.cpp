// A latency is not a span of time, and orders, instruments and timers are not each other's numbers.
#include "acts/market/order.hpp"
#include "acts/strategy/strategy.hpp"

#include "sim/latency.hpp"

namespace {

[[maybe_unused]] acts::UnixNanos later(acts::UnixNanos t, acts::sim::Latency latency) { return t + latency.span(); }
[[maybe_unused]] bool is_first(acts::ClientOrderId id) { return id == acts::ClientOrderId{1}; }

#ifdef ACTS_MUST_NOT_COMPILE_latency_from_span
acts::sim::Latency from_span(acts::Nanos span) { return span; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_latency_made_of_span
acts::sim::Latency made_of_span(acts::Nanos span) { return acts::sim::Latency{span}; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_time_plus_latency
acts::UnixNanos sum(acts::UnixNanos t, acts::sim::Latency latency) { return t + latency; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_order_id_from_integer
acts::ClientOrderId from_integer() { return 7; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_order_id_for_instrument_id
acts::InstrumentId for_instrument(acts::ClientOrderId id) { return id; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_order_side_for_book_side
acts::Side for_book(acts::OrderSide side) { return side; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_price_for_quantity_of_order
acts::NewOrder order(acts::Price price) { return {.quantity = price}; }
#endif

}  // namespace
