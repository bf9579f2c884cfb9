// Accounts with a limit, and funding, over bars: what a bar leaves no doubt of, by hand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"

namespace acts::backtest {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr InstrumentId kFirst{0};

class Teller final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override {
    if (start) start(context);
  }
  void on_bar(StrategyContext& context, const Bar& bar) override {
    if (bar_hook) bar_hook(context, bar);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    told += fmt::format("{} {} {}x{} fee {} at {};", fill.id.value(), to_string(fill.cause), fill.price.units(),
                        sign(fill.side) * fill.quantity.units(), to_string(fill.fee), context.now().value / kSecond);
  }
  void on_order(StrategyContext& /*context*/, const OrderUpdate& update) override {
    if (update.event == OrderEvent::kAccepted || update.event == OrderEvent::kFilled) return;
    told += fmt::format("{} {}{}{};", update.id.value(), to_string(update.event),
                        update.reason == RejectReason::kNone ? "" : " ", to_string(update.reason));
  }
  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    if (timer) timer(context);
  }

  std::function<void(StrategyContext&)> start;
  std::function<void(StrategyContext&, const Bar&)> bar_hook;
  std::function<void(StrategyContext&)> timer;
  std::string told;
};

BarRunOptions limited(sim::AccountKind kind, std::int64_t balance, BarPath path = BarPath::kWorst) {
  BarRunOptions options = test::bar_options("1", "1", "0", "0");
  options.account = kind;
  options.initial_balance = {balance, 0};
  options.markets.front().path = path;
  options.markets.front().margin = {
      .leverage = 10, .brackets = {{.from = {}, .maintenance = {5, 2}}}, .liquidation_fee = {1, 2}};
  return options;
}

sim::FundingBook funding_at(std::vector<sim::FundingTime> times) {
  return sim::FundingBook::of(std::move(times)).value();
}

// Bars of ten seconds at the begin of 1970.
class Scene {
 public:
  explicit Scene(const BarRunOptions& options) : run(BarRun::make(options, strategy, nullptr).value()) {}
  void start() { ASSERT_TRUE(run->start({}).has_value()); }
  std::string show(std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close) {
    const Bar bar{.open_time = {at * kSecond},
                  .close_time = {(at + 10) * kSecond},
                  .open = Price{open},
                  .high = Price{high},
                  .low = Price{low},
                  .close = Price{close},
                  .volume = Quantity{1000}};
    at += 10;
    const Result<void> done = run->step(std::span(&bar, 1));
    return done ? std::exchange(strategy.told, {}) : done.error().message;
  }
  [[nodiscard]] std::string equity() const { return to_string(run->totals().equity); }
  [[nodiscard]] std::string funding() const { return to_string(run->totals().positions.front().funding); }
  Teller strategy;
  std::unique_ptr<BarRun> run;
  std::int64_t at = 0;
};

NewOrder wanted(OrderSide side, OrderType type, std::int64_t price, std::int64_t quantity) {
  NewOrder order{.side = side, .type = type, .quantity = Quantity{quantity}};
  (type == OrderType::kLimit ? order.price : order.stop_price) = Price{price};
  return order;
}
NewOrder at_market(OrderSide side, std::int64_t quantity) { return wanted(side, OrderType::kMarket, 0, quantity); }

TEST(BarAccountRun, SpotPaysOnlyWithWhatIsThere) {
  Scene scene(limited(sim::AccountKind::kSpot, 1000));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 90, 5));  // 450 are set aside
    context.place(at_market(OrderSide::kBuy, 6));                      // 600 at the open
    context.place(at_market(OrderSide::kBuy, 5));
    context.place(at_market(OrderSide::kSell, 6));
    context.place(at_market(OrderSide::kSell, 1));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 95, 96),
            "2 expired insufficient_balance;3 taker 100x5 fee 0 at 0;4 expired insufficient_balance;"
            "5 taker 100x-1 fee 0 at 0;");
  EXPECT_EQ(scene.show(96, 96, 89, 95), "1 traded_through 90x5 fee 0 at 20;");
  EXPECT_EQ(to_string(scene.run->totals().positions.front().cash), "150");
}

