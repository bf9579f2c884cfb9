#include "backtest/run_text.hpp"

#include <gtest/gtest.h>

#include "backtest/realised.hpp"

namespace acts::backtest {
namespace {

BacktestInstrument instrument() {
  Instrument info;
  info.symbol = "BTC,\"X\"";
  info.tick_size = *parse_decimal("0.50");
  info.lot_size = *parse_decimal("0.001");
  return *backtest_instrument(info);
}

TEST(BacktestInstrument, HasTheDecimalsOfItsSteps) {
  const BacktestInstrument made = instrument();
  EXPECT_EQ(made.scales, (Scales{.price = 1, .quantity = 3}));
  EXPECT_EQ(made.tick, 5);
  EXPECT_EQ(made.lot, 1);
  EXPECT_EQ(made.tick_value(), 0.5);
  Instrument missing;
  EXPECT_EQ(backtest_instrument(missing).error().message, "tick_size is missing: the venue's rule, such as \"0.1\"");
  missing.tick_size = Decimal{0, 0};
  EXPECT_EQ(backtest_instrument(missing).error().message, "tick_size: 0 is not positive");
}

TEST(RunText, HasNanosecondsAlsoBefore1970) {
  EXPECT_EQ(to_iso8601_nanos({1'723'161'255'123'456'789}), "2024-08-08T23:54:15.123456789Z");
  EXPECT_EQ(to_iso8601_nanos({-1}), "1969-12-31T23:59:59.999999999Z");
}

TEST(RunText, EscapesWhatOthersNamed) { EXPECT_EQ(json_text("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")"); }

TEST(RunText, HasAFillInALine) {
  ToldFill told;
  told.fill = {.number = 1,
               .id = ClientOrderId{7},
               .side = OrderSide::kSell,
               .cause = FillCause::kQueueDone,
               .ts_event = {1'723'161'255'123'456'789},
               .price = Price{1005},
               .quantity = Quantity{250},
               .fee = {-125, 5},
               .queue_ahead_entry = 1.5};
  told.realised = {15, 1};
  told.value = {25125, 3};
  EXPECT_EQ(fill_line(told, instrument()),
            "2024-08-08T23:54:15.123456789Z,\"BTC,\"\"X\"\"\",sell,100.5,0.25,maker,queue_done,-0.00125,7,1.5,0,,1.5,"
            "25.125,0\n");
  EXPECT_EQ(fill_json(told.fill, instrument()),
            R"({"cause":"queue_done","fee":"-0.00125","instrument":"BTC,\"X\"","liquidity":"maker","order_id":"7",)"
            R"("price":"100.5","quantity":"0.25","side":"sell","time":"2024-08-08T23:54:15.123456789Z"})");
}

TEST(Realised, ClosesFirstWhatWasOpenedFirst) {
  const sim::MoneyTerms terms({}, {}, 0);
  Realised realised;
  EXPECT_EQ(realised.add(OrderSide::kBuy, 100, 2, terms), 0);
  EXPECT_EQ(realised.add(OrderSide::kBuy, 110, 1, terms), 0);
  EXPECT_EQ(realised.add(OrderSide::kSell, 105, 1, terms), 5);
  EXPECT_EQ(realised.add(OrderSide::kSell, 120, 3, terms), 20 + 10);  // one is short now, at 120
  EXPECT_EQ(realised.add(OrderSide::kBuy, 115, 1, terms), 5);
  EXPECT_EQ(realised.add(OrderSide::kBuy, 115, 1, terms), 0);
}

TEST(Realised, IsInTheBaseAssetOfInverseContracts) {
  const sim::MoneyTerms terms({}, {.kind = sim::ContractKind::kInverse, .size = {100, 0}}, 18);
  Realised realised;
  realised.add(OrderSide::kBuy, 8000, 10, terms);
  EXPECT_EQ(to_string(terms.money(realised.add(OrderSide::kSell, 10000, 10, terms))), "0.025");
}

TEST(RunText, SaysWhatAnInversePositionIsWorth) {
  const Sample sample{.ts = {1'723'161'255'000'000'000},
                      .mark = Decimal{10000, 0},
                      .position = {.quantity = Quantity{1000}, .cash = {125, 3}, .fee = {1, 3}, .funding = {2, 3}},
                      .equity = {26, 3}};
  EXPECT_EQ(equity_line(sample, instrument()),
            "2024-08-08T23:54:15.000000000Z,\"BTC,\"\"X\"\"\",10000,1,0.125,0.001,0.002,0.026,-0.1\n");
}

TEST(RunText, APositionIsWhatFeesHaveLeftOfIt) {
  const Sample sample{.ts = {1'723'161'255'000'000'000},
                      .mark = Decimal{100, 0},
                      .position = {.quantity = Quantity{1000}, .cash = {-100, 0}, .base_fee = {1, 3}},
                      .equity = {-1, 1}};
  EXPECT_EQ(equity_line(sample, instrument()),
            "2024-08-08T23:54:15.000000000Z,\"BTC,\"\"X\"\"\",100,0.999,-100,0,0,-0.1,99.9\n");
}

}  // namespace
}  // namespace acts::backtest
