// Accounts with a limit, and funding, over bars: by hand where a bar leaves nothing open, and the invariants whatever a
// strategy asks for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"
#include "backtest/money.hpp"

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

// Whatever it asks for, within a bar too.
class BarGambler final : public Strategy {
 public:
  explicit BarGambler(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true, .fills = true}; }
  void on_order(StrategyContext& /*context*/, const OrderUpdate& update) override {
    refused += update.reason == RejectReason::kInsufficientBalance ? 1U : 0U;
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    liquidated += fill.cause == FillCause::kLiquidation ? 1U : 0U;
    if (below(3) == 0) gamble(context, fill.instrument, fill.price.units());
  }
  void on_timer(StrategyContext& context, TimerId id) override {
    gamble(context, InstrumentId{id.value()}, last_[id.value()]);
  }
  void on_bar(StrategyContext& context, const Bar& bar) override {
    last_.resize(context.instrument_count(), 100);
    last_[bar.instrument.value()] = bar.close.units();
    gamble(context, bar.instrument, bar.close.units());
    if (below(4) == 0) context.set_timer(TimerId{bar.instrument.value()}, context.now() + Nanos{below(20) * kSecond});
  }

  std::uint64_t refused = 0;
  std::uint64_t liquidated = 0;

 private:
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  void gamble(StrategyContext& context, InstrumentId id, std::int64_t price) {
    const auto open = context.open_orders(id);
    const std::int64_t choice = below(10);
    if (choice == 0 && !open.empty()) {
      context.cancel(open[random_() % open.size()].id);
    } else if (choice < 3 && !open.empty()) {
      const OpenOrder old = open[random_() % open.size()];
      context.modify({.id = old.id,
                      .price = Price{std::max<std::int64_t>(old.price.units() + below(5) - 2, 1)},
                      .quantity = Quantity{1 + below(40)},
                      .stop_price = Price{below(2) * (price + below(9) - 4)}});
    } else if (choice == 3) {
      NewOrder stop = any(id, price);
      stop.type = below(2) == 0 ? OrderType::kStop : OrderType::kStopLimit;
      NewOrder limit = stop;
      limit.type = OrderType::kLimit;
      const std::int64_t away = stop.side == OrderSide::kBuy ? -4 : 4;
      limit.price = Price{price + away};
      stop.stop_price = Price{price - away};
      context.place_oco(limit, stop);
    } else {
      context.place(any(id, price));
    }
  }
  NewOrder any(InstrumentId id, std::int64_t price) {
    constexpr OrderType kTypes[] = {OrderType::kLimit,     OrderType::kLimit,           OrderType::kMarket,
                                    OrderType::kStop,      OrderType::kTakeProfitLimit, OrderType::kTrailingStop,
                                    OrderType::kTakeProfit};
    return {.instrument = id,
            .side = below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell,
            .type = kTypes[below(7)],
            .time_in_force = static_cast<TimeInForce>(below(4)),
            .price = Price{std::max<std::int64_t>(price + below(9) - 4, 1)},
            .quantity = Quantity{1 + below(40)},
            .stop_price = Price{std::max<std::int64_t>(price + below(13) - 6, 1)},
            .trail = Price{1 + below(5)},
            .reduce_only = below(5) == 0};
  }
  std::mt19937_64 random_;
  std::vector<std::int64_t> last_;
};

// Holds every sample against the sum of the fills, and equity against its parts.
class Auditor final : public RunListener {
 public:
  explicit Auditor(std::size_t instruments, bool is_linear) : held_(instruments), is_linear_(is_linear) {}
  void on_fill(const ToldFill& told) override {
    held_[told.fill.instrument.value()] += sign(told.fill.side) * told.fill.quantity.units();
    ++fills;
  }
  void on_sample(const Sample& sample) override {
    const Position& position = sample.position;
    EXPECT_EQ(position.quantity.units(), held_[sample.instrument.value()]);
    has_paid = has_paid || position.funding.units != 0;
    if (!sample.mark || !is_linear_) return;
    const Decimal held = minus({position.quantity.units(), 0}, position.base_fee);
    const Decimal parts = plus(plus(position.cash, times(held, *sample.mark)), minus(position.funding, position.fee));
    EXPECT_EQ(sample.equity, parts) << to_string(sample.equity) << " is not " << to_string(parts);
  }
  std::uint64_t fills = 0;
  bool has_paid = false;

 private:
  std::vector<std::int64_t> held_;
  bool is_linear_;
};

struct BarGambles {
  std::uint64_t refused = 0;
  std::uint64_t liquidated = 0;
  std::uint64_t filled = 0;
  std::uint64_t paid = 0;
};

