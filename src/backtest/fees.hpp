// What trading costs. Exact.
#pragma once

#include "acts/base/decimal.hpp"
#include "acts/market/order.hpp"

namespace acts::backtest {

// Of the value traded; negative: received. At most 6 decimals (checked where they are set).
struct Fees {
  static constexpr int kMostDecimals = 6;
  Decimal maker = {};
  Decimal taker = {};

  [[nodiscard]] const Decimal& rate(Liquidity liquidity) const {
    return liquidity == Liquidity::kMaker ? maker : taker;
  }
};

}  // namespace acts::backtest
