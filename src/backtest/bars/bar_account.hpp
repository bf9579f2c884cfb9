// Money of one instrument, exact: what fills cost and bring, and fees. Pure.
#pragma once

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/market/order.hpp"
#include "acts/market/price.hpp"

#include "backtest/fees.hpp"

namespace acts::backtest {

class BarAccount {
 public:
  // `least_scale`: that money has at least. Errors: kUsage: prices, quantities and fee rates (or the balance) have more
  // decimals together than kMaxScale.
  static Result<BarAccount> make(Scales scales, const Fees& fees, const Decimal& initial_balance, int least_scale = 0);

  // The fee that it cost, in units of 10^-money_scale().
  int128 apply(OrderSide side, Price price, Quantity quantity, Liquidity liquidity);

  [[nodiscard]] std::int64_t quantity() const { return quantity_; }  // negative: short
  [[nodiscard]] int128 cash() const { return cash_; }
  [[nodiscard]] int128 fee() const { return fee_; }
  // cash + position x mark - fee.
  [[nodiscard]] int128 equity(Price mark) const { return settled_ + per_price_ * mark.units(); }
  // Decimals of money: one scale for all of it, in which every sum is exact.
  [[nodiscard]] int money_scale() const { return money_scale_; }
  [[nodiscard]] Decimal money(int128 units) const { return {.units = units, .scale = money_scale_}; }
  // Sum of the values of all fills.
  [[nodiscard]] int128 turnover() const { return turnover_; }
  [[nodiscard]] Position position() const;

 private:
  BarAccount() = default;
  int money_scale_ = 0;
  int128 per_value_ = 1;  // money units of one unit of price times one of quantity
  int128 maker_ = 0;      // of the same product, the fee
  int128 taker_ = 0;
  std::int64_t quantity_ = 0;
  int128 cash_ = 0;
  int128 fee_ = 0;
  int128 turnover_ = 0;
  // Of equity, as it is asked for at every bar and changed by few: cash - fee, and what a price unit makes of it.
  int128 settled_ = 0;
  int128 per_price_ = 0;
};

}  // namespace acts::backtest
