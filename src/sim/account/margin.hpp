// What margin a position needs: initial, to be opened, and maintenance, below which it is liquidated. Pure values.
//
//   initial       value / leverage, the leverage being at most that of the position's bracket
//   maintenance   value x rate of its bracket - amount, the amounts being such that there is no step from one bracket
//                 to the next
// Both are rounded up. Rules: Binance, "Leverage and Margin of USD-M Futures", notional brackets with `cum`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "sim/account/money_math.hpp"

namespace acts::sim {

struct MarginBracket {
  Decimal from = {};         // value of a position, settlement asset
  Decimal maintenance = {};  // rate, 0 ... 1
  int most_leverage = 0;     // 0: whatever
};

struct MarginModel {
  static constexpr int kMostLeverage = 1000;
  static constexpr std::size_t kMostBrackets = 64;
  int leverage = 1;
  std::vector<MarginBracket> brackets = {};  // the first from 0; none: there is no maintenance margin
  Decimal liquidation_fee = {};              // rate of the value that a liquidation closes, besides the taker's
  // Errors: kUsage.
  [[nodiscard]] Result<void> check() const;
};

class MarginTerms {
 public:
  // `model`: checked. `scale`: of money. What is finer than it in a bracket's bound is rounded down.
  MarginTerms(const MarginModel& model, int scale);
  // Of a position of this value, which is not negative.
  [[nodiscard]] int128 initial(int128 notional) const;
  int128 maintenance(MoneyMath& math, int128 notional) const;
  [[nodiscard]] const Decimal& liquidation_fee() const { return liquidation_fee_; }

 private:
  struct Bracket {
    int128 from;
    std::int64_t rate;  // units of 10^-rate_scale_
    int128 amount;      // units of money and of the rate
    int leverage;
  };
  [[nodiscard]] const Bracket& bracket_of(int128 notional) const;
  std::vector<Bracket> brackets_;
  int rate_scale_ = 0;
  Decimal liquidation_fee_;
};

// "FROM MAINTENANCE_RATE", and behind it the most leverage: "50000 0.005 100". Errors: kUsage.
Result<MarginBracket> parse_margin_bracket(std::string_view text);

}  // namespace acts::sim
