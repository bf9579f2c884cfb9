#include "backtest/bars/bar_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <random>
#include <span>
#include <sstream>
#include <vector>

#include "backtest/bars/bars_support.hpp"

namespace acts::backtest {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What a run tells, in the form of tests/oracle/sma_cross.py.
class OracleForm final : public RunListener {
 public:
  explicit OracleForm(const BacktestInstrument& instrument, Nanos bar) : instrument_(instrument), bar_(bar) {}
  void on_fill(const ToldFill& told) override {
    const Fill& fill = told.fill;
    fills += fmt::format("{},{},{},{},{}\n", to_iso8601(fill.ts_event), to_string(fill.side),
                         to_string(to_decimal(fill.price, instrument_.scales)),
                         to_string(to_decimal(fill.quantity, instrument_.scales)), to_string(fill.fee));
  }
  void on_sample(const Sample& sample) override {
    if (!sample.mark) return;  // the start
    equity += fmt::format("{},{}\n", to_iso8601(sample.ts - bar_), to_string(sample.equity));
  }
  std::string fills = "time,side,price,quantity,fee\n";
  std::string equity = "time,equity\n";

 private:
  BacktestInstrument instrument_;
  Nanos bar_;
};

Result<BarTotals> run_all(const BarRunOptions& options, Strategy& strategy, RunListener* listener,
                          const std::vector<std::string>& paths) {
  BarBlocks blocks = test::blocks_of(paths, options.markets.front().instrument);
  const std::unique_ptr<BarRun> run = BarRun::make(options, strategy, listener).value();
  BarBlock block;
  bool has_begun = false;
  while (blocks.next(block).value()) {
    if (!std::exchange(has_begun, true)) {
      EXPECT_TRUE(run->start(block.step(0).front().open_time).has_value());
    }
    if (Result<void> done = run_block(*run, block, 0, block.steps()); !done) return std::unexpected(done.error());
  }
  EXPECT_TRUE(run->stop().has_value());
  return run->totals();
}

TEST(BarRun, TradesAsAnIndependentReferenceDoes) {
  const BarRunOptions options = test::bar_options("0.01", "0.000001", "0.001", "10000");
  const auto strategy = test::bar_strategy(
      "sma_cross",
      {{.name = "fast", .text = "10"}, {.name = "slow", .text = "30"}, {.name = "quantity", .text = "0.1"}});
  OracleForm told(options.markets.front().instrument, std::chrono::hours{1});
  const Result<BarTotals> totals = run_all(options, *strategy, &told, test::hours_of_2021());
  ASSERT_TRUE(totals.has_value());
  EXPECT_EQ(told.fills, text_of(test::testdata("expected/sma_cross_spot_btcusdt_1h_2021q1_fills.csv")));
  EXPECT_EQ(told.equity, text_of(test::testdata("expected/sma_cross_spot_btcusdt_1h_2021q1_equity.csv")));
  EXPECT_EQ(totals->fills, 93U);
  EXPECT_EQ(totals->bars, 2158U);
  EXPECT_EQ(to_string(totals->positions.front().cash), "5449.344");
  EXPECT_EQ(to_string(totals->positions.front().fee), "435.947732");
  EXPECT_EQ(to_string(totals->equity), "10887.451268");
  // That of the start, and one for each midnight from 2021-01-02 to 2021-04-01.
  EXPECT_EQ(totals->closes.period, std::chrono::hours{24});
  ASSERT_EQ(totals->closes.closes.values.size(), 91U);
  EXPECT_EQ(totals->closes.closes.values.front(), 10000);
  EXPECT_EQ(totals->closes.closes.values.back(), 10887.451268);
}

// Does what a test says, and keeps what it was told and when.
class Scripted final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override {
    if (start) start(context);
  }
  void on_bar(StrategyContext& context, const Bar& bar) override {
    told += fmt::format("bar {};", seconds(context.now()));
    if (bar_hook) bar_hook(context, bar);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    told += fmt::format("fill {} {}@{} {} holding {};", fill.number, fill.quantity.units(), fill.price.units(),
                        seconds(context.now()), context.position(fill.instrument).quantity.units());
    if (fill_hook) fill_hook(context, fill);
  }
  void on_order(StrategyContext& /*context*/, const OrderUpdate& update) override {
    told += fmt::format("{};", to_string(update.event));
    EXPECT_NE(update.event, OrderEvent::kSubmitted);
  }
  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    told += fmt::format("timer {};", seconds(context.now()));
    if (timer) timer(context);
  }
  static std::int64_t seconds(UnixNanos time) { return time.value / 1'000'000'000; }

  std::function<void(StrategyContext&)> start;
  std::function<void(StrategyContext&, const Bar&)> bar_hook;
  std::function<void(StrategyContext&, const Fill&)> fill_hook;
  std::function<void(StrategyContext&)> timer;
  std::string told;
};

