// A venue's rules over bars: what they refuse, with the codes that it has over order books.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"
#include "backtest/order_counts.hpp"
#include "backtest/venue_rules.hpp"

namespace acts::backtest {
namespace {

constexpr std::int64_t kNanosASecond = 1'000'000'000;

class Asking final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.bars = true}; }
  void on_start(StrategyContext& context) override {
    if (start) start(context);
  }
  void on_bar(StrategyContext& context, const Bar& /*bar*/) override {
    if (const auto asked = std::exchange(close, nullptr)) asked(context);
  }
  void on_timer(StrategyContext& context, TimerId /*id*/) override { timer(context); }
  std::function<void(StrategyContext&)> start;
  std::function<void(StrategyContext&)> close;
  std::function<void(StrategyContext&)> timer;
};

// Prices of one decimal and quantities of two, at USD-M or on spot.
class RuledScene {
 public:
  explicit RuledScene(Venue venue = Venue::kBinanceUsdm) : counter_(1, nullptr, {venue}) {
    options_ = test::bar_options("0.1", "0.01", "0", "0");
    options_.markets.front().instrument.info.venue = venue;
  }
  Instrument& info() { return options_.markets.front().instrument.info; }
  sim::OrderRates& rates() { return options_.markets.front().rates; }
  RuleSettings rules = {};
  Asking strategy;

  // One bar from 100.0 to `close`, in tenths.
  void show(std::int64_t close = 1000) {
    if (run_ == nullptr) {
      options_.markets.front().filters = filters_of(options_.markets.front().instrument, rules).value();
      run_ = BarRun::make(options_, strategy, &counter_).value();
      EXPECT_TRUE(run_->start({}).has_value());
    }
    const Bar bar{.open_time = {at_ * kNanosASecond},
                  .close_time = {(at_ + 10) * kNanosASecond},
                  .open = Price{1000},
                  .high = Price{std::max<std::int64_t>(1000, close)},
                  .low = Price{std::min<std::int64_t>(1000, close)},
                  .close = Price{close},
                  .volume = Quantity{1'000'000}};
    at_ += 10;
    EXPECT_TRUE(run_->step(std::span(&bar, 1)).has_value());
  }
  // What a bar's close places: all of it refused for `reason` with `code`, but for the first `taken`.
  void expect(std::initializer_list<NewOrder> orders, std::uint64_t taken, RejectReason reason, int code) {
    strategy.close = [&orders](StrategyContext& context) {
      for (const NewOrder& order : orders) context.place(order);
    };
    show();
    const OrderCounts& counts = counter_.counts().front();
    const std::uint64_t refused = orders.size() - taken;
    EXPECT_EQ(counts.placed, orders.size());
    EXPECT_EQ(counts.rejected, (decltype(counts.rejected){{reason, refused}}));
    EXPECT_EQ(counts.codes, (decltype(counts.codes){{code, refused}}));
    EXPECT_EQ(open(), taken);
  }
  [[nodiscard]] std::size_t open() const { return run_->open_orders(InstrumentId{0}).size(); }
  [[nodiscard]] const OrderCounts& counts() const { return counter_.counts().front(); }

 private:
  BarRunOptions options_;
  OrderCounter counter_;
  std::unique_ptr<BarRun> run_;
  std::int64_t at_ = 0;
};

NewOrder asked(OrderType type, std::int64_t price, std::int64_t quantity = 100, OrderSide side = OrderSide::kBuy) {
  return {.side = side,
          .type = type,
          .price = Price{price},
          .quantity = Quantity{quantity},
          .stop_price = Price{price},
          .trail = Price{price}};
}
NewOrder limit(std::int64_t price, std::int64_t quantity = 100, OrderSide side = OrderSide::kBuy) {
  return asked(OrderType::kLimit, price, quantity, side);
}

