// Random runs of accounts of all kinds beside NaiveAccount: what is exact is equal, what is rounded is so against the
// account and by less than a unit each time, and what is decided is the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sim/account/account.hpp"
#include "sim/account/naive_account.hpp"

namespace acts::sim {
namespace {

using test::fraction;
using test::Fraction;
using test::NaiveAccount;
using test::NaiveOrder;

constexpr std::int64_t kDayNanos = 86'400'000'000'000;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
  }
  std::int64_t between(std::int64_t least, std::int64_t most) { return least + below(most - least + 1); }

 private:
  std::mt19937_64 random_;
};

FeeSchedule random_fees(Dice& dice, AccountKind kind) {
  FeeSchedule fees{.maker = {dice.between(-5, 10), 4}, .taker = {dice.between(0, 100), 5}};
  if (dice.below(3) == 0) fees.sell = {dice.between(0, 20), 4};
  if (dice.below(3) == 0) fees.per_quantity = {dice.between(0, 9), 2};
  if (dice.below(3) == 0) fees.flat = {dice.between(0, 30), 2};
  if (dice.below(2) == 0) {
    fees.tiers = {{.volume = {dice.between(1, 3000), 0}, .maker = {-1, 4}, .taker = {7, 4}},
                  {.volume = {dice.between(3001, 90000), 0}, .maker = {-2, 4}, .taker = {3, 4}}};
  }
  if (kind == AccountKind::kSpot && dice.below(2) == 0) fees.asset = FeeAsset::kReceived;
  return fees;
}

AccountModel random_model(Dice& dice, AccountKind kind, ContractKind contract) {
  AccountModel model{.kind = kind, .initial_balance = {dice.between(1000, 300000), 2}};
  if (kind == AccountKind::kMargin) model.initial_balance = {dice.between(100, 8000), 2};
  if (contract == ContractKind::kInverse) model.initial_balance = {dice.between(100, 5000), 2};
  const std::int64_t count = dice.between(1, 3);
  for (std::int64_t i = 0; i < count; ++i) {
    AccountInstrument instrument{.scales = {.price = static_cast<std::uint8_t>(dice.below(3)),
                                            .quantity = static_cast<std::uint8_t>(dice.below(4))},
                                 .fees = random_fees(dice, kind)};
    if (kind == AccountKind::kMargin) instrument.scales.quantity %= 2;
    if (contract == ContractKind::kInverse) {
      instrument.scales.quantity = 0;
      instrument.contract = {.kind = contract, .size = {dice.below(2) == 0 ? 10 : 100, 0}};
    } else if (kind != AccountKind::kSpot && dice.below(3) == 0) {
      instrument.contract.size = {dice.between(1, 50), 1};
    }
    if (kind == AccountKind::kSpot) instrument.initial_position = {dice.between(0, 500), instrument.scales.quantity};
    instrument.margin = {
        .leverage = static_cast<int>(dice.between(1, 50)),
        .brackets = {{.from = {0, 0}, .maintenance = {4, 3}},
                     {.from = {dice.between(50, 2000), 0}, .maintenance = {1, 2}, .most_leverage = 20},
                     {.from = {dice.between(2001, 9000), 0}, .maintenance = {5, 2}, .most_leverage = 5}},
        .liquidation_fee = {dice.between(0, 150), 4}};
    model.instruments.push_back(instrument);
  }
  return model;
}

// An account and its reference, which are told the same.
class Pair {
 public:
  Pair(Dice& dice, const AccountModel& model)
      : dice_(dice), model_(model), account_(Account::make(model).value()), naive_(model) {
    for (std::size_t i = 0; i < model.instruments.size(); ++i) {
      prices_.push_back(dice.between(200, 3000));
      mark(i);
    }
  }

