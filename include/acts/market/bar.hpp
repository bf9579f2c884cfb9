// One bar (candle): what was traded between two times.
#pragma once

#include <cstdint>

#include "acts/base/time.hpp"
#include "acts/market/order.hpp"
#include "acts/market/price.hpp"

namespace acts {

// open_time <= ts < close_time is what it covers; it is known at close_time, not before. low <= open, close <= high.
struct Bar {
  InstrumentId instrument = {};
  UnixNanos open_time = {};
  UnixNanos close_time = {};
  Scales scales = {};
  Price open = {};
  Price high = {};
  Price low = {};
  Price close = {};
  Quantity volume = {};      // base asset
  std::int64_t trades = -1;  // -1: not told
  friend bool operator==(const Bar&, const Bar&) = default;
};

}  // namespace acts