// Bars of ten seconds at the begin of 1970.
class Scene {
 public:
  Scene() : run(BarRun::make(test::bar_options("1", "1", "0", "0"), strategy, nullptr).value()) {}
  void start() { ASSERT_TRUE(run->start({}).has_value()); }
  // What was told meanwhile.
  std::string show(std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close) {
    const Bar bar{.open_time = {at * 1'000'000'000},
                  .close_time = {(at + 10) * 1'000'000'000},
                  .open = Price{open},
                  .high = Price{high},
                  .low = Price{low},
                  .close = Price{close},
                  .volume = Quantity{100}};
    at += 10;
    const Result<void> done = run->step(std::span(&bar, 1));
    return done ? std::exchange(strategy.told, {}) : done.error().message;
  }
  Scripted strategy;
  std::unique_ptr<BarRun> run;
  std::int64_t at = 0;
};

NewOrder order_of(OrderSide side, OrderType type, std::int64_t price) {
  NewOrder order{.side = side, .type = type, .quantity = Quantity{1}};
  (type == OrderType::kLimit ? order.price : order.stop_price) = Price{price};
  return order;
}

TEST(BarRun, TellsAFillAtTheOpenAndAnswersWithinTheBar) {
  Scene scene;
  scene.strategy.start = [](StrategyContext& context) {
    context.place(order_of(OrderSide::kBuy, OrderType::kMarket, 0));
  };
  scene.strategy.fill_hook = [](StrategyContext& context, const Fill& fill) {
    if (fill.side == OrderSide::kBuy) context.place(order_of(OrderSide::kSell, OrderType::kStop, 95));
  };
  scene.start();
  EXPECT_EQ(std::exchange(scene.strategy.told, {}), "accepted;");
  EXPECT_EQ(scene.show(100, 101, 94, 96),
            "fill 1 1@100 0 holding 1;filled;accepted;fill 2 1@95 10 holding 0;filled;bar 10;");
}

TEST(BarRun, MarketOrderInReplyToAFillWaitsForTheNextOpen) {
  Scene scene;
  scene.strategy.start = [](StrategyContext& context) {
    context.place(order_of(OrderSide::kBuy, OrderType::kMarket, 0));
  };
  scene.strategy.fill_hook = [](StrategyContext& context, const Fill& fill) {
    if (fill.side == OrderSide::kBuy) context.place(order_of(OrderSide::kSell, OrderType::kMarket, 0));
  };
  scene.start();
  scene.strategy.told.clear();
  EXPECT_EQ(scene.show(100, 101, 94, 96), "fill 1 1@100 0 holding 1;filled;accepted;bar 10;");
  EXPECT_EQ(scene.show(97, 101, 94, 96), "fill 2 1@97 10 holding 0;filled;bar 20;");
}

TEST(BarRun, LimitInReplyToAFillTakesTheOpenIfItReachesIt) {
  Scene scene;
  scene.strategy.start = [](StrategyContext& context) {
    context.place(order_of(OrderSide::kBuy, OrderType::kMarket, 0));
  };
  scene.strategy.fill_hook = [](StrategyContext& context, const Fill& fill) {
    if (fill.side == OrderSide::kBuy) context.place(order_of(OrderSide::kSell, OrderType::kLimit, 90));
  };
  scene.start();
  scene.strategy.told.clear();
  EXPECT_EQ(scene.show(100, 101, 94, 96),
            "fill 1 1@100 0 holding 1;filled;accepted;fill 2 1@100 0 holding 0;filled;bar 10;");
}

TEST(BarRun, TimersComeAtTheirTimesAndTheirOrdersWithTheNextBar) {
  Scene scene;
  scene.strategy.start = [](StrategyContext& context) {
    context.set_timer(TimerId{1}, {4'000'000'000});
    context.set_timer(TimerId{2}, {10'000'000'000});
    context.set_timer(TimerId{3}, {1});
    context.stop_timer(TimerId{3});
  };
  scene.strategy.timer = [](StrategyContext& context) {
    context.place(order_of(OrderSide::kBuy, OrderType::kLimit, 95));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 90, 96), "timer 4;accepted;bar 10;") << "what the bar did before is not its";
  EXPECT_EQ(scene.show(100, 101, 90, 96),
            "timer 10;accepted;fill 1 1@95 20 holding 1;filled;fill 2 1@95 20 holding "
            "2;filled;bar 20;");
}

TEST(BarRun, StopsAStrategyThatLetsNoTimePass) {
  Scene timers;
  timers.strategy.start = [](StrategyContext& context) { context.set_timer(TimerId{1}, context.now()); };
  timers.strategy.timer = timers.strategy.start;
  timers.start();
  EXPECT_EQ(timers.show(1, 1, 1, 1),
            "1970-01-01T00:00:00.000Z: the strategy sets a timer in each timer, without end: it must let time pass");
}

// A timer a millisecond over a year of bars made a log of decisions of a gigabyte.
TEST(BarRun, BoundsTheTimersOfARun) {
  Scripted strategy;
  strategy.start = [](StrategyContext& context) {
    context.set_timer(TimerId{1}, context.now() + std::chrono::seconds{1});
  };
  strategy.timer = strategy.start;
  BarRunOptions options = test::bar_options("1", "1", "0", "0");
  options.most_timers = 12;
  const std::unique_ptr<BarRun> run = BarRun::make(options, strategy, nullptr).value();
  ASSERT_TRUE(run->start({}).has_value());
  Bar bar{.open_time = {}, .close_time = {10'000'000'000}, .open = Price{1}, .high = Price{1}, .low = Price{1}};
  bar.close = Price{1};
  EXPECT_TRUE(run->step(std::span(&bar, 1)).has_value());
  bar.open_time = bar.close_time;
  bar.close_time = {20'000'000'000};
  const Result<void> more = run->step(std::span(&bar, 1));
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().message,
            "1970-01-01T00:00:13.000Z: the strategy was woken by 12 timers, and over bars no more are taken: let it "
            "look less often");
}

// Between two bars there may be more timers than one time may have.
TEST(BarRun, CountsTheTimersOfOneTime) {
  Scene scene;
  constexpr std::size_t kTimers = 300'000;
  std::size_t count = 0;
  scene.strategy.start = [&count](StrategyContext& context) {
    if (++count <= kTimers) context.set_timer(TimerId{1}, context.now() + std::chrono::microseconds{10});
  };
  scene.strategy.timer = scene.strategy.start;
  scene.start();
  const std::string shown = scene.show(1, 1, 1, 1);
  EXPECT_TRUE(shown.ends_with("bar 10;")) << shown.substr(shown.size() - std::min<std::size_t>(shown.size(), 200));
  EXPECT_EQ(count, kTimers + 1);
}

TEST(BarRun, CancelsAndModifiesOnlyWhatIsOpen) {
  Scene scene;
  std::vector<bool> done;
  ClientOrderId id;
  scene.strategy.bar_hook = [&](StrategyContext& context, const Bar& /*bar*/) {
    if (id == ClientOrderId{}) {
      id = context.place(order_of(OrderSide::kBuy, OrderType::kLimit, 50));
      done.push_back(context.modify({.id = id, .price = Price{60}, .quantity = Quantity{2}}));
      done.push_back(context.open_orders(InstrumentId{0}).size() == 1);
      return;
    }
    done.push_back(context.cancel(id));
    done.push_back(context.cancel(id));
    done.push_back(context.modify({.id = id, .price = Price{60}, .quantity = Quantity{2}}));
  };
  scene.start();
  EXPECT_EQ(scene.show(100, 101, 90, 96), "bar 10;accepted;modified;");
  EXPECT_EQ(scene.show(100, 101, 90, 96), "bar 20;cancelled;");
  EXPECT_EQ(done, (std::vector<bool>{true, true, true, false, false}));
}

// At random places orders, cancels them and sets timers; mostly it does nothing.
void act_at_random(StrategyContext& context, std::mt19937_64& random, std::int64_t price) {
  switch (random() % 24) {
    case 0: context.place(order_of(OrderSide::kBuy, OrderType::kMarket, 0)); break;
    case 1: context.place(order_of(OrderSide::kSell, OrderType::kMarket, 0)); break;
    case 2: context.place(order_of(OrderSide::kBuy, OrderType::kLimit, price - 3)); break;
    case 3: context.place(order_of(OrderSide::kSell, OrderType::kStop, price - 5)); break;
    case 4: context.set_timer(TimerId{1}, context.now() + std::chrono::seconds{static_cast<int>(random() % 60)}); break;
    case 5: context.stop_timer(TimerId{1}); break;
    default:
      const std::vector<OpenOrder> open(context.open_orders(InstrumentId{0}).begin(),
                                        context.open_orders(InstrumentId{0}).end());
      if (random() % 4 == 0 && !open.empty()) context.cancel(open.front().id);
  }
}

std::vector<Bar> random_bars(std::mt19937_64& random, std::size_t count) {
  std::vector<Bar> bars;
  std::int64_t price = 1000;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t open = price;
    price = std::max<std::int64_t>(price + static_cast<std::int64_t>(random() % 9) - 4, 20);
    const auto begin = static_cast<std::int64_t>(i) * 10'000'000'000;
    bars.push_back({.open_time = {begin},
                    .close_time = {begin + 10'000'000'000},
                    .open = Price{open},
                    .high = Price{std::max(open, price) + static_cast<std::int64_t>(random() % 4)},
                    .low = Price{std::min(open, price) - static_cast<std::int64_t>(random() % 4)},
                    .close = Price{price},
                    .volume = Quantity{100}});
  }
  return bars;
}

TEST(BarRun, PassesQuietBarsAsOneByOne) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<Bar> bars = random_bars(random, 400);
    // One by one; all at once; in pieces.
    const auto told_in = [&bars, seed](std::size_t piece) {
      Scene scene;
      std::mt19937_64 choices(seed);
      scene.strategy.bar_hook = [&choices](StrategyContext& context, const Bar& bar) {
        act_at_random(context, choices, bar.close.units());
      };
      scene.strategy.timer = [&choices](StrategyContext& context) { act_at_random(context, choices, 900); };
      scene.start();
      for (std::size_t at = 0; at < bars.size(); at += std::max<std::size_t>(piece, 1)) {
        const auto part = std::span(bars).subspan(at, std::min(std::max<std::size_t>(piece, 1), bars.size() - at));
        const Result<void> done = piece == 0 ? scene.run->step(part) : scene.run->step_each(part);
        EXPECT_TRUE(done.has_value());
      }
      const BarTotals totals = scene.run->totals();
      std::string told = fmt::format("{} bars {} {} {} | ", totals.bars, totals.fills, to_string(totals.equity),
                                     to_string(totals.max_drawdown));
      for (const double value : totals.closes.closes.values) told += fmt::format("{} ", value);
      return told + scene.strategy.told;
    };
    const std::string one_by_one = told_in(0);
    EXPECT_NE(one_by_one.find("fill"), std::string::npos);
    ASSERT_EQ(told_in(bars.size()), one_by_one) << seed;
    ASSERT_EQ(told_in(7), one_by_one) << seed;
  }
}

TEST(BarRun, MeasuresTheDrawdownAtCloses) {
  Scene scene;
  scene.strategy.start = [](StrategyContext& context) {
    context.place(order_of(OrderSide::kBuy, OrderType::kMarket, 0));
  };
  scene.start();
  for (const std::int64_t close : {110, 130, 105, 125, 100, 140}) scene.show(100, 140, 100, close);
  EXPECT_EQ(to_string(scene.run->totals().max_drawdown), "30");
  EXPECT_EQ(to_string(scene.run->totals().equity), "40");
}

}  // namespace
}  // namespace acts::backtest
