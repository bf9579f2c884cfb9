// Bars out of the trades of one instrument, by the time of their receipt, of equal length. Exact. Pure; not
// thread-safe.
#pragma once

#include <cstdint>

#include "acts/base/time.hpp"
#include "acts/market/bar.hpp"
#include "acts/market/events.hpp"

namespace acts::backtest {

class TradeBars {
 public:
  // The first bar begins at `begin`: a trade before it is in none. `interval`: positive.
  TradeBars(InstrumentId id, Scales scales, UnixNanos begin, Nanos interval)
      : interval_(interval), bar_{.instrument = id, .open_time = begin, .scales = scales, .trades = 0} {}

  // In the order of receipt; not behind the end of the present bar (asserted). A volume beyond 63 bits stays there.
  void add(const Trade& trade, UnixNanos ts_recv);
  [[nodiscard]] UnixNanos end() const { return bar_.open_time + interval_; }
  // The present bar is over, and the next one begins. False: there has been no trade yet, and there is no bar. A bar
  // without trades stays at the close before.
  bool close(Bar& bar);

 private:
  Nanos interval_;
  Bar bar_;
  bool has_price_ = false;
};

}  // namespace acts::backtest
