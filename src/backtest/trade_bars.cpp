#include "backtest/trade_bars.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts::backtest {

void TradeBars::add(const Trade& trade, UnixNanos ts_recv) {
  if (ts_recv < bar_.open_time) return;
  ACTS_ASSERT(ts_recv < end());
  if (bar_.trades == 0) {
    bar_.open = trade.price;
    bar_.high = trade.price;
    bar_.low = trade.price;
  }
  bar_.high = std::max(bar_.high, trade.price);
  bar_.low = std::min(bar_.low, trade.price);
  bar_.close = trade.price;
  const std::int64_t room = INT64_MAX - bar_.volume.units();
  bar_.volume = Quantity{bar_.volume.units() + std::min(room, trade.quantity.units())};
  ++bar_.trades;
  has_price_ = true;
}

bool TradeBars::close(Bar& bar) {
  bar_.close_time = end();
  bar = bar_;
  bar_.open_time = bar_.close_time;
  bar_.open = bar_.close;
  bar_.high = bar_.close;
  bar_.low = bar_.close;
  bar_.volume = Quantity{0};
  bar_.trades = 0;
  return has_price_;
}

}  // namespace acts::backtest
