// What a position has made by being closed: what was opened first is closed first. Exact. Pure.
#pragma once

#include <cstdint>
#include <deque>

#include "acts/base/decimal.hpp"
#include "acts/market/order.hpp"

#include "sim/account/contract.hpp"

namespace acts::backtest {

class Realised {
 public:
  // What is held from the start, before the first add(): long, of what is settled linearly; at a price of half a tick
  // at the finest.
  void begin(std::int64_t quantity, const Decimal& price) {
    initial_ = quantity;
    initial_price_ = price;
  }
  // In money units: what this fill closed, 0 if it only opened. `quantity`: as its money is exact (PositionAccount).
  int128 add(OrderSide side, std::int64_t price, std::int64_t quantity, const sim::MoneyTerms& terms) {
    sim::MoneyMath math;
    int128 made = 0;
    if (initial_ > 0 && side == OrderSide::kSell) {
      const std::int64_t closed = quantity < initial_ ? quantity : initial_;
      made += terms.cash_of(math, -closed, Price{price}) - terms.value_of(math, closed, initial_price_);
      quantity -= closed;
      initial_ -= closed;
    }
    while (quantity > 0 && !lots_.empty() && lots_.front().side != side) {
      Lot& first = lots_.front();
      const std::int64_t closed = quantity < first.quantity ? quantity : first.quantity;
      const std::int64_t opened = closed * sign(first.side);
      made += terms.cash_of(math, opened, Price{first.price}) + terms.cash_of(math, -opened, Price{price});
      quantity -= closed;
      first.quantity -= closed;
      if (first.quantity == 0) lots_.pop_front();
    }
    if (quantity == 0) return made;
    // Neighbours at one price are one; else there is one for each fill that opened what is held.
    if (!lots_.empty() && lots_.back().price == price) {
      lots_.back().quantity += quantity;
    } else {
      lots_.push_back({side, price, quantity});
    }
    return made;
  }

 private:
  std::int64_t initial_ = 0;  // of it what is still held
  Decimal initial_price_ = {};
  struct Lot {
    OrderSide side;
    std::int64_t price;
    std::int64_t quantity;
  };
  std::deque<Lot> lots_;
};

}  // namespace acts::backtest
