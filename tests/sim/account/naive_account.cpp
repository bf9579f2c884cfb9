#include "sim/account/naive_account.hpp"

#include <algorithm>

namespace acts::sim::test {
namespace {

using Integer = boost::multiprecision::cpp_int;

Fraction absolute(const Fraction& value) { return value < 0 ? Fraction(-value) : value; }

Integer power(int exponent) {
  Integer result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

}  // namespace

Fraction fraction(int128 value) {
  const bool is_negative = value < 0;
  const uint128 magnitude = is_negative ? -static_cast<uint128>(value) : static_cast<uint128>(value);
  Integer whole = static_cast<std::uint64_t>(magnitude >> 64U);
  whole <<= 64U;
  whole += static_cast<std::uint64_t>(magnitude);
  if (is_negative) whole = -whole;
  return {whole};
}

Fraction fraction(const Decimal& value) { return fraction(value.units) / Fraction(power(value.scale)); }

Fraction NaiveAccount::position(std::size_t instrument, std::size_t after_fills) const {
  Fraction sum = fraction(of(instrument).initial_position);
  for (std::size_t i = 0; i < std::min(after_fills, fills.size()); ++i) {
    if (fills[i].instrument == instrument) sum += fills[i].is_buy ? fills[i].quantity : Fraction(-fills[i].quantity);
  }
  return sum;
}

Fraction NaiveAccount::value(std::size_t instrument, const Fraction& quantity, const Fraction& price) const {
  const Fraction sized = quantity * fraction(of(instrument).contract.size);
  return of(instrument).contract.kind == ContractKind::kLinear ? Fraction(sized * price) : Fraction(-sized / price);
}

Fraction NaiveAccount::cash(std::size_t instrument) const {
  Fraction sum = instrument == 0 ? fraction(model_.initial_balance) : Fraction(0);
  for (const NaiveFill& fill : fills) {
    if (fill.instrument != instrument) continue;
    const Fraction paid = value(instrument, fill.quantity, fill.price);
    sum += fill.is_buy ? Fraction(-paid) : paid;
  }
  return sum;
}

Fraction NaiveAccount::rate_of(const NaiveFill& fill, std::size_t index) const {
  const FeeSchedule& fees = of(fill.instrument).fees;
  Fraction volume = 0;
  for (std::size_t i = 0; i < index; ++i) {
    const bool is_of_days = fills[i].day < fill.day && fills[i].day >= fill.day - 30;
    if (!is_of_days || of(fills[i].instrument).fees.tiers.empty()) continue;
    const Fraction sized = fills[i].quantity * fraction(of(fills[i].instrument).contract.size);
    volume += of(fills[i].instrument).contract.kind == ContractKind::kLinear ? Fraction(sized * fills[i].price) : sized;
  }
  Fraction rate = fraction(fill.is_maker ? fees.maker : fees.taker);
  for (const FeeTier& tier : fees.tiers) {
    if (volume >= fraction(tier.volume)) rate = fraction(fill.is_maker ? tier.maker : tier.taker);
  }
  return rate + fraction(fill.is_buy ? fees.buy : fees.sell);
}

Fraction NaiveAccount::besides(std::size_t instrument, const Fraction& quantity, bool is_first) const {
  const FeeSchedule& fees = of(instrument).fees;
  return fraction(fees.per_quantity) * quantity + (is_first ? fraction(fees.flat) : Fraction(0));
}

Fraction NaiveAccount::fee_of(std::size_t index) const {
  const NaiveFill& fill = fills[index];
  const AccountInstrument& instrument = of(fill.instrument);
  const Fraction traded = absolute(value(fill.instrument, fill.quantity, fill.price));
  Fraction fee = besides(fill.instrument, fill.quantity, fill.is_first);
  const bool is_of_base = instrument.fees.asset == FeeAsset::kReceived && fill.is_buy;
  if (!is_of_base) fee += traded * rate_of(fill, index);
  if (fill.is_liquidation) fee += traded * fraction(instrument.margin.liquidation_fee);
  return fee;
}

Fraction NaiveAccount::fee(std::size_t instrument) const {
  Fraction sum = 0;
  for (std::size_t i = 0; i < fills.size(); ++i) {
    if (fills[i].instrument == instrument) sum += fee_of(i);
  }
  return sum;
}

Fraction NaiveAccount::base_fee(std::size_t instrument) const {
  Fraction sum = 0;
  if (of(instrument).fees.asset != FeeAsset::kReceived) return sum;
  for (std::size_t i = 0; i < fills.size(); ++i) {
    if (fills[i].instrument == instrument && fills[i].is_buy) sum += fills[i].quantity * rate_of(fills[i], i);
  }
  return sum;
}

Fraction NaiveAccount::funding(std::size_t instrument) const {
  Fraction sum = 0;
  for (const NaiveFunding& paid : fundings) {
    if (paid.instrument != instrument) continue;
    const Fraction held = position(instrument, paid.after_fills);
    const Fraction worth = absolute(value(instrument, held, paid.mark)) * paid.rate;
    sum += held > 0 ? Fraction(-worth) : worth;
  }
  return sum;
}

Fraction NaiveAccount::equity_of(std::size_t instrument, const Fraction& mark) const {
  Fraction sum = cash(instrument) - fee(instrument) + funding(instrument);
  const Fraction held = position(instrument) - base_fee(instrument);
  if (held != 0) sum += value(instrument, held, mark);
  return sum;
}

Fraction NaiveAccount::equity() const {
  Fraction sum = borne;
  for (std::size_t i = 0; i < marks.size(); ++i) sum += equity_of(i, marks[i]);
  return sum;
}

Fraction NaiveAccount::initial_of(std::size_t instrument, const NaiveOrder* besides_all, std::uint64_t without) const {
  const Fraction held = position(instrument);
  const Fraction worth = held == 0 ? Fraction(0) : absolute(value(instrument, held, marks[instrument]));
  Fraction longest = held < 0 ? Fraction(-worth) : worth;
  Fraction shortest_one = -longest;
  const auto add = [&](const NaiveOrder& order) {
    if (order.instrument != instrument) return;
    (order.is_buy ? longest : shortest_one) += absolute(value(instrument, order.left, order.price));
  };
  for (const NaiveOrder& order : orders) {
    if (order.id != without) add(order);
  }
  if (besides_all != nullptr) add(*besides_all);
  const Fraction most = std::max({worth, longest, shortest_one});
  const MarginModel& margin = of(instrument).margin;
  int leverage = margin.leverage;
  for (const MarginBracket& bracket : margin.brackets) {
    if (most < fraction(bracket.from)) break;
    leverage = bracket.most_leverage == 0 ? margin.leverage : std::min(margin.leverage, bracket.most_leverage);
  }
  return most / leverage;
}

Fraction NaiveAccount::initial_margin() const {
  Fraction sum = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) sum += initial_of(i, nullptr, 0);
  return sum;
}

// Bracket by bracket, as a tax: which is what the amounts of the brackets are for.
Fraction NaiveAccount::maintenance_margin() const {
  Fraction sum = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Fraction held = position(i);
    if (held == 0) continue;
    const Fraction worth = absolute(value(i, held, marks[i]));
    const auto& brackets = of(i).margin.brackets;
    for (std::size_t b = 0; b < brackets.size(); ++b) {
      const Fraction from = fraction(brackets[b].from);
      const Fraction to = b + 1 < brackets.size() ? std::min(worth, fraction(brackets[b + 1].from)) : worth;
      if (to > from) sum += (to - from) * fraction(brackets[b].maintenance);
    }
  }
  return sum;
}

