// What a trade of an instrument costs and what a position in it is worth: linear and inverse contracts. Pure values.
//
// With q bought (sold: negative), contract size s and price p, in the settlement asset:
//   linear    a trade brings -q s p in cash, and a position is worth q s p. Spot is linear with s = 1.
//   inverse   a trade brings q s / p, and a position is worth -q s / p: so what is made between entry and exit is
//             q s (1/entry - 1/exit). p is in quote per base asset, and the settlement asset the base asset.
// Money has one scale. Linear amounts on the tick are exact in it; what is finer, as every inverse amount may be, is
// rounded down, towards minus infinity: against the account, by less than one unit (10^-18 of inverse contracts).
// Rules: Binance, "USD-M Futures" and "COIN-M Futures", "PnL and margin calculation".
#pragma once

#include <cstdint>
#include <string_view>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/market/order.hpp"
#include "acts/market/price.hpp"

#include "sim/account/money_math.hpp"

namespace acts::sim {

enum class ContractKind : std::uint8_t { kLinear, kInverse };

struct Contract {
  ContractKind kind = ContractKind::kLinear;
  Decimal size = {1, 0};  // linear: base asset of a unit of quantity; inverse: quote asset of a contract; positive
};

class MoneyTerms {
 public:
  // Prices on the tick are below this many units, which bounds what positions may be (largest_quantity()).
  static constexpr std::int64_t kMostPrice = std::int64_t{1} << 50;

  // `scale`: decimals of money: at least least_scale(), at most kMaxScale (asserted). `contract` as there.
  MoneyTerms(Scales scales, const Contract& contract, int scale);
  // Decimals in which fills are exact, with fee rates of `fee_decimals` too; of inverse contracts kMaxScale. Errors:
  // kUsage: more than kMaxScale; a size that is not positive or beyond 10^12.
  static Result<int> least_scale(Scales scales, const Contract& contract, int fee_decimals);

  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] Scales scales() const { return scales_; }
  [[nodiscard]] bool is_linear() const { return is_linear_; }
  [[nodiscard]] Decimal size() const { return {.units = size_, .scale = size_scale_}; }  // of the contract
  [[nodiscard]] Decimal money(int128 units) const { return {.units = units, .scale = scale_}; }
  // Of linear contracts: money units of one unit of price times one of quantity.
  [[nodiscard]] int128 per_value() const { return per_value_; }
  // The largest quantity, and position of either sign, whose money is exact at any price. Units.
  [[nodiscard]] std::int64_t largest_quantity() const { return largest_quantity_; }

  // Change of cash by a trade. `quantity`: units, negative when sold; `price`: positive.
  int128 cash_of(MoneyMath& math, std::int64_t quantity, Price price) const;
  // What a position is worth; `mark`: positive, of any scale up to kMaxScale.
  int128 value_of(MoneyMath& math, std::int64_t quantity, const Decimal& mark) const;
  // The magnitude of a position's value, rounded up: what margin is asked of.
  int128 notional_of(MoneyMath& math, std::int64_t quantity, const Decimal& mark) const;
  // A part of the magnitude of a position's value, rounded up (a payment); `rate`: of whatever sign.
  int128 part_of(MoneyMath& math, std::int64_t quantity, const Decimal& price, const Decimal& rate) const;
  // In the asset that the contract's value is fixed or quoted in, whatever it is settled in: q s p, or q s.
  int128 turnover_of(MoneyMath& math, std::int64_t quantity, Price price) const;

 private:
  Scales scales_;
  int scale_;
  bool is_linear_;
  int128 size_;     // units,
  int size_scale_;  // and their decimals
  int128 per_value_ = 0;
  std::int64_t largest_quantity_ = 0;
};

std::string_view to_string(ContractKind kind) noexcept;           // "linear", "inverse"
Result<ContractKind> parse_contract_kind(std::string_view text);  // Errors: kUsage

}  // namespace acts::sim