// The open may leap over a stop: what is not there is not paid.
TEST(BarAccountRun, SpotDoesNotFillAStopThatTheBalanceDoesNotPayFor) {
  for (const bool leaps : {false, true}) {
    Scene scene(limited(sim::AccountKind::kSpot, 1050));
    scene.strategy.start = [](StrategyContext& context) {
      context.place(wanted(OrderSide::kBuy, OrderType::kStop, 100, 10));  // and 5 % beyond
    };
    scene.start();
    EXPECT_EQ(scene.show(90, 91, 89, 90), "");
    if (leaps) {
      EXPECT_EQ(scene.show(106, 107, 105, 106), "1 expired insufficient_balance;");
    } else {
      EXPECT_EQ(scene.show(104, 107, 103, 106), "1 taker 104x10 fee 0 at 10;");
    }
  }
}

TEST(BarAccountRun, SpotSetsOneOfAPairAside) {
  Scene scene(limited(sim::AccountKind::kSpot, 1100));
  scene.strategy.start = [](StrategyContext& context) {
    NewOrder stop = wanted(OrderSide::kBuy, OrderType::kStopLimit, 105, 10);
    stop.price = Price{110};
    context.place_oco(wanted(OrderSide::kBuy, OrderType::kLimit, 80, 10), stop);
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 1, 1));
  };
  scene.strategy.bar_hook = [](StrategyContext& context, const Bar& bar) {
    if (bar.open_time.value == 10 * kSecond) context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 1, 1));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 99, 100), "3 expired insufficient_balance;") << "1100 are set aside";
  // The stop is reached, the limit goes, and what was set aside stays so.
  EXPECT_EQ(scene.show(100, 106, 99, 105), "1 expired linked_order;");
  EXPECT_EQ(scene.show(112, 115, 112, 113), "4 expired insufficient_balance;");
  EXPECT_EQ(scene.show(112, 113, 109, 110), "2 traded_through 110x10 fee 0 at 40;");
  EXPECT_EQ(to_string(scene.run->totals().positions.front().cash), "0");
  EXPECT_EQ(scene.equity(), "1100");
}

TEST(BarAccountRun, AChangeThatCannotBeBorneIsRefused) {
  Scene scene(limited(sim::AccountKind::kSpot, 1000));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 90, 10));
  };
  scene.strategy.bar_hook = [](StrategyContext& context, const Bar& bar) {
    if (bar.open_time.value == 0) {
      EXPECT_TRUE(context.modify({ClientOrderId{1}, Price{90}, Quantity{12}}));
      EXPECT_TRUE(context.modify({ClientOrderId{1}, Price{95}, Quantity{10}}));
    }
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 99, 100), "1 rejected insufficient_balance;1 modified;");
  EXPECT_EQ(scene.show(100, 101, 94, 95), "1 traded_through 95x10 fee 0 at 20;");
}

// 10 are bought at 100 with 200: equity 200 + 10 (p - 100), margin 0.5 p. They meet at 84.2: 84 is the first tick.
TEST(BarAccountRun, MarginEndsAtTheFirstTickOnTheWayToTheWorst) {
  Scene scene(limited(sim::AccountKind::kMargin, 200));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(at_market(OrderSide::kBuy, 10));
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 50, 1));
    context.place(at_market(OrderSide::kBuy, 11));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 85, 86), "1 taker 100x10 fee 0 at 0;3 expired insufficient_balance;");
  EXPECT_EQ(scene.equity(), "60");
  EXPECT_EQ(scene.show(90, 95, 70, 94), "2 cancelled;0 liquidation 84x-10 fee 8.4 at 20;");
  EXPECT_EQ(scene.equity(), "31.6");
  EXPECT_EQ(scene.run->account()->liquidations(), 1U);
}

TEST(BarAccountRun, MarginEndsAtAnOpenThatLeapsOverIt) {
  Scene scene(limited(sim::AccountKind::kMargin, 200));
  scene.strategy.start = [](StrategyContext& context) { context.place(at_market(OrderSide::kSell, 10)); };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 99, 100), "1 taker 100x-10 fee 0 at 0;");
  // 10 x 30 are lost, and 13 of a fee: 113 more than there is, which others bear.
  EXPECT_EQ(scene.show(130, 131, 100, 100), "0 liquidation 130x10 fee -100 at 10;");
  EXPECT_EQ(scene.equity(), "0");
  EXPECT_EQ(to_string(scene.run->account()->borne_by_others()), "113");
}

