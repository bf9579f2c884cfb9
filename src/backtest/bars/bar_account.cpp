#include "backtest/bars/bar_account.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts::backtest {
namespace {

// Without trailing zeros: 0.0010 has three decimals.
Decimal shortest(Decimal value) {
  while (value.scale > 0 && value.units % 10 == 0) {
    value.units /= 10;
    --value.scale;
  }
  return value;
}

// Beyond 128 bits there is no money: orders are bounded long before (kMostQuantity).
int128 product(int128 a, int128 b) {
  int128 result = 0;
  ACTS_ASSERT(!__builtin_mul_overflow(a, b, &result));
  return result;
}

}  // namespace

Result<BarAccount> BarAccount::make(Scales scales, const Fees& fees, const Decimal& initial_balance, int least_scale) {
  const Decimal maker = shortest(fees.maker);
  const Decimal taker = shortest(fees.taker);
  const Decimal balance = shortest(initial_balance);
  const int value_scale = scales.price + scales.quantity;
  const int scale = std::max({value_scale + maker.scale, value_scale + taker.scale, balance.scale, least_scale});
  if (scale > kMaxScale) {
    return fail(ErrorCode::kUsage,
                fmt::format("tick size, lot size and fees have {} decimals together, and money {} at most: leave out "
                            "what the venue does not have",
                            scale, kMaxScale));
  }
  BarAccount account;
  account.money_scale_ = scale;
  account.per_value_ = power_of_ten(scale - value_scale);
  account.maker_ = maker.units * power_of_ten(scale - value_scale - maker.scale);
  account.taker_ = taker.units * power_of_ten(scale - value_scale - taker.scale);
  account.cash_ = product(balance.units, power_of_ten(scale - balance.scale));
  account.settled_ = account.cash_;
  return account;
}

int128 BarAccount::apply(OrderSide side, Price price, Quantity quantity, Liquidity liquidity) {
  const int128 value = (price * quantity).units();
  const int128 fee = product(value, liquidity == Liquidity::kMaker ? maker_ : taker_);
  const int128 money = product(value, per_value_);
  quantity_ += sign(side) * quantity.units();
  cash_ -= sign(side) * money;
  fee_ += fee;
  turnover_ += money;
  settled_ = cash_ - fee_;
  per_price_ = quantity_ * per_value_;
  return fee;
}

Position BarAccount::position() const {
  return {.quantity = Quantity{quantity_}, .cash = money(cash_), .fee = money(fee_), .funding = money(0)};
}

}  // namespace acts::backtest