  void step() {
    ts_ = {ts_.value + dice_.below(kDayNanos / 8)};
    const std::size_t at = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(prices_.size())));
    prices_[at] = std::max<std::int64_t>(prices_[at] + dice_.between(-60, 60), 5);
    mark(at);
    if (account_->must_liquidate()) return liquidate();
    switch (dice_.below(6)) {
      case 0:
      case 1: place(at); break;
      case 2:
      case 3: fill_one(); break;
      case 4: cancel_one(); break;
      default: fund(at); break;
    }
    compare();
  }

  std::uint64_t refused = 0;
  std::uint64_t accepted = 0;
  std::uint64_t fills = 0;
  std::uint64_t liquidations = 0;
  std::uint64_t borne = 0;

 private:
  [[nodiscard]] Scales scales(std::size_t at) const { return model_.instruments[at].scales; }
  [[nodiscard]] Fraction price_of(std::size_t at, std::int64_t units) const {
    return fraction(Decimal{units, scales(at).price});
  }
  [[nodiscard]] Fraction quantity_of(std::size_t at, std::int64_t units) const {
    return fraction(Decimal{units, scales(at).quantity});
  }
  // One unit of money for each amount that may have been rounded.
  [[nodiscard]] Fraction slack() const {
    return Fraction(static_cast<std::int64_t>(8 * naive_.fills.size() + 4 * naive_.fundings.size() + 100)) *
           fraction(account_->money(1));
  }

  void mark(std::size_t at) {
    Decimal mark{int128{prices_[at]} * 10 + 5, scales(at).price + 1};
    if (dice_.below(2) == 0) {
      // As venues tell it, with eight decimals.
      const std::int64_t finer = power_of_ten(8 - scales(at).price);
      mark = {int128{prices_[at]} * finer + dice_.below(finer), 8};
    }
    account_->set_mark(at, mark);
    naive_.marks[at] = fraction(mark);
  }

  void place(std::size_t at) {
    const OrderSide side = dice_.below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell;
    const OrderNeed need{.id = ClientOrderId{++last_id_},
                         .side = side,
                         .price = Price{std::max<std::int64_t>(prices_[at] + dice_.between(-8, 8), 1)},
                         .left = dice_.between(1, 60)};
    const NaiveOrder order{.id = last_id_,
                           .instrument = at,
                           .is_buy = side == OrderSide::kBuy,
                           .price = price_of(at, need.price.units()),
                           .left = quantity_of(at, need.left)};
    const RejectReason reason = account_->check(at, need);
    if (account_->is_limited()) {
      const Fraction spare = naive_.spare(order);
      // Within what is rounded either is right.
      if (spare > slack() || spare < -slack()) {
        EXPECT_EQ(reason, spare < 0 ? RejectReason::kInsufficientBalance : RejectReason::kNone);
      }
    } else {
      EXPECT_EQ(reason, RejectReason::kNone);
    }
    (reason == RejectReason::kNone ? accepted : refused) += 1;
    if (reason != RejectReason::kNone) return;
    account_->hold(at, need);
    naive_.orders.push_back(order);
    needs_.push_back(need);
    is_first_.push_back(true);
  }

  void fill_one() {
    if (needs_.empty()) return;
    const auto i = static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(needs_.size())));
    OrderNeed& need = needs_[i];
    NaiveOrder& order = naive_.orders[i];
    const std::int64_t quantity = dice_.between(1, need.left);
    const std::int64_t better = dice_.below(4) * (need.side == OrderSide::kBuy ? -1 : 1);
    const std::int64_t price = std::max<std::int64_t>(need.price.units() + better, 1);
    fill(order.instrument, need.side, price, quantity, is_first_[i], false);
    is_first_[i] = false;
    need.left -= quantity;
    order.left -= quantity_of(order.instrument, quantity);
    if (need.left > 0) return account_->hold(order.instrument, need);
    drop(i);
  }

  void fill(std::size_t at, OrderSide side, std::int64_t price, std::int64_t quantity, bool is_first,
            bool is_liquidation) {
    const bool is_maker = !is_liquidation && dice_.below(2) == 0;
    const FeeTrade trade{.side = side,
                         .liquidity = is_maker ? Liquidity::kMaker : Liquidity::kTaker,
                         .price = Price{price},
                         .quantity = Quantity{quantity},
                         .is_first = is_first,
                         .ts = ts_};
    const auto money = account_->fill(at, trade, is_liquidation);
    ASSERT_TRUE(money.has_value()) << money.error().message;
    naive_.fills.push_back({.instrument = at,
                            .is_buy = side == OrderSide::kBuy,
                            .is_maker = is_maker,
                            .is_first = is_first,
                            .is_liquidation = is_liquidation,
                            .price = price_of(at, price),
                            .quantity = quantity_of(at, quantity),
                            .day = ts_.value / kDayNanos});
    const Fraction borne_now = fraction(account_->borne_by_others()) - naive_.borne;
    if (borne_now > 0) {
      // Nothing is held: so all is cash, and it had come to less than nothing.
      EXPECT_EQ(account_->balance(), 0);
      EXPECT_LE(abs(Fraction(naive_.equity() + borne_now)), slack());
      naive_.borne += borne_now;
      ++borne;
    }
    const Fraction exact = naive_.fee_of(naive_.fills.size() - 1) - borne_now;
    EXPECT_GE(fraction(money->fee), exact - slack());
    EXPECT_LE(fraction(money->fee), exact + slack());
    if (model_.instruments[at].contract.kind == ContractKind::kLinear && borne_now == 0) {
      EXPECT_EQ(fraction(money->fee), exact);
    }
    ++fills;
  }

  void drop(std::size_t i) {
    account_->release(needs_[i].id);
    const auto offset = static_cast<std::ptrdiff_t>(i);
    needs_.erase(needs_.begin() + offset);
    is_first_.erase(is_first_.begin() + offset);
    naive_.orders.erase(naive_.orders.begin() + offset);
  }
  void cancel_one() {
    if (!needs_.empty()) drop(static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(needs_.size()))));
  }

  void fund(std::size_t at) {
    if (account_->kind() == AccountKind::kSpot) return;
    const Decimal rate{dice_.between(-300, 300), 6};
    const Decimal price{int128{prices_[at]} * 1000 + dice_.below(1000), scales(at).price + 3};
    const auto paid = account_->pay_funding(at, rate, price, ts_);
    ASSERT_TRUE(paid.has_value());
    naive_.fundings.push_back(
        {.instrument = at, .after_fills = naive_.fills.size(), .rate = fraction(rate), .mark = fraction(price)});
  }

  void liquidate() {
    ++liquidations;
    EXPECT_LE(naive_.equity() - naive_.maintenance_margin(), slack());
    while (!needs_.empty()) drop(0);
    for (std::size_t at = 0; at < prices_.size(); ++at) {
      const std::int64_t held = account_->position(at).quantity();
      if (held == 0) continue;
      const std::int64_t worse = dice_.below(10) * (held > 0 ? -1 : 1);
      fill(at, held > 0 ? OrderSide::kSell : OrderSide::kBuy, std::max<std::int64_t>(prices_[at] + worse, 1),
           held > 0 ? held : -held, true, true);
    }
    EXPECT_FALSE(account_->must_liquidate());
    EXPECT_GE(account_->balance(), 0);
    compare();
  }

  // Ours is what is exact, or less than that by what was rounded away.
  void expect_rounded(int128 ours, const Fraction& exact, bool is_exact) const {
    const Fraction value = fraction(account_->money(ours));
    if (is_exact) {
      EXPECT_EQ(value, exact);
    } else {
      EXPECT_LE(value, exact);
      EXPECT_GE(value, exact - slack());
    }
  }

  void compare() {
    account_->verify();
    for (std::size_t at = 0; at < prices_.size(); ++at) {
      const PositionAccount& ours = account_->position(at);
      const bool is_linear = model_.instruments[at].contract.kind == ContractKind::kLinear;
      EXPECT_EQ(quantity_of(at, ours.quantity()), naive_.position(at));
      EXPECT_EQ(fraction(Decimal{ours.base_fee(), ours.base_scale()}), naive_.base_fee(at));
      expect_rounded(ours.cash(), naive_.cash(at), is_linear);
      expect_rounded(ours.funding(), naive_.funding(at), false);
      // The identity, in the account's own terms: to the last unit.
      MoneyMath math;
      const Decimal mark{int128{prices_[at]} * 10 + 5, scales(at).price + 1};
      int128 equity = ours.cash() - ours.fee() + ours.funding() + ours.terms().value_of(math, ours.quantity(), mark);
      if (is_linear) {
        const Fraction lost = fraction(Decimal{ours.base_fee(), ours.base_scale()}) * fraction(mark);
        EXPECT_EQ(fraction(account_->money(ours.equity(mark))), fraction(account_->money(equity)) - lost);
      } else {
        EXPECT_EQ(ours.equity(mark), equity);
      }
    }
    MoneyMath math;
    const Fraction equity = fraction(account_->money(account_->equity(math)));
    EXPECT_LE(equity, naive_.equity());
    EXPECT_GE(equity, naive_.equity() - slack());
    if (account_->kind() == AccountKind::kMargin) {
      const Fraction off = fraction(account_->money(account_->initial_margin(math))) - naive_.initial_margin();
      EXPECT_TRUE(off >= -slack() && off <= slack());
      const Fraction apart =
          fraction(account_->money(account_->maintenance_margin(math))) - naive_.maintenance_margin();
      EXPECT_TRUE(apart >= -slack() && apart <= slack());
      const Fraction spare = naive_.equity() - naive_.maintenance_margin();
      const bool is_held = std::ranges::any_of(prices_, [this](const std::int64_t& price) {
        return account_->position(static_cast<std::size_t>(&price - prices_.data())).quantity() != 0;
      });
      if (is_held && (spare > slack() || spare < -slack())) {
        Account copy = *account_;
        EXPECT_EQ(copy.must_liquidate(), spare < 0);
      }
    }
    if (account_->kind() == AccountKind::kSpot) {
      EXPECT_EQ(fraction(account_->money(account_->balance() - account_->held())), naive_.free_settlement());
      for (std::size_t at = 0; at < prices_.size(); ++at) {
        const Decimal base{account_->free_base(at), account_->position(at).base_scale()};
        EXPECT_EQ(fraction(base), naive_.free_base(at));
        EXPECT_GE(base.units, 0);
      }
    }
    EXPECT_FALSE(math.has_overflown());
  }

  Dice& dice_;
  AccountModel model_;
  std::unique_ptr<Account> account_;
  NaiveAccount naive_;
  std::vector<std::int64_t> prices_;  // ticks of one unit
  std::vector<OrderNeed> needs_;      // open orders, as naive_.orders
  std::vector<bool> is_first_;
  std::uint64_t last_id_ = 0;
  UnixNanos ts_{1'700'000'000'000'000'000};
};

