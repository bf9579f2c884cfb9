// The times that market messages tell, "E" and "T", put on another clock. Pure.
#pragma once

#include <cstdint>
#include <functional>

#include "exchange/market_source.hpp"

namespace acts::exchange {

// Replaces the times of the message and those in its payload's outermost object (or objects, of a list) by what `moved`
// makes of them: milliseconds since 1970, of 13 digits before and after, others stay. Nothing else changes, nor does
// the length. Times deeper inside, such as a candle's, belong to what is told, and stay.
void move_event_times(MarketMessage& message, const std::function<std::int64_t(std::int64_t)>& moved);

}  // namespace acts::exchange
