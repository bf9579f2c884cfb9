#include "backtest/bars/bar_account.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts::backtest {

Result<BarAccount> BarAccount::make(Scales scales, const sim::Contract& contract, const Fees& fees,
                                    const Decimal& initial_balance, int least_scale) {
  if (const Result<void> checked = fees.check(contract); !checked) return std::unexpected(checked.error());
  const Result<int> least = sim::MoneyTerms::least_scale(scales, contract, fees.decimals(scales));
  if (!least) return std::unexpected(least.error());
  const Decimal balance = sim::shortest(initial_balance);
  const sim::MoneyTerms terms(scales, contract, std::max({*least, balance.scale, least_scale}));
  sim::MoneyMath math;
  const int128 cash = math.scaled(balance.units, terms.scale() - balance.scale);
  if (math.has_overflown() || cash > sim::kMostPart || cash < -sim::kMostPart) {
    return fail(ErrorCode::kUsage, "initial_balance in [account] is more than money can be");
  }
  const sim::FeeMeter meter(fees, terms);
  return BarAccount(sim::PositionAccount(terms, meter.base_scale(), cash), meter);
}

std::optional<sim::FeeCharge> BarAccount::fill(const sim::FeeTrade& trade) {
  const sim::MoneyTerms& terms = position_.terms();
  if (trade.quantity.units() > terms.largest_quantity()) return std::nullopt;
  sim::MoneyMath math;
  const sim::FeeCharge charge = fees_.charge(math, trade, volume_, other_left_);
  if (math.has_overflown() || !book(trade, charge)) return std::nullopt;
  other_left_ -= charge.other;
  return charge;
}

bool BarAccount::book(const sim::FeeTrade& trade, const sim::FeeCharge& charge) {
  sim::MoneyMath math;
  const std::int64_t quantity = trade.quantity.units();
  const int128 cash = terms().cash_of(math, sign(trade.side) * quantity, trade.price);
  const int128 turnover = math.sum(turnover_, cash < 0 ? -cash : cash);
  if (math.has_overflown() || !position_.apply(sign(trade.side) * quantity, trade.price, charge)) return false;
  turnover_ = turnover;
  return true;
}

void BarAccount::apply(const Fill& fill) {
  const sim::FeeCharge charge{.fee = fill.fee.units, .received = fill.base_fee.units};
  const bool is_exact = position_.apply(sign(fill.side) * fill.quantity.units(), fill.price, charge);
  ACTS_ASSERT(is_exact);  // it was at the venue
}

}  // namespace acts::backtest