TEST(BarAccountRun, AStopBeforeTheMarginsEndComesFirstAndOneBehindItDoesNot) {
  for (const std::int64_t stop : {90, 80}) {
    Scene scene(limited(sim::AccountKind::kMargin, 200));
    scene.strategy.start = [stop](StrategyContext& context) {
      context.place(at_market(OrderSide::kBuy, 10));
      NewOrder order = wanted(OrderSide::kSell, OrderType::kStop, stop, 10);
      order.reduce_only = true;
      context.place(order);
    };
    scene.start();
    const std::string told = scene.show(100, 101, 70, 86);
    if (stop == 90) {
      EXPECT_EQ(told, "1 taker 100x10 fee 0 at 0;2 taker 90x-10 fee 0 at 10;");
    } else {
      EXPECT_EQ(told, "1 taker 100x10 fee 0 at 0;2 cancelled;0 liquidation 84x-10 fee 8.4 at 10;");
    }
  }
}

// What is opened within a bar is held against its worst price as well.
TEST(BarAccountRun, APositionOfTheBarCanEndInIt) {
  Scene scene(limited(sim::AccountKind::kMargin, 200));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 95, 10));
  };
  scene.start();
  // 200 + 10 (p - 95) = 0.5 p at 78.9.
  EXPECT_EQ(scene.show(100, 101, 70, 86), "1 traded_through 95x10 fee 0 at 10;0 liquidation 78x-10 fee 7.8 at 10;");
}

// It was looked for from the bar's open, at which what was not there yet had already used the margin up.
TEST(BarAccountRun, WhatAStopOpensWithinABarEndsOnItsWayFromThere) {
  Scene scene(limited(sim::AccountKind::kMargin, 200));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(wanted(OrderSide::kBuy, OrderType::kStop, 120, 10));
  };
  scene.start();
  EXPECT_EQ(scene.show(118, 119, 117, 118), "");
  // 200 + 10 (p - 120) = 0.5 p at 105.3.
  EXPECT_EQ(scene.show(100, 125, 90, 100), "1 taker 120x10 fee 0 at 20;0 liquidation 105x-10 fee 10.5 at 20;");
}

// Of two stops that enter, the second one was moved to where the first one had filled.
TEST(BarAccountRun, AStopThatAddsFillsAtItsOwnPrice) {
  Scene scene(limited(sim::AccountKind::kMargin, 1000));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(wanted(OrderSide::kBuy, OrderType::kStop, 120, 1));
    context.place(wanted(OrderSide::kBuy, OrderType::kStop, 110, 1));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 125, 90, 100), "1 taker 120x1 fee 0 at 10;2 taker 110x1 fee 0 at 10;");
}

// 10 at 100 and 5 more at 86 with 200: 60 are left there, and 64.5 are asked for. The way up again came too late.
TEST(BarAccountRun, AFillThatUsesTheMarginUpEndsItThere) {
  Scene scene(limited(sim::AccountKind::kMargin, 200, BarPath::kLowFirst));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(at_market(OrderSide::kBuy, 10));
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 86, 5));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 86, 100),
            "1 taker 100x10 fee 0 at 0;2 traded_through 86x5 fee 0 at 10;0 liquidation 86x-15 fee 12.9 at 10;");
}

// At the close 8 may need (80 + 30) x 1.05 each, which there is; at the open it would have been (100 + 30) x 1.05.
TEST(BarAccountRun, AMovedTrailingStopIsWeighedWhereItWasMoved) {
  Scene scene(limited(sim::AccountKind::kSpot, 1000));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(
        {.side = OrderSide::kBuy, .type = OrderType::kTrailingStop, .quantity = Quantity{7}, .trail = Price{30}});
  };
  scene.strategy.bar_hook = [](StrategyContext& context, const Bar& bar) {
    if (bar.open_time.value != 0) return;
    EXPECT_TRUE(context.modify(
        {.id = ClientOrderId{1}, .price = {}, .quantity = Quantity{8}, .stop_price = {}, .trail = Price{30}}));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 80, 80), "1 modified;");
}

TEST(BarAccountRun, AKnownPathSaysWhatComesFirst) {
  for (const BarPath path : {BarPath::kHighFirst, BarPath::kLowFirst}) {
    Scene scene(limited(sim::AccountKind::kMargin, 200, path));
    scene.strategy.start = [](StrategyContext& context) {
      context.place(at_market(OrderSide::kBuy, 10));
      context.place(wanted(OrderSide::kSell, OrderType::kLimit, 110, 10));
    };
    scene.start();
    const std::string told = scene.show(100, 120, 70, 86);
    if (path == BarPath::kHighFirst) {
      EXPECT_EQ(told, "1 taker 100x10 fee 0 at 0;2 traded_through 110x-10 fee 0 at 10;");
    } else {
      EXPECT_EQ(told, "1 taker 100x10 fee 0 at 0;2 cancelled;0 liquidation 84x-10 fee 8.4 at 10;");
    }
  }
}

