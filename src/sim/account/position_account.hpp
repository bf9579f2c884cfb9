// Position and money of one instrument: the sum of its fills, fees and funding, in money of one scale. The same at the
// simulated venue, on the side that hears of it later, and over bars. Always
//
//   equity = cash + value of (position - fees paid in the base asset) at the mark - fees + funding
//
// Pure; not thread-safe.
#pragma once

#include <cstdint>

#include "acts/base/decimal.hpp"
#include "acts/market/order.hpp"

#include "sim/account/contract.hpp"
#include "sim/account/fee_schedule.hpp"

namespace acts::sim {

class PositionAccount {
 public:
  // `base_scale`: FeeMeter::base_scale(). `position`: what there is of it from the start, units.
  PositionAccount(const MoneyTerms& terms, int base_scale, int128 cash = 0, std::int64_t position = 0);

  // A fill: `quantity` in units, negative when sold. False, and nothing has changed: money or position would be beyond
  // what is exact.
  [[nodiscard]] bool apply(std::int64_t quantity, Price price, const FeeCharge& charge);
  // Received; negative: paid. False: as above.
  [[nodiscard]] bool pay_funding(int128 funding);
  // What funding at this rate brings to the position as it is, at this price: positive where it is received. Longs pay
  // if the rate is positive.
  [[nodiscard]] int128 funding_of(MoneyMath& math, const Decimal& rate, const Decimal& price) const;
  // Takes from the fees, or adds to them if negative, what others bear of a loss.
  void bear(int128 money);

  [[nodiscard]] std::int64_t quantity() const { return quantity_; }  // negative: short
  [[nodiscard]] int128 cash() const { return cash_; }
  [[nodiscard]] int128 fee() const { return fee_; }
  [[nodiscard]] int128 base_fee() const { return base_fee_; }  // units of 10^-base_scale
  [[nodiscard]] int128 funding() const { return funding_; }
  // cash - fee + funding: what there is of the settlement asset, or was made and paid in it.
  [[nodiscard]] int128 settled() const { return settled_; }
  // At a price of the instrument's scale, above 0 and below MoneyTerms::kMostPrice: always exact money.
  [[nodiscard]] int128 equity(Price mark) const {
    if (per_price_is_all_) return settled_ + per_price_ * mark.units();
    return equity(to_decimal(mark, terms_.scales()));
  }
  // `mark`: of any scale up to kMaxScale; nothing below the tick's half and the account's scale is lost. Asserts that
  // it is exact money, which it is where largest_quantity() was heeded and the mark is one of a market.
  [[nodiscard]] int128 equity(const Decimal& mark) const;
  // The same, and whether it is.
  [[nodiscard]] int128 equity(MoneyMath& math, const Decimal& mark) const;

  [[nodiscard]] const MoneyTerms& terms() const { return terms_; }
  [[nodiscard]] int base_scale() const { return base_scale_; }
  [[nodiscard]] Position position() const;

 private:
  void settle();

  MoneyTerms terms_;
  int base_scale_;
  std::int64_t quantity_ = 0;
  int128 cash_ = 0;
  int128 fee_ = 0;
  int128 base_fee_ = 0;
  int128 funding_ = 0;
  // Of equity, as it is asked for at every bar and changed by few fills: what a price unit makes of it.
  int128 settled_ = 0;
  int128 per_price_ = 0;
  bool per_price_is_all_ = true;
};

}  // namespace acts::sim