BarRunOptions random_options(std::mt19937_64& random, sim::AccountKind kind, sim::ContractKind contract) {
  BarRunOptions options;
  options.account = kind;
  options.initial_balance = {contract == sim::ContractKind::kInverse ? 1 : 3000, 0};
  const std::size_t count = kind == sim::AccountKind::kMargin ? 1 : 1 + random() % 3;
  for (std::size_t i = 0; i < count; ++i) {
    BarMarket market{
        .instrument = test::bar_instrument("1", "1"),
        .fees = {.maker = {-1, 4}, .taker = {5, 4}},
        .path = static_cast<BarPath>(random() % 4),
        .margin = {.leverage = 20, .brackets = {{.from = {}, .maintenance = {2, 2}}}, .liquidation_fee = {1, 2}}};
    market.contract.kind = contract;
    if (kind == sim::AccountKind::kSpot && random() % 3 == 0) market.fees.asset = sim::FeeAsset::kReceived;
    if (kind != sim::AccountKind::kSpot) {
      std::vector<sim::FundingTime> times;
      for (std::int64_t at = 0; at < 3000; at += 1 + static_cast<std::int64_t>(random() % 60)) {
        sim::FundingTime time{.at = {at * kSecond}, .rate = {static_cast<std::int64_t>(random() % 41) - 20, 4}};
        if (random() % 2 == 0) time.mark = Decimal{900 + static_cast<std::int64_t>(random() % 200), 1};
        times.push_back(time);
      }
      market.funding = funding_at(std::move(times));
    }
    options.markets.push_back(market);
  }
  return options;
}

// Those of one step, or none of an instrument for once.
std::vector<Bar> random_bars(std::mt19937_64& random, std::vector<std::int64_t>& prices, std::int64_t at) {
  std::vector<Bar> bars;
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  for (std::uint32_t i = 0; i < prices.size(); ++i) {
    if (i > 0 && below(10) == 0) continue;
    const std::int64_t open = std::max<std::int64_t>(prices[i] + below(5) - 2, 20);
    const std::int64_t close = std::max<std::int64_t>(open + below(9) - 4, 20);
    bars.push_back({.instrument = InstrumentId{i},
                    .open_time = {at * kSecond},
                    .close_time = {(at + 10) * kSecond},
                    .open = Price{open},
                    .high = Price{std::max(open, close) + below(4)},
                    .low = Price{std::min(open, close) - below(4)},
                    .close = Price{close},
                    .volume = Quantity{below(20) == 0 ? 0 : 100}});
    prices[i] = close;
  }
  return bars;
}

BarGambles gamble_over_bars(sim::AccountKind kind, sim::ContractKind contract, std::uint64_t first_seed) {
  BarGambles all;
  for (std::uint64_t seed = first_seed; seed < first_seed + 80 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const BarRunOptions options = random_options(random, kind, contract);
    BarGambler gambler(seed);
    Auditor auditor(options.markets.size(), contract == sim::ContractKind::kLinear);
    const auto run = BarRun::make(options, gambler, &auditor).value();
    EXPECT_TRUE(run->start({}).has_value());
    std::vector<std::int64_t> prices(options.markets.size(), 100);
    std::int64_t at = 0;
    for (int i = 0; i < 250; ++i) {
      const std::vector<Bar> bars = random_bars(random, prices, at);
      const Result<void> done = run->step(bars);
      EXPECT_TRUE(done.has_value()) << done.error().message;
      at += random() % 15 == 0 ? 30 : 10;
      if (run->account() == nullptr) continue;
      run->account()->verify();
      for (std::uint32_t k = 0; k < prices.size(); ++k) {
        EXPECT_EQ(run->account()->position(k).position(), run->position(InstrumentId{k}));
      }
      EXPECT_TRUE(kind != sim::AccountKind::kSpot || run->account()->balance() >= 0);
    }
    EXPECT_TRUE(run->stop().has_value());
    all.refused += gambler.refused;
    all.liquidated += gambler.liquidated;
    all.filled += auditor.fills;
    all.paid += auditor.has_paid ? 1U : 0U;
  }
  return all;
}

TEST(BarAccountRun, KeepsItsInvariantsOnSpotWhateverIsAsked) {
  const BarGambles all = gamble_over_bars(sim::AccountKind::kSpot, sim::ContractKind::kLinear, 1);
  EXPECT_GT(all.refused, 1000U);
  EXPECT_GT(all.filled, 1000U);
}

TEST(BarAccountRun, KeepsItsInvariantsOnMarginWhateverIsAsked) {
  for (const sim::ContractKind contract : {sim::ContractKind::kLinear, sim::ContractKind::kInverse}) {
    const BarGambles all = gamble_over_bars(sim::AccountKind::kMargin, contract, 1001);
    EXPECT_GT(all.filled, 1000U);
    EXPECT_GT(all.paid, 40U);
    EXPECT_GT(all.liquidated, contract == sim::ContractKind::kLinear ? 10U : 0U);
  }
}

TEST(BarAccountRun, KeepsItsInvariantsWithFundingAndNoLimit) {
  const BarGambles all = gamble_over_bars(sim::AccountKind::kUnlimited, sim::ContractKind::kLinear, 2001);
  EXPECT_EQ(all.refused, 0U);
  EXPECT_GT(all.paid, 70U);
}

}  // namespace
}  // namespace acts::backtest
