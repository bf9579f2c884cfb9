#include "backtest/run_text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <utility>

#include "backtest/order_counts.hpp"
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

TEST(RunText, HasTheVenuesCodeOfWhatIsRefused) {
  OrderUpdate update{.id = ClientOrderId{7},
                     .event = OrderEvent::kRejected,
                     .status = OrderStatus::kRejected,
                     .reason = RejectReason::kMinNotional,
                     .ts_event = {1'723'161'255'000'000'000},
                     .ts_recv = {1'723'161'255'020'000'000},
                     .price = Price{1005},
                     .quantity = Quantity{250}};
  const auto code = [&update](Venue venue) {
    BacktestInstrument of = instrument();
    of.info.venue = venue;
    const std::string line = order_line(update, of);
    const std::size_t received = line.rfind(',');
    const std::size_t begin = line.rfind(',', received - 1) + 1;
    return line.substr(begin, received - begin);
  };
  EXPECT_EQ(order_line(update, instrument()),
            "2024-08-08T23:54:15.000000000Z,\"BTC,\"\"X\"\"\",7,rejected,buy,limit,gtc,100.5,0.25,0,min_notional,,,"
            "-1013,2024-08-08T23:54:15.020000000Z\n");
  EXPECT_EQ(code(Venue::kBinanceUsdm), "-4164");
  update.event = OrderEvent::kExpired;
  update.reason = RejectReason::kWouldTake;
  EXPECT_EQ(code(Venue::kBinanceUsdm), "-5022");
  update.reason = RejectReason::kNoLiquidity;
  EXPECT_EQ(code(Venue::kBinanceUsdm), "");
  update.event = OrderEvent::kModified;
  update.reason = RejectReason::kReduceOnly;
  EXPECT_EQ(code(Venue::kBinanceUsdm), "") << "cut, and not refused";
}

TEST(OrderCounter, CountsCodesByTheirVenueAndFillsBeyondWhatThereWas) {
  OrderCounter counter(2, nullptr, {Venue::kBinanceSpot, Venue::kBinanceUsdm});
  OrderUpdate update{.event = OrderEvent::kRejected, .status = OrderStatus::kRejected};
  update.reason = RejectReason::kMinNotional;
  for (const std::uint32_t id : {0U, 1U, 1U}) {
    update.instrument = InstrumentId{id};
    counter.on_order(update, {});
  }
  update.reason = RejectReason::kUnknownOrder;  // a cancel that came too late
  update.status = OrderStatus::kNew;
  counter.on_order(update, {});
  using Codes = std::map<int, std::uint64_t>;
  EXPECT_EQ(counter.counts()[0].codes, (Codes{{-1013, 1}}));
  EXPECT_EQ(counter.counts()[1].codes, (Codes{{-4164, 2}, {-2011, 1}}));
  EXPECT_EQ(sum_of(counter.counts()).codes, (Codes{{-4164, 2}, {-2011, 1}, {-1013, 1}}));
  counter.on_order(update, sim::RefusalDetail::kChange);
  EXPECT_EQ(counter.counts()[1].codes, (Codes{{-4164, 2}, {-2013, 1}, {-2011, 1}}));
  ToldFill told;
  for (const auto& [cause, beyond] : {std::pair(FillCause::kTradedThrough, 5), std::pair(FillCause::kQueueDone, 2),
                                      std::pair(FillCause::kCrossed, 3), std::pair(FillCause::kTaker, 0)}) {
    told.fill.cause = cause;
    told.beyond = Quantity{beyond};
    counter.on_fill(told);
  }
  EXPECT_EQ(counter.counts()[0].fills, 4U);
  EXPECT_EQ(counter.counts()[0].beyond_trades, (OrderCounts::Excess{2, 7}));
  EXPECT_EQ(counter.counts()[0].beyond_levels, (OrderCounts::Excess{1, 3}));
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
