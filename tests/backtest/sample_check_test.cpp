#include "backtest/sample_check.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "sim/account/position_account.hpp"

namespace acts::backtest {
namespace {

// Prices with two decimals, quantities with three.
constexpr Scales kSampleScales{.price = 2, .quantity = 3};

struct Held {
  sim::MoneyTerms terms;
  Sample sample;
};

// An account after a few fills, fees and fundings, as a run tells it: linear, of a size, or inverse.
Held random_account(std::mt19937_64& random, const sim::Contract& contract, bool pays_in_base) {
  const auto below = [&random](std::int64_t bound) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
  };
  const int fee_decimals = static_cast<int>(below(3));
  const sim::MoneyTerms terms(kSampleScales, contract,
                              sim::MoneyTerms::least_scale(kSampleScales, contract, fee_decimals).value());
  sim::PositionAccount account(terms, 7, below(1'000'000'000));
  for (std::int64_t i = below(6); i >= 0; --i) {
    const std::int64_t bought = 2 * below(2'000'000) + 1 - 2'000'000;
    const sim::FeeCharge charge{.fee = below(1'000) - 300, .received = pays_in_base ? below(5'000) : 0};
    EXPECT_TRUE(account.apply(bought, Price{1 + below(9'000'000)}, charge));
    EXPECT_TRUE(account.pay_funding(below(100'000) - 50'000));
  }
  // Half ticks too, as middle prices are.
  const Decimal mark{5 + 5 * below(18'000'000), 3};
  return {.terms = terms,
          .sample = {.mark = mark, .position = account.position(), .equity = terms.money(account.equity(mark))}};
}

sim::Contract random_contract(std::mt19937_64& random) {
  const Decimal sizes[]{{1, 0}, {1, 0}, {100, 0}, {25, 2}, {10, 1}};
  return {.kind = random() % 2 == 0 ? sim::ContractKind::kLinear : sim::ContractKind::kInverse,
          .size = sizes[random() % 5]};
}

TEST(SampleCheck, HoldsOfAccountsOfEveryContract) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    std::mt19937_64 random(seed);
    const sim::Contract contract = random_contract(random);
    const bool is_linear = contract.kind == sim::ContractKind::kLinear;
    const Held held = random_account(random, contract, is_linear && seed % 3 == 0);
    ASSERT_TRUE(adds_up(held.sample, held.terms)) << "seed " << seed;
  }
}

// Each part of it, by its last unit; and what a rounding may hide is no more than one.
TEST(SampleCheck, FindsAUnitOfMoneyThatIsMissing) {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    std::mt19937_64 random(seed);
    const Held held = random_account(random, random_contract(random), false);
    for (const int128 by : {int128{1}, int128{-1}, int128{1'000'000}}) {
      for (const int part : {0, 1, 2, 3}) {
        Sample sample = held.sample;
        Decimal* const parts[]{&sample.position.cash, &sample.position.fee, &sample.position.funding, &sample.equity};
        parts[part]->units += by;
        ASSERT_FALSE(adds_up(sample, held.terms)) << "seed " << seed << ", part " << part;
      }
    }
    Sample sample = held.sample;
    sample.position.quantity = Quantity{sample.position.quantity.units() + 1};
    ASSERT_FALSE(adds_up(sample, held.terms)) << "seed " << seed;
    if (held.sample.position.quantity.is_zero()) continue;
    sample = held.sample;
    sample.mark->units += 10;
    ASSERT_FALSE(adds_up(sample, held.terms)) << "seed " << seed;
  }
}

TEST(SampleCheck, CountsWhatWasPaidInTheBaseAsset) {
  std::mt19937_64 random(5);
  Held held = random_account(random, {}, true);
  ASSERT_NE(held.sample.position.base_fee.units, 0);
  EXPECT_TRUE(adds_up(held.sample, held.terms));
  held.sample.position.base_fee.units += 1'000;
  EXPECT_FALSE(adds_up(held.sample, held.terms));
}

TEST(SampleCheck, CountsNothingHeldWithoutAMark) {
  std::mt19937_64 random(6);
  Held held = random_account(random, {}, false);
  held.sample.mark.reset();
  EXPECT_FALSE(adds_up(held.sample, held.terms));
  const Position& of = held.sample.position;
  held.sample.equity.units = of.cash.units - of.fee.units + of.funding.units;
  EXPECT_TRUE(adds_up(held.sample, held.terms));
}

// 7 contracts of 100 at 3.00: 233.33... of what they are settled in, and against the account in either direction.
TEST(SampleCheck, RoundsInverseContractsAgainstTheAccount) {
  const sim::MoneyTerms terms(kSampleScales, {.kind = sim::ContractKind::kInverse, .size = {100, 0}}, 18);
  const int128 third = int128{233'333'333'333'333} * 1'000'000 + 333'333;
  for (const auto& [quantity, value] : {std::pair{7'000, -third - 1}, std::pair{-7'000, third}}) {
    Sample sample{.mark = Decimal{300, 2}, .position = {.quantity = Quantity{quantity}}, .equity = {value, 18}};
    EXPECT_TRUE(adds_up(sample, terms));
    sample.equity.units += 1;
    EXPECT_FALSE(adds_up(sample, terms));
    sample.equity.units -= 2;
    EXPECT_FALSE(adds_up(sample, terms));
  }
}

}  // namespace
}  // namespace acts::backtest
