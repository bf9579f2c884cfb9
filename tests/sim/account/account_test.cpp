#include "sim/account/account.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace acts::sim {
namespace {

constexpr Scales kTenths{.price = 1, .quantity = 1};
constexpr UnixNanos kNow{1'700'000'000'000'000'000};

Decimal amount(std::string_view text) { return parse_decimal(text).value(); }

std::unique_ptr<Account> make(AccountModel model) { return Account::make(model).value(); }

FillMoney fill(Account& account, OrderSide side, std::int64_t price, std::int64_t quantity, Account::Slot slot = 0,
               bool is_liquidation = false) {
  return account
      .fill(slot, {.side = side, .price = Price{price}, .quantity = Quantity{quantity}, .ts = kNow}, is_liquidation)
      .value();
}

OrderNeed buy(std::uint64_t id, std::int64_t price, std::int64_t left) {
  return {.id = ClientOrderId{id}, .side = OrderSide::kBuy, .price = Price{price}, .left = left};
}
OrderNeed sell(std::uint64_t id, std::int64_t price, std::int64_t left) {
  return {.id = ClientOrderId{id}, .side = OrderSide::kSell, .price = Price{price}, .left = left};
}

std::string balance(const Account& account) { return to_string(account.money(account.balance())); }

AccountModel spot() {
  return {.kind = AccountKind::kSpot,
          .initial_balance = amount("100.1"),
          .instruments = {{.scales = kTenths,
                           .fees = {.maker = amount("0.001"), .taker = amount("0.001")},
                           .initial_position = amount("2")}}};
}

TEST(SpotAccount, SetsAsideWhatAnOrderMayNeed) {
  const auto account = make(spot());
  // 10 at 10.0 and its fee are 100.1: all there is.
  EXPECT_EQ(account->check(0, buy(1, 101, 100)), RejectReason::kInsufficientBalance);
  ASSERT_EQ(account->check(0, buy(1, 100, 100)), RejectReason::kNone);
  account->hold(0, buy(1, 100, 100));
  EXPECT_EQ(account->check(0, buy(2, 1, 1)), RejectReason::kInsufficientBalance);
  // In its own place it may be changed.
  EXPECT_EQ(account->check(0, buy(1, 99, 101)), RejectReason::kNone);
  EXPECT_EQ(account->check(0, buy(1, 100, 101)), RejectReason::kInsufficientBalance);
  account->release(ClientOrderId{1});
  EXPECT_EQ(account->check(0, buy(2, 1, 1)), RejectReason::kNone);
  account->verify();
}

TEST(SpotAccount, SellsNoMoreThanThereIs) {
  const auto account = make(spot());
  ASSERT_EQ(account->check(0, sell(1, 100, 20)), RejectReason::kNone);
  EXPECT_EQ(account->check(0, sell(1, 100, 21)), RejectReason::kInsufficientBalance);
  account->hold(0, sell(1, 100, 15));
  EXPECT_EQ(account->check(0, sell(2, 100, 6)), RejectReason::kInsufficientBalance);
  EXPECT_EQ(account->check(0, sell(2, 100, 5)), RejectReason::kNone);
  fill(*account, OrderSide::kSell, 100, 15);
  account->release(ClientOrderId{1});
  EXPECT_EQ(balance(*account), "115.085");
  EXPECT_EQ(to_string(account->position(0).position().cash), "115.1");
  account->verify();
}

TEST(SpotAccount, PaysFeesOfPurchasesInWhatIsBought) {
  AccountModel model = spot();
  model.instruments[0].fees.asset = FeeAsset::kReceived;
  const auto account = make(model);
  account->hold(0, buy(1, 100, 100));
  const FillMoney money = fill(*account, OrderSide::kBuy, 100, 100);
  account->release(ClientOrderId{1});
  EXPECT_EQ(to_string(money.fee), "0");
  EXPECT_EQ(to_string(money.base_fee), "0.01");
  EXPECT_EQ(balance(*account), "0.1");
  // 2 + 10 - 0.01 are there: 12 cannot be sold.
  EXPECT_EQ(account->check(0, sell(2, 100, 120)), RejectReason::kInsufficientBalance);
  EXPECT_EQ(account->check(0, sell(2, 100, 119)), RejectReason::kNone);
  account->set_mark(0, amount("11.05"));
  MoneyMath math;
  EXPECT_EQ(to_string(account->money(account->equity(math))), "132.5895");  // 0.1 + 11.99 x 11.05
  account->verify();
}

TEST(SpotAccount, FeesInAnotherAssetLeaveTheBalanceAlone) {
  AccountModel model = spot();
  model.instruments[0].fees.asset = FeeAsset::kOther;
  model.instruments[0].fees.discount = amount("0.25");
  model.instruments[0].fees.other_price = amount("500");
  model.instruments[0].fees.other_balance = amount("0.001");
  const auto account = make(model);
  account->hold(0, buy(1, 100, 100));
  const FillMoney money = fill(*account, OrderSide::kBuy, 100, 100);
  account->release(ClientOrderId{1});
  EXPECT_EQ(to_string(money.fee), "0.075");
  EXPECT_EQ(to_string(account->other_paid()), "0.00015");
  EXPECT_EQ(balance(*account), "0.1");
  account->verify();
}

TEST(SpotAccount, RefusesContractsAndDebts) {
  AccountModel model = spot();
  model.instruments[0].contract.size = amount("10");
  EXPECT_EQ(Account::make(model).error().message, "[account]: kind \"spot\" is of no contracts: \"margin\" is");
  model = spot();
  model.initial_balance = amount("-1");
  EXPECT_EQ(Account::make(model).error().message, "[account]: initial_balance: -1 cannot be");
  model = spot();
  model.instruments[0].initial_position = amount("0.01");
  EXPECT_EQ(Account::make(model).error().message, "[account]: initial_base: 0.01 has more decimals than lot_size");
}

AccountModel margin(std::string_view initial, int leverage) {
  return {.kind = AccountKind::kMargin,
          .initial_balance = amount(initial),
          .instruments = {{.scales = kTenths,
                           .margin = {.leverage = leverage,
                                      .brackets = {{.from = {}, .maintenance = amount("0.01")}},
                                      .liquidation_fee = amount("0.005")}}}};
}

TEST(MarginAccount, RefusesWhatTheMarginDoesNotBear) {
  const auto account = make(margin("100", 10));
  account->set_mark(0, amount("100"));
  EXPECT_EQ(account->check(0, buy(1, 1000, 100)), RejectReason::kNone);  // 1000 at a tenth
  EXPECT_EQ(account->check(0, buy(1, 1000, 101)), RejectReason::kInsufficientBalance);
  account->hold(0, buy(1, 1000, 100));
  EXPECT_EQ(account->check(0, buy(2, 1000, 1)), RejectReason::kInsufficientBalance);
  // The other side needs no more than the larger of both.
  EXPECT_EQ(account->check(0, sell(2, 1000, 100)), RejectReason::kNone);
  EXPECT_EQ(account->check(0, sell(2, 1000, 101)), RejectReason::kInsufficientBalance);
  fill(*account, OrderSide::kBuy, 1000, 100);
  account->release(ClientOrderId{1});
  account->set_mark(0, amount("95"));
  EXPECT_EQ(account->check(0, buy(3, 900, 1)), RejectReason::kInsufficientBalance);
  EXPECT_EQ(account->check(0, sell(3, 900, 100)), RejectReason::kNone) << "what only reduces is the way out";
}

TEST(MarginAccount, APriceBeyondTheMarkCostsItsLossAtOnce) {
  const auto account = make(margin("100", 10));
  account->set_mark(0, amount("100"));
  // 9.1 x 100 = 910 need 91 at 100; at 101 91.91 and 9.1 that are lost.
  EXPECT_EQ(account->check(0, buy(1, 1010, 91)), RejectReason::kInsufficientBalance);
  EXPECT_EQ(account->check(0, buy(1, 1010, 90)), RejectReason::kNone);
}

TEST(MarginAccount, IsLiquidatedWhereEquityComesDownToTheMaintenanceMargin) {
  const auto account = make(margin("100", 10));
  account->set_mark(0, amount("100"));
  fill(*account, OrderSide::kBuy, 1000, 100);
  // Equity 100 + 10 (m - 100), maintenance 0.1 m: they meet at 90.909...
  account->set_mark(0, amount("90.91"));
  EXPECT_FALSE(account->must_liquidate());
  account->set_mark(0, amount("90.9"));
  EXPECT_TRUE(account->must_liquidate());
  EXPECT_EQ(account->check(0, buy(2, 900, 1)), RejectReason::kInsufficientBalance);
  const FillMoney money = fill(*account, OrderSide::kSell, 908, 100, 0, true);
  EXPECT_EQ(to_string(money.fee), "4.54");
  EXPECT_EQ(balance(*account), "3.46");
  EXPECT_FALSE(account->must_liquidate());
  EXPECT_EQ(account->liquidations(), 1U);
  EXPECT_EQ(to_string(account->borne_by_others()), "0");
  EXPECT_EQ(account->check(0, buy(2, 900, 3)), RejectReason::kNone) << "and goes on with what is left";
}

TEST(MarginAccount, LosesNoMoreThanThereWas) {
  const auto account = make(margin("100", 10));
  fill(*account, OrderSide::kSell, 1000, 100);
  account->set_mark(0, amount("120"));
  ASSERT_TRUE(account->must_liquidate());
  const FillMoney money = fill(*account, OrderSide::kBuy, 1200, 100, 0, true);
  EXPECT_EQ(to_string(money.fee), "-100");  // its fee of 6, less 106 that others bear
  EXPECT_EQ(balance(*account), "0");
  EXPECT_EQ(to_string(account->borne_by_others()), "106");
  account->verify();
}

TEST(MarginAccount, IsOneForAllItsInstruments) {
  AccountModel model = margin("100", 10);
  model.instruments.push_back(model.instruments.front());
  const auto account = make(model);
  account->set_mark(0, amount("100"));
  account->set_mark(1, amount("10"));
  EXPECT_EQ(balance(*account), "100") << "counted once";
  account->hold(0, buy(1, 1000, 90));
  EXPECT_EQ(account->check(1, buy(2, 100, 100)), RejectReason::kNone);
  EXPECT_EQ(account->check(1, buy(2, 100, 101)), RejectReason::kInsufficientBalance);
  fill(*account, OrderSide::kBuy, 1000, 90);
  account->release(ClientOrderId{1});
  fill(*account, OrderSide::kBuy, 100, 100, 1);
  account->set_mark(0, amount("99"));
  account->set_mark(1, amount("1.8"));  // 9 and 82 are lost; 9 are left, 8.91 + 0.18 wanted
  EXPECT_TRUE(account->must_liquidate());
  account->verify();
}

TEST(Account, PaysFundingOnThePositionAtTheMark) {
  AccountModel model = margin("100", 10);
  const auto account = make(model);
  EXPECT_EQ(to_string(account->pay_funding(0, amount("0.0001"), amount("100"), kNow).value()), "0");
  fill(*account, OrderSide::kBuy, 1000, 50);
  EXPECT_EQ(to_string(account->pay_funding(0, amount("0.0001"), amount("101"), kNow).value()), "-0.051");
  EXPECT_EQ(to_string(account->pay_funding(0, amount("-0.001"), amount("100"), kNow).value()), "0.5");
  fill(*account, OrderSide::kSell, 1000, 100);
  EXPECT_EQ(to_string(account->pay_funding(0, amount("0.001"), amount("100"), kNow).value()), "0.5");
  EXPECT_EQ(to_string(account->position(0).position().funding), "0.949");
}

// Money of books could overflow 128 bits, or assert: a run ends with one line.
TEST(Account, EndsWithOneLineWhereMoneyIsBeyondWhatIsExact) {
  AccountModel model{.instruments = {{.scales = kTenths, .fees = {.taker = amount("0.0007")}}}};
  const auto account = make(model);
  const std::int64_t largest = account->position(0).terms().largest_quantity();
  EXPECT_EQ(account->check(0, buy(1, 1000, largest + 1)), RejectReason::kQuantityOutOfRange);
  EXPECT_EQ(account->check(0, buy(1, 1000, INT64_MAX)), RejectReason::kQuantityOutOfRange);
  fill(*account, OrderSide::kBuy, 1000, largest);
  const auto beyond =
      account->fill(0, {.side = OrderSide::kBuy, .price = Price{1000}, .quantity = Quantity{1}, .ts = kNow}, false);
  ASSERT_FALSE(beyond.has_value());
  EXPECT_EQ(beyond.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(beyond.error().message,
            "2023-11-14T22:13:20.000Z: instrument 0: its position or money has more digits than can be exact "
            "(position of 1000000000000000 units, 1000000000000000 at most): trade less, or leave decimals out of "
            "tick size, lot size and fees");
}

TEST(AccountKind, IsReadFromItsName) {
  for (const AccountKind kind : {AccountKind::kUnlimited, AccountKind::kSpot, AccountKind::kMargin}) {
    EXPECT_EQ(parse_account_kind(to_string(kind)).value(), kind);
  }
  EXPECT_EQ(parse_account_kind("cash").error().message, "'cash': none, spot or margin?");
}

}  // namespace
}  // namespace acts::sim
