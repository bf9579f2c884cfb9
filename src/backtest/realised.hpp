// What a position has made by being closed: what was opened first is closed first. Exact. Pure.
#pragma once

#include <cstdint>
#include <deque>

#include "acts/base/decimal.hpp"
#include "acts/market/order.hpp"

namespace acts::backtest {

class Realised {
 public:
  // In units of 10^-(price scale + quantity scale): what this fill closed, 0 if it only opened.
  int128 add(OrderSide side, std::int64_t price, std::int64_t quantity) {
    int128 made = 0;
    while (quantity > 0 && !lots_.empty() && lots_.front().side != side) {
      Lot& first = lots_.front();
      const std::int64_t closed = quantity < first.quantity ? quantity : first.quantity;
      made += int128{price - first.price} * closed * sign(first.side);
      quantity -= closed;
      first.quantity -= closed;
      if (first.quantity == 0) lots_.pop_front();
    }
    if (quantity == 0) return made;
    // Neighbours at one price are one: what is held is bounded by the prices that it was opened at.
    if (!lots_.empty() && lots_.back().price == price) {
      lots_.back().quantity += quantity;
    } else {
      lots_.push_back({side, price, quantity});
    }
    return made;
  }

 private:
  struct Lot {
    OrderSide side;
    std::int64_t price;
    std::int64_t quantity;
  };
  std::deque<Lot> lots_;
};

}  // namespace acts::backtest