struct Counts {
  std::uint64_t refused = 0;
  std::uint64_t accepted = 0;
  std::uint64_t fills = 0;
  std::uint64_t liquidations = 0;
  std::uint64_t borne = 0;
};

Counts run_pairs(AccountKind kind, ContractKind contract, std::uint64_t first_seed) {
  constexpr std::uint64_t kRuns = 50;
  constexpr int kSteps = 70;
  Counts counts;
  for (std::uint64_t seed = first_seed; seed < first_seed + kRuns; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const AccountModel model = random_model(dice, kind, contract);
    Pair pair(dice, model);
    for (int i = 0; i < kSteps && !testing::Test::HasFailure(); ++i) pair.step();
    counts.refused += pair.refused;
    counts.accepted += pair.accepted;
    counts.fills += pair.fills;
    counts.liquidations += pair.liquidations;
    counts.borne += pair.borne;
    if (testing::Test::HasFailure()) break;
  }
  return counts;
}

TEST(AccountReference, AgreesWithFractionsWithoutALimit) {
  const Counts counts = run_pairs(AccountKind::kUnlimited, ContractKind::kLinear, 1);
  EXPECT_GT(counts.fills, 500U);
}

TEST(AccountReference, AgreesWithFractionsOnSpot) {
  const Counts counts = run_pairs(AccountKind::kSpot, ContractKind::kLinear, 1001);
  EXPECT_GT(counts.refused, 100U);
  EXPECT_GT(counts.fills, 500U);
}

TEST(AccountReference, AgreesWithFractionsOnMargin) {
  const Counts counts = run_pairs(AccountKind::kMargin, ContractKind::kLinear, 2001);
  EXPECT_GT(counts.refused, 100U);
  EXPECT_GT(counts.liquidations, 10U);
  EXPECT_GT(counts.borne, 0U);
}

TEST(AccountReference, AgreesWithFractionsOfInverseContracts) {
  run_pairs(AccountKind::kUnlimited, ContractKind::kInverse, 3001);
  const Counts counts = run_pairs(AccountKind::kMargin, ContractKind::kInverse, 4001);
  EXPECT_GT(counts.refused, 100U);
  EXPECT_GT(counts.fills, 300U);
}

}  // namespace
}  // namespace acts::sim
