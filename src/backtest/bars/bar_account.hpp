// Money of one instrument over bars, exact: what fills cost and bring, and fees. Pure.
#pragma once

#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/market/order.hpp"
#include "acts/market/price.hpp"

#include "backtest/fees.hpp"
#include "sim/account/fee_schedule.hpp"
#include "sim/account/position_account.hpp"

namespace acts::backtest {

class BarAccount {
 public:
  // `least_scale`: that money has at least. Errors: kUsage: prices, quantities and fee rates (or the balance) have more
  // decimals together than kMaxScale; what fees do not allow.
  static Result<BarAccount> make(Scales scales, const sim::Contract& contract, const Fees& fees,
                                 const Decimal& initial_balance, int least_scale = 0);

  // A fill as the venue makes it: what it was charged; nothing, and nothing has changed, if money or position would be
  // beyond what is exact.
  std::optional<sim::FeeCharge> fill(const sim::FeeTrade& trade);
  // A fill that another account was charged for. False, and nothing has changed: as above.
  [[nodiscard]] bool book(const sim::FeeTrade& trade, const sim::FeeCharge& charge);
  // The same fill where it is heard of, with what it was charged there.
  void apply(const Fill& fill);
  // What funding brings to the position at this price,
  [[nodiscard]] int128 funding_of(sim::MoneyMath& math, const Decimal& rate, const Decimal& price) const {
    return position_.funding_of(math, rate, price);
  }
  // and when it comes. False: as above.
  [[nodiscard]] bool pay_funding(int128 received) { return position_.pay_funding(received); }

  [[nodiscard]] std::int64_t quantity() const { return position_.quantity(); }  // negative: short
  // Of nothing held, and no fee in the base asset, no price changes anything.
  [[nodiscard]] bool depends_on_price() const { return quantity() != 0 || position_.base_fee() != 0; }
  [[nodiscard]] int128 cash() const { return position_.cash(); }
  [[nodiscard]] int128 fee() const { return position_.fee(); }
  // cash + position x mark - fee + funding.
  [[nodiscard]] int128 equity(Price mark) const { return position_.equity(mark); }
  // Decimals of money: one scale for all of it, in which every sum is exact.
  [[nodiscard]] int money_scale() const { return position_.terms().scale(); }
  [[nodiscard]] const sim::MoneyTerms& terms() const { return position_.terms(); }
  [[nodiscard]] Decimal money(int128 units) const { return position_.terms().money(units); }
  [[nodiscard]] Decimal base_money(int128 units) const { return {units, units == 0 ? 0 : position_.base_scale()}; }
  // Sum of what was paid or received for all fills, settlement asset. What fee tiers go by is FeeMeter's.
  [[nodiscard]] int128 turnover() const { return turnover_; }
  [[nodiscard]] Position position() const { return position_.position(); }

 private:
  BarAccount(const sim::PositionAccount& position, const sim::FeeMeter& fees)
      : position_(position), fees_(fees), volume_(fees.first_volume()), other_left_(fees.other_balance()) {}
  sim::PositionAccount position_;
  sim::FeeMeter fees_;
  sim::VolumeWindow volume_;
  int128 other_left_;
  int128 turnover_ = 0;
};

}  // namespace acts::backtest
