#include "sim/account/contract.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sim/account/position_account.hpp"

namespace acts::sim {
namespace {

constexpr Scales kBtc{.price = 1, .quantity = 3};
constexpr Scales kCoin{.price = 1, .quantity = 0};
constexpr Contract kHundred{.kind = ContractKind::kInverse, .size = {100, 0}};

std::string text(const MoneyTerms& terms, int128 money) { return to_string(terms.money(money)); }

TEST(MoneyTerms, ALinearTradeIsExactToTheLastDigit) {
  const MoneyTerms terms(kBtc, {}, 10);
  MoneyMath math;
  EXPECT_EQ(text(terms, terms.cash_of(math, 37, Price{616859})), "-2282.3783");
  EXPECT_EQ(text(terms, terms.cash_of(math, -37, Price{616859})), "2282.3783");
  EXPECT_EQ(text(terms, terms.value_of(math, -37, {6168595, 2})), "-2282.38015");
  EXPECT_EQ(text(terms, terms.part_of(math, -37, {616859, 1}, {7, 4})), "1.59766481");
  EXPECT_FALSE(math.has_overflown());
}

// 1/entry - 1/exit of COIN-M's documentation: 10 contracts of 100 dollars from 9500 to 10000.
TEST(MoneyTerms, AnInverseTradeIsRoundedAgainstTheAccount) {
  const MoneyTerms terms(kCoin, kHundred, MoneyTerms::least_scale(kCoin, kHundred, 4).value());
  MoneyMath math;
  EXPECT_EQ(terms.scale(), 18);
  EXPECT_EQ(text(terms, terms.cash_of(math, 10, Price{95000})), "0.105263157894736842");
  EXPECT_EQ(text(terms, terms.value_of(math, 10, {100000, 1})), "-0.1");
  // What is paid is rounded up.
  EXPECT_EQ(text(terms, terms.cash_of(math, -10, Price{95000})), "-0.105263157894736843");
  EXPECT_EQ(text(terms, terms.notional_of(math, -10, {95000, 1})), "0.105263157894736843");
  EXPECT_EQ(text(terms, terms.part_of(math, 10, {95000, 1}, {5, 4})), "0.000052631578947369");
  EXPECT_EQ(text(terms, terms.part_of(math, 10, {95000, 1}, {-5, 4})), "-0.000052631578947368");
  EXPECT_EQ(text(terms, terms.turnover_of(math, -10, Price{95000})), "1000");
}

TEST(MoneyTerms, LosesLessThanAUnitWhereAMarkIsFinerThanMoney) {
  const MoneyTerms terms({.price = 0, .quantity = 0}, {}, 1);
  MoneyMath math;
  EXPECT_EQ(text(terms, terms.value_of(math, 1, {123456, 3})), "123.4");
  EXPECT_EQ(text(terms, terms.value_of(math, -1, {123456, 3})), "-123.5");
}

TEST(MoneyTerms, RefusesWhatMoneyHasNoDecimalsFor) {
  const auto refused = MoneyTerms::least_scale({.price = 8, .quantity = 8}, {}, 4);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUsage);
  EXPECT_NE(refused.error().message.find("20 decimals"), std::string::npos);
  EXPECT_FALSE(MoneyTerms::least_scale(kBtc, {.size = {0, 0}}, 0).has_value());
  EXPECT_FALSE(MoneyTerms::least_scale(kBtc, {.size = {-1, 0}}, 0).has_value());
}

// Quantities and money of books could overflow 128 bits, or assert.
TEST(PositionAccount, RefusesWhatIsBeyondExactMoneyAndStaysAsItWas) {
  for (const bool is_inverse : {false, true}) {
    const Contract contract = is_inverse ? kHundred : Contract{};
    const MoneyTerms terms(kCoin, contract, MoneyTerms::least_scale(kCoin, contract, 5).value());
    PositionAccount account(terms, 0);
    ASSERT_TRUE(account.apply(terms.largest_quantity(), Price{5}, {}));
    const Position before = account.position();
    EXPECT_FALSE(account.apply(1, Price{5}, {}));
    EXPECT_FALSE(account.apply(INT64_MAX, Price{5}, {}));
    EXPECT_FALSE(account.apply(-INT64_MAX, Price{5}, {}));
    EXPECT_FALSE(account.apply(-1, Price{MoneyTerms::kMostPrice}, {}));
    EXPECT_FALSE(account.apply(-1, Price{0}, {}));
    EXPECT_FALSE(account.apply(-1, Price{5}, {.fee = kMostMoney}));
    EXPECT_FALSE(account.pay_funding(kMostMoney));
    EXPECT_FALSE(account.pay_funding(-kMostMoney));
    EXPECT_EQ(account.position(), before);
    // And at whatever price of a market its worth is known.
    const int128 low = account.equity(Price{1});
    EXPECT_LT(low, account.equity(Price{MoneyTerms::kMostPrice - 1}));
    EXPECT_LT(low, account.equity(Decimal{int128{MoneyTerms::kMostPrice} * 10 - 5, 2}));
  }
}

TEST(MoneyMath, RemembersThatSomethingDidNotFit) {
  MoneyMath math;
  EXPECT_EQ(math.product(kMostMoney, 1), kMostMoney);
  EXPECT_FALSE(math.has_overflown());
  EXPECT_EQ(math.product(kMostMoney, 2), 0);
  EXPECT_TRUE(math.has_overflown());
  EXPECT_TRUE([] {
    MoneyMath scaling;
    scaling.scaled(10, 37);
    return scaling.has_overflown();
  }());
  MoneyMath down;
  EXPECT_EQ(down.scaled(-kMostMoney, -40), -1);
  EXPECT_EQ(down.scaled(kMostMoney, -40), 0);
  EXPECT_EQ(down.scaled(12345, -2), 123);
  EXPECT_EQ(down.scaled(-12345, -2), -124);
  EXPECT_FALSE(down.has_overflown());
}

}  // namespace
}  // namespace acts::sim
