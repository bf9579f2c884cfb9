#include "backtest/bars/bar_account.hpp"

#include <gtest/gtest.h>

namespace acts::backtest {
namespace {

constexpr Scales kScales{.price = 2, .quantity = 3};

Decimal decimal(std::string_view text) { return parse_decimal(text).value(); }

int128 fee_of(BarAccount& account, OrderSide side, Price price, Quantity quantity, Liquidity liquidity) {
  return account.fill({.side = side, .liquidity = liquidity, .price = price, .quantity = quantity}).value().fee;
}

TEST(BarAccount, AddsUpToTheLastDigit) {
  Result<BarAccount> made =
      BarAccount::make(kScales, {}, {.maker = decimal("-0.00005"), .taker = decimal("0.0007")}, decimal("1000.5"));
  ASSERT_TRUE(made.has_value());
  BarAccount& account = *made;
  EXPECT_EQ(account.money_scale(), 10);
  const int128 taken = fee_of(account, OrderSide::kBuy, Price{1999999}, Quantity{37}, Liquidity::kTaker);
  EXPECT_EQ(to_string(account.money(taken)), "0.517999741");
  const int128 made_fee = fee_of(account, OrderSide::kSell, Price{2000001}, Quantity{50}, Liquidity::kMaker);
  EXPECT_EQ(to_string(account.money(made_fee)), "-0.050000025");
  EXPECT_EQ(account.quantity(), -13);
  // 1000.5 - 0.037 * 19999.99 + 0.05 * 20000.01
  EXPECT_EQ(to_string(account.position().cash), "1260.50087");
  EXPECT_EQ(to_string(account.position().fee), "0.467999716");
  EXPECT_EQ(to_string(account.money(account.equity(Price{2100000}))), "987.032870284");
  EXPECT_EQ(to_string(account.money(account.turnover())), "1740.00013");
}

// It was told in the quote asset: 2500 of 25 contracts of 100. Tiers go by that all the same.
TEST(BarAccount, TellsTheTurnoverOfInverseContractsInWhatTheySettleIn) {
  const sim::Contract inverse{.kind = sim::ContractKind::kInverse, .size = {100, 0}};
  Fees fees{.taker = decimal("0.001")};
  fees.tiers = {{.volume = decimal("2000"), .maker = {}, .taker = decimal("0.0005")}};
  Result<BarAccount> made = BarAccount::make({.price = 2, .quantity = 0}, inverse, fees, decimal("1"));
  ASSERT_TRUE(made.has_value()) << made.error().message;
  BarAccount& account = *made;
  const auto fee_on = [&account](OrderSide side, std::int64_t price, std::int64_t contracts, int day) {
    const auto charge = account.fill({.side = side,
                                      .price = Price{price},
                                      .quantity = Quantity{contracts},
                                      .ts = UnixNanos{day * 86'400'000'000'000}});
    return to_string(account.money(charge.value().fee));
  };
  EXPECT_EQ(fee_on(OrderSide::kBuy, 2'000'000, 20, 0), "0.0001");
  EXPECT_EQ(to_string(account.money(account.turnover())), "0.1");
  EXPECT_EQ(fee_on(OrderSide::kSell, 1'000'000, 5, 1), "0.000025") << "2000 reach the tier";
  EXPECT_EQ(to_string(account.money(account.turnover())), "0.15");
}

TEST(BarAccount, GivesMoneyTheScaleThatIsAskedFor) {
  const Result<BarAccount> made = BarAccount::make(kScales, {}, {}, decimal("7"), 12);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->money_scale(), 12);
  EXPECT_EQ(to_string(made->money(made->equity(Price{1}))), "7");
}

TEST(BarAccount, LooksAwayFromTrailingZeros) {
  const Result<BarAccount> made = BarAccount::make(kScales, {}, {.taker = decimal("0.0010000000")}, decimal("1.000"));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->money_scale(), 8);
}

TEST(BarAccount, RefusesMoreDecimalsThanMoneyHas) {
  const Result<BarAccount> made = BarAccount::make({.price = 8, .quantity = 8}, {}, {.taker = decimal("0.0001")}, {});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::kUsage);
  EXPECT_NE(made.error().message.find("20 decimals"), std::string::npos) << made.error().message;
}

}  // namespace
}  // namespace acts::backtest