Fraction NaiveAccount::most_rate(std::size_t instrument, bool is_buy) const {
  const FeeSchedule& fees = of(instrument).fees;
  if (fees.asset == FeeAsset::kReceived && is_buy) return 0;
  Fraction most = std::max(fraction(fees.maker), fraction(fees.taker));
  for (const FeeTier& tier : fees.tiers) most = std::max({most, fraction(tier.maker), fraction(tier.taker)});
  most += fraction(is_buy ? fees.buy : fees.sell);
  return most < 0 ? Fraction(0) : most;
}

Fraction NaiveAccount::held_for(const NaiveOrder& order) const {
  Fraction held = besides(order.instrument, order.left, true);
  if (order.is_buy) {
    held += value(order.instrument, order.left, order.price) * (1 + most_rate(order.instrument, true));
  }
  return held;
}

Fraction NaiveAccount::free_settlement() const {
  Fraction sum = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) sum += cash(i) - fee(i) + funding(i);
  for (const NaiveOrder& order : orders) sum -= held_for(order);
  return sum;
}

Fraction NaiveAccount::free_base(std::size_t instrument) const {
  Fraction sum = position(instrument) - base_fee(instrument);
  for (const NaiveOrder& order : orders) {
    if (order.instrument == instrument && !order.is_buy) sum -= order.left;
  }
  return sum;
}

Fraction NaiveAccount::spare(const NaiveOrder& order) const {
  if (model_.kind == AccountKind::kSpot) {
    const Fraction settlement = free_settlement() - held_for(order);
    return order.is_buy ? settlement : std::min(settlement, Fraction(free_base(order.instrument) - order.left));
  }
  const Fraction all = initial_of(order.instrument, &order, 0);
  const Fraction now = initial_of(order.instrument, nullptr, 0);
  if (all <= now) return 1;
  const Fraction mark = marks[order.instrument] == 0 ? order.price : marks[order.instrument];
  const Fraction traded = value(order.instrument, order.left, order.price);
  const Fraction worth = value(order.instrument, order.left, mark);
  const Fraction change = order.is_buy ? Fraction(worth - traded) : Fraction(traded - worth);
  Fraction cost = change < 0 ? Fraction(-change) : Fraction(0);
  cost += besides(order.instrument, order.left, true);
  cost += absolute(traded) * most_rate(order.instrument, order.is_buy);
  return equity() - cost - (initial_margin() - now + all);
}

}  // namespace acts::sim::test