TEST(BarRules, RefuseLessThanTheLeastValue) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    RuledScene scene(venue);
    scene.info().min_notional = parse_decimal("5").value();
    const int code = venue == Venue::kBinanceSpot ? -1013 : -4164;
    // At the limit, at the price that is waited for, and at the last close.
    scene.expect(
        {limit(500, 10), asked(OrderType::kStop, 2000, 3), asked(OrderType::kMarket, 0, 5), limit(499, 10),
         asked(OrderType::kStop, 2000, 2), asked(OrderType::kMarket, 0, 4), asked(OrderType::kTrailingStop, 10, 4)},
        3, RejectReason::kMinNotional, code);
  }
}

TEST(BarRules, LetOfContractsWhatOnlyReducesBeSmall) {
  RuledScene scene;
  scene.info().min_notional = parse_decimal("5").value();
  NewOrder reducing = asked(OrderType::kStop, 900, 1, OrderSide::kSell);
  reducing.reduce_only = true;
  scene.expect({reducing, limit(100, 1)}, 1, RejectReason::kMinNotional, -4164);
}

// As long as no price is known there is nothing to reckon with; within a bar it is the open.
TEST(BarRules, GoByTheLastPriceThatIsKnown) {
  RuledScene scene;
  scene.info().min_notional = parse_decimal("5").value();
  const NewOrder market = asked(OrderType::kMarket, 0, 4);
  scene.strategy.start = [&market](StrategyContext& context) {
    context.place(market);
    context.set_timer(TimerId{1}, {15 * kNanosASecond});
  };
  scene.strategy.close = [&market](StrategyContext& context) { context.place(market); };
  scene.strategy.timer = scene.strategy.close;
  scene.show(1300);
  EXPECT_EQ(scene.counts().fills, 1U);
  EXPECT_EQ(scene.open(), 1U) << "4 x 0.01 at the close of 130.0 is 5.2";
  scene.show(1300);
  EXPECT_EQ(scene.counts().fills, 2U);
  EXPECT_EQ(scene.counts().rejected.at(RejectReason::kMinNotional), 1U) << "4 x 0.01 at the open of 100.0 is 4";
}

TEST(BarRules, BoundQuantities) {
  RuledScene least;
  least.info().min_quantity = parse_decimal("0.5").value();
  least.expect({limit(900, 50), limit(900, 49)}, 1, RejectReason::kQuantityOutOfRange, -4004);
  RuledScene most;
  most.info().max_quantity = parse_decimal("2").value();
  most.expect({limit(900, 200), limit(900, 201)}, 1, RejectReason::kQuantityOutOfRange, -4005);
}

TEST(BarRules, BoundPrices) {
  RuledScene least;
  least.info().min_price = parse_decimal("90").value();
  least.expect({limit(900), limit(899)}, 1, RejectReason::kPriceOutOfBand, -4013);
  RuledScene most;
  most.info().max_price = parse_decimal("110").value();
  most.expect({asked(OrderType::kStop, 1100), asked(OrderType::kStop, 1101)}, 1, RejectReason::kPriceOutOfBand, -4007);
  RuledScene band;
  band.rules.price_band_up = parse_decimal("1.05").value();
  band.expect({limit(1050), limit(1051)}, 1, RejectReason::kPriceOutOfBand, -4016);
  RuledScene below(Venue::kBinanceSpot);
  below.rules.price_band_down = parse_decimal("0.95").value();
  below.expect({limit(950), limit(949)}, 1, RejectReason::kPriceOutOfBand, -1013);
}

TEST(BarRules, BoundOpenOrders) {
  RuledScene open;
  open.rules.max_open_orders = 2;
  open.expect({asked(OrderType::kMarket, 0), limit(900), limit(900), limit(900)}, 3, RejectReason::kTooManyOrders,
              -2025);
  RuledScene stops;
  stops.rules.max_algo_orders = 1;
  stops.expect({asked(OrderType::kStop, 1100), limit(900), asked(OrderType::kStop, 1100)}, 2,
               RejectReason::kTooManyStops, -4045);
}