TEST(BarAccountRun, PaysFundingAtTheOpenBetweenBarsAndAtTheWorseOfABar) {
  BarRunOptions options = test::bar_options("1", "1", "0", "0");
  const auto at = [](std::int64_t second) { return UnixNanos{second * kSecond}; };
  options.markets.front().fees.maker = {1, 8};  // money has eight decimals
  options.markets.front().funding = funding_at({{.at = at(0), .rate = {1, 1}},
                                                {.at = at(10), .rate = {1, 2}},
                                                {.at = at(15), .rate = {1, 2}},
                                                {.at = at(16), .rate = {-1, 2}},
                                                {.at = at(17), .rate = {1, 2}, .mark = Decimal{1005, 1}},
                                                {.at = at(25), .rate = {2, 2}},
                                                {.at = at(40), .rate = {1, 1}}});
  Scene scene(options);
  std::string seen;
  const auto look = [&seen](StrategyContext& context) {
    const auto rate = context.funding_rate(kFirst);
    seen += fmt::format("{}: {} {};", context.now().value / kSecond, to_string(context.position(kFirst).funding),
                        rate ? fmt::format("{} {}", to_string(rate->rate), rate->at.value / kSecond) : "-");
  };
  scene.strategy.start = [](StrategyContext& context) { context.place(at_market(OrderSide::kBuy, 10)); };
  scene.strategy.bar_hook = [&look](StrategyContext& context, const Bar& bar) {
    look(context);
    if (bar.open_time.value == 0) context.set_timer(TimerId{0}, UnixNanos{18 * kSecond});
    if (bar.open_time.value == 10 * kSecond) context.set_timer(TimerId{0}, UnixNanos{26 * kSecond});
  };
  scene.strategy.timer = look;
  scene.start();
  scene.show(100, 101, 95, 100);
  EXPECT_EQ(std::exchange(seen, {}), "10: 0 0.1 10;") << "at the first open nothing is held";
  scene.show(102, 110, 90, 105);
  // 10.2 at the open; within the bar 11 at its high are paid, 9 at its low received, 10.05 paid, and told at its close.
  EXPECT_EQ(std::exchange(seen, {}), "18: -10.2 0.01 15;20: -22.25 0.01 25;");
  scene.at = 30;
  scene.show(200, 200, 200, 200);
  EXPECT_EQ(std::exchange(seen, {}), "26: -43.25 0.02 40;40: -43.25 0.02 40;") << "21 on the close of 105";
  EXPECT_EQ(scene.funding(), "-43.25");
  EXPECT_EQ(scene.equity(), "956.75");
}

// The sums over bars were told as 0.
TEST(BarAccountRun, TellsTheTurnover) {
  Scene scene(test::bar_options("1", "1", "0", "0"));
  scene.strategy.start = [](StrategyContext& context) {
    context.place(at_market(OrderSide::kBuy, 10));
    context.place(at_market(OrderSide::kSell, 3));
  };
  scene.start();
  scene.show(100, 101, 95, 100);
  EXPECT_EQ(to_string(scene.run->totals().turnover), "1300");
}

// Where nothing was held but a rebate in the base asset, a price that moved was not seen.
TEST(BarAccountRun, MarksARebateInTheBaseAsset) {
  BarRunOptions options = limited(sim::AccountKind::kSpot, 1000);
  options.markets.front().fees = {.maker = {-1, 2}, .asset = sim::FeeAsset::kReceived};
  Scene scene(options);
  scene.strategy.start = [](StrategyContext& context) {
    context.place(wanted(OrderSide::kBuy, OrderType::kLimit, 90, 10));
  };
  scene.strategy.bar_hook = [](StrategyContext& context, const Bar& bar) {
    if (bar.open_time.value == 0) context.place(at_market(OrderSide::kSell, 10));
  };
  scene.start();
  scene.show(100, 101, 89, 100);
  scene.show(100, 101, 99, 100);
  EXPECT_EQ(scene.equity(), "1110") << "100 of profit, and a tenth of one";
  scene.show(100, 200, 100, 200);
  EXPECT_EQ(scene.equity(), "1120");
}

}  // namespace
}  // namespace acts::backtest
