#include "sim/account/position_account.hpp"

#include "acts/base/assert.hpp"

namespace acts::sim {
namespace {

bool is_part(int128 money) { return money <= kMostPart && money >= -kMostPart; }

}  // namespace

PositionAccount::PositionAccount(const MoneyTerms& terms, int base_scale, int128 cash, std::int64_t position)
    : terms_(terms), base_scale_(base_scale), quantity_(position), cash_(cash) {
  settle();
}

void PositionAccount::settle() {
  settled_ = cash_ - fee_ + funding_;
  per_price_ = quantity_ * terms_.per_value();
  per_price_is_all_ = terms_.is_linear() && base_fee_ == 0;
}

bool PositionAccount::apply(std::int64_t quantity, Price price, const FeeCharge& charge) {
  const std::int64_t largest = terms_.largest_quantity();
  if (quantity > largest || quantity < -largest || price.units() <= 0 || price.units() >= MoneyTerms::kMostPrice) {
    return false;
  }
  const std::int64_t position = quantity_ + quantity;
  if (position > largest || position < -largest) return false;
  MoneyMath math;
  const int128 cash = math.sum(cash_, terms_.cash_of(math, quantity, price));
  const int128 fee = math.sum(fee_, charge.fee);
  const int128 base_fee = math.sum(base_fee_, charge.received);
  // A middle price has a decimal more.
  const int128 lost = math.scaled(math.product(base_fee, MoneyTerms::kMostPrice), 1);
  if (math.has_overflown() || !is_part(cash) || !is_part(fee) || !is_part(lost)) return false;
  quantity_ = position;
  cash_ = cash;
  fee_ = fee;
  base_fee_ = base_fee;
  settle();
  return true;
}

bool PositionAccount::pay_funding(int128 funding) {
  MoneyMath math;
  const int128 paid = math.sum(funding_, funding);
  if (math.has_overflown() || !is_part(paid)) return false;
  funding_ = paid;
  settle();
  return true;
}

int128 PositionAccount::funding_of(MoneyMath& math, const Decimal& rate, const Decimal& price) const {
  const Decimal paid_rate{quantity_ < 0 ? -rate.units : rate.units, rate.scale};
  return -terms_.part_of(math, quantity_, price, paid_rate);
}

void PositionAccount::bear(int128 money) {
  fee_ -= money;
  settle();
}

int128 PositionAccount::equity(MoneyMath& math, const Decimal& mark) const {
  int128 equity = math.sum(settled_, terms_.value_of(math, quantity_, mark));
  if (base_fee_ != 0) {
    const int exponent = terms_.scale() - base_scale_ - mark.scale;
    equity = math.sum(equity, math.scaled(-math.product(base_fee_, mark.units), exponent));
  }
  return equity;
}

int128 PositionAccount::equity(const Decimal& mark) const {
  MoneyMath math;
  const int128 value = equity(math, mark);
  ACTS_ASSERT(!math.has_overflown());
  return value;
}

Position PositionAccount::position() const {
  return {.quantity = Quantity{quantity_},
          .cash = terms_.money(cash_),
          .fee = terms_.money(fee_),
          .funding = terms_.money(funding_),
          .base_fee = {base_fee_, base_fee_ == 0 ? 0 : base_scale_}};
}

}  // namespace acts::sim