TEST(BarRules, BoundHowManyComeWithinATime) {
  for (const int window : {0, 1, 2}) {
    RuledScene scene;
    sim::OrderRates& rates = scene.rates();
    (window == 0 ? rates.per_10s : window == 1 ? rates.per_minute : rates.per_day) = 2;
    scene.expect({limit(900), limit(900), limit(900)}, 2, RejectReason::kOrderRate, -1015);
    scene.strategy.close = [](StrategyContext& context) { context.place(limit(900)); };
    scene.show();
    EXPECT_EQ(scene.open(), window == 0 ? 3U : 2U) << "the next 10 s are another window";
  }
}

TEST(BarRules, CountChangesAsOrdersAndAllRequests) {
  for (const bool is_of_requests : {false, true}) {
    RuledScene scene;
    (is_of_requests ? scene.rates().requests_per_minute : scene.rates().per_minute) = 2;
    scene.strategy.close = [](StrategyContext& context) {
      const ClientOrderId id = context.place(limit(900));
      context.modify({.id = id, .price = Price{901}, .quantity = Quantity{100}});
      context.modify({.id = id, .price = Price{902}, .quantity = Quantity{100}});
      context.cancel(id);
    };
    scene.show();
    EXPECT_EQ(scene.counts().refused, is_of_requests ? 2U : 1U);
    const int code = is_of_requests ? -1003 : -1015;
    EXPECT_EQ(scene.counts().codes, (decltype(OrderCounts::codes){{code, is_of_requests ? 2 : 1}}));
    EXPECT_EQ(scene.open(), is_of_requests ? 1U : 0U);
  }
}

TEST(BarRules, AreLookedAtWhereAnOrderIsChanged) {
  RuledScene scene;
  scene.info().min_notional = parse_decimal("5").value();
  scene.info().max_price = parse_decimal("110").value();
  scene.strategy.close = [](StrategyContext& context) {
    const ClientOrderId id = context.place(limit(900));
    context.modify({.id = id, .price = Price{1101}, .quantity = Quantity{100}});
    context.modify({.id = id, .price = Price{900}, .quantity = Quantity{5}});
    EXPECT_EQ(context.open_orders(InstrumentId{0}).front().price, Price{900});
    EXPECT_EQ(context.open_orders(InstrumentId{0}).front().left, Quantity{100});
  };
  scene.show();
  EXPECT_EQ(scene.counts().refused, 2U);
  EXPECT_EQ(scene.counts().codes, (decltype(OrderCounts::codes){{-4002, 1}, {-4164, 1}}));
}

TEST(BarRules, RefuseAPairAsAWhole) {
  RuledScene scene;
  scene.rules.max_open_orders = 1;
  scene.strategy.close = [](StrategyContext& context) {
    context.place_oco(limit(1100, 100, OrderSide::kSell), asked(OrderType::kStop, 900, 100, OrderSide::kSell));
  };
  scene.show();
  EXPECT_EQ(scene.open(), 0U);
  EXPECT_EQ(scene.counts().rejected,
            (decltype(OrderCounts::rejected){{RejectReason::kTooManyOrders, 1}, {RejectReason::kLinkedOrder, 1}}));
}

// What has come too late has the code of what was asked for.
TEST(BarRules, TellOfARequestThatIsTooLateWhatItWas) {
  for (const bool is_cancel : {false, true}) {
    RuledScene scene;
    scene.strategy.start = [](StrategyContext& context) {
      context.place(asked(OrderType::kStop, 900, 100, OrderSide::kSell));
      context.set_timer(TimerId{1}, {5 * kNanosASecond});
    };
    scene.strategy.timer = [is_cancel](StrategyContext& context) {
      const ClientOrderId id{1};
      EXPECT_TRUE(is_cancel ? context.cancel(id)
                            : context.modify({.id = id, .quantity = Quantity{100}, .stop_price = Price{800}}));
    };
    scene.show(850);
    EXPECT_EQ(scene.counts().codes, (decltype(OrderCounts::codes){{is_cancel ? -2011 : -2013, 1}}));
  }
}

}  // namespace
}  // namespace acts::backtest
