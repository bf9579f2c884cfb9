#include "backtest/sample_check.hpp"

#include "backtest/money.hpp"
#include "sim/account/money_math.hpp"

namespace acts::backtest {
namespace {

// What the base asset is worth that was paid.
int128 lost_at(sim::MoneyMath& math, const Decimal& base_fee, const Decimal& mark, int scale) {
  return math.scaled(math.product(-base_fee.units, mark.units), scale - base_fee.scale - mark.scale);
}

bool is_linear_value(sim::MoneyMath& math, int128 value, const Decimal& sized, const Decimal& mark, int scale) {
  return math.scaled(math.product(sized.units, mark.units), scale - sized.scale - mark.scale) == value;
}

// value = -sized / mark, rounded down: found without dividing.
bool is_inverse_value(sim::MoneyMath& math, int128 value, const Decimal& sized, const Decimal& mark, int scale) {
  if (sized.units == 0) return value == 0;
  const int128 held = math.scaled(-sized.units, scale + mark.scale - sized.scale);
  const int128 left = math.sum(held, -math.product(value, mark.units));
  return left >= 0 && left < mark.units;
}

}  // namespace

bool adds_up(const Sample& sample, const sim::MoneyTerms& terms) {
  const Position& position = sample.position;
  const Decimal held = minus(plus(minus(sample.equity, position.cash), position.fee), position.funding);
  if (!sample.mark) return held.units == 0;
  const int scale = terms.scale();
  if (held.scale > scale) return false;
  sim::MoneyMath math;
  const Decimal size = terms.size();
  const Decimal sized{math.product(position.quantity.units(), size.units), terms.scales().quantity + size.scale};
  const int128 lost = lost_at(math, position.base_fee, *sample.mark, scale);
  const int128 value = math.sum(rescaled(held, scale).units, -lost);
  const bool is_value = terms.is_linear() ? is_linear_value(math, value, sized, *sample.mark, scale)
                                          : is_inverse_value(math, value, sized, *sample.mark, scale);
  return is_value && !math.has_overflown();
}

}  // namespace acts::backtest
