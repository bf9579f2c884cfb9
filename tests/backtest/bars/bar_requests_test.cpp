// What a timer asks for within a bar: stops stay where they are for the whole path, limits and profits may be gone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/bars_support.hpp"

namespace acts::backtest {
namespace {

constexpr std::int64_t kNanosASecond = 1'000'000'000;
constexpr OrderSide kBuy = OrderSide::kBuy;
constexpr OrderSide kSell = OrderSide::kSell;

// Bars of ten seconds, a timer in the middle of each; fills as "id@price second".
class TimedScene final : public Strategy {
 public:
  explicit TimedScene(BarPath path = BarPath::kWorst) {
    BarRunOptions options = test::bar_options("1", "1", "0", "0");
    options.markets.front().path = path;
    run_ = BarRun::make(options, *this, nullptr).value();
  }
  [[nodiscard]] Wants wants() const override { return {.bars = true, .orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override {
    start(context);
    context.set_timer(TimerId{1}, {5 * kNanosASecond});
  }
  void on_timer(StrategyContext& context, TimerId id) override {
    if (timer) timer(context);
    context.set_timer(id, context.now() + std::chrono::seconds{10});
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    told += fmt::format("{}@{} {},", fill.id.value(), fill.price.units(), context.now().value / kNanosASecond);
  }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    const bool is_answer = update.event != OrderEvent::kAccepted && update.event != OrderEvent::kFilled;
    if (!is_answer) return;
    const std::string reason(to_string(update.reason));
    told += fmt::format("{} {}{}{} {},", update.id.value(), to_string(update.event), reason.empty() ? "" : " ", reason,
                        context.now().value / kNanosASecond);
  }
  std::string show(std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close,
                   std::int64_t volume = 100) {
    if (at_ == 0) {
      EXPECT_TRUE(run_->start({}).has_value());
    }
    const Bar bar{.open_time = {at_ * kNanosASecond},
                  .close_time = {(at_ + 10) * kNanosASecond},
                  .open = Price{open},
                  .high = Price{high},
                  .low = Price{low},
                  .close = Price{close},
                  .volume = Quantity{volume}};
    at_ += 10;
    EXPECT_TRUE(run_->step(std::span(&bar, 1)).has_value());
    return std::exchange(told, {});
  }
  static ClientOrderId sell(StrategyContext& context, OrderType type, std::int64_t price) {
    return context.place({.side = kSell,
                          .type = type,
                          .price = Price{price},
                          .quantity = Quantity{1},
                          .stop_price = Price{price},
                          .trail = Price{price}});
  }

  std::function<void(StrategyContext&)> start;
  std::function<void(StrategyContext&)> timer;
  std::string told;

 private:
  std::unique_ptr<BarRun> run_;
  std::int64_t at_ = 0;
};

constexpr ClientOrderId kFirst{1};
constexpr ClientOrderId kSecond{2};

constexpr BarPath kPaths[] = {BarPath::kWorst, BarPath::kHighFirst, BarPath::kLowFirst, BarPath::kNearest};

TEST(BarRequests, AStopThatATimerMovesAwayIsThereForTheBar) {
  for (const BarPath path : kPaths) {
    TimedScene scene(path);
    scene.start = [](StrategyContext& context) { TimedScene::sell(context, OrderType::kStop, 90); };
    scene.timer = [](StrategyContext& context) {
      context.modify({.id = kFirst, .quantity = Quantity{1}, .stop_price = Price{80}});
    };
    EXPECT_EQ(scene.show(100, 101, 85, 95), "1@90 10,1 rejected unknown_order 10,");
  }
}

TEST(BarRequests, AStopThatATimerCancelsIsThereForTheBar) {
  for (const BarPath path : kPaths) {
    TimedScene scene(path);
    scene.start = [](StrategyContext& context) { TimedScene::sell(context, OrderType::kStop, 90); };
    scene.timer = [](StrategyContext& context) { context.cancel(kFirst); };
    EXPECT_EQ(scene.show(100, 101, 85, 95), "1@90 10,1 rejected unknown_order 10,");
  }
}

TEST(BarRequests, ATrailingStopThatATimerCancelsIsThereForTheBar) {
  TimedScene scene;
  scene.start = [](StrategyContext& context) { TimedScene::sell(context, OrderType::kTrailingStop, 5); };
  scene.timer = [](StrategyContext& context) { context.cancel(kFirst); };
  EXPECT_EQ(scene.show(100, 101, 90, 92), "1@95 10,1 rejected unknown_order 10,");
}

TEST(BarRequests, WhatIsMovedWithinABarCountsFromTheNextOpen) {
  TimedScene scene;
  scene.start = [](StrategyContext& context) { TimedScene::sell(context, OrderType::kStop, 80); };
  scene.timer = [](StrategyContext& context) {
    context.modify({.id = kFirst, .quantity = Quantity{1}, .stop_price = Price{90}});
  };
  EXPECT_EQ(scene.show(100, 101, 95, 96), "1 modified 10,");
  scene.timer = nullptr;
  EXPECT_EQ(scene.show(96, 97, 85, 95), "1@90 20,");
}

TEST(BarRequests, ABarWithoutVolumeAnswersAtItsClose) {
  TimedScene scene;
  scene.start = [](StrategyContext& context) { TimedScene::sell(context, OrderType::kStop, 90); };
  EXPECT_EQ(scene.show(100, 101, 95, 96), "");
  scene.timer = [](StrategyContext& context) { context.cancel(kFirst); };
  EXPECT_EQ(scene.show(85, 85, 85, 85, 0), "1 cancelled 20,");
}

TEST(BarRequests, OneThatIsUnderWayIsShownAndTakesNoOther) {
  TimedScene scene;
  scene.start = [](StrategyContext& context) { TimedScene::sell(context, OrderType::kStop, 90); };
  std::string seen;
  scene.timer = [&seen](StrategyContext& context) {
    for (int i = 0; i < 2; ++i) {
      const bool is_sent = context.modify({.id = kFirst, .quantity = Quantity{1}, .stop_price = Price{80}});
      const OpenOrder& order = context.open_orders(InstrumentId{0}).front();
      seen += fmt::format("{} {} {},", is_sent, order.is_requested, order.stop_price.units());
    }
    seen += fmt::format("{},", context.cancel(kFirst));
  };
  EXPECT_EQ(scene.show(100, 101, 95, 96), "1 modified 10,");
  EXPECT_EQ(seen, "true true 90,false true 90,false,");
  seen.clear();
  EXPECT_EQ(scene.show(96, 97, 85, 86), "1 modified 20,");
  EXPECT_EQ(seen, "true true 80,false true 80,false,");
}

TEST(BarRequests, ALimitOrProfitThatATimerCancelsOrMovesMayBeGone) {
  for (const BarPath path : kPaths) {
    for (const OrderType type : {OrderType::kLimit, OrderType::kTakeProfit}) {
      TimedScene cancelled(path);
      cancelled.start = [type](StrategyContext& context) { TimedScene::sell(context, type, 110); };
      cancelled.timer = [](StrategyContext& context) { context.cancel(kFirst); };
      EXPECT_EQ(cancelled.show(100, 120, 99, 100), "1 cancelled 10,");
      TimedScene moved(path);
      moved.start = cancelled.start;
      moved.timer = [](StrategyContext& context) {
        context.modify({.id = kFirst, .price = Price{105}, .quantity = Quantity{1}, .stop_price = Price{105}});
      };
      EXPECT_EQ(moved.show(100, 120, 99, 100), "1 modified 10,");
      moved.timer = nullptr;
      EXPECT_EQ(moved.show(100, 106, 99, 100), "1@105 20,");
    }
  }
}

// Of a pair that is cancelled within a bar the stop still stops, and the profit is not taken.
TEST(BarRequests, OfACancelledPairTheStopIsThere) {
  const auto pair = [](StrategyContext& context) {
    NewOrder stop{.side = kSell, .type = OrderType::kStop, .quantity = Quantity{1}, .stop_price = Price{90}};
    NewOrder limit{.side = kSell, .type = OrderType::kLimit, .price = Price{110}, .quantity = Quantity{1}};
    context.place_oco(stop, limit);
  };
  for (const BarPath path : kPaths) {
    for (const ClientOrderId asked : {kFirst, kSecond}) {
      const auto timer = [asked](StrategyContext& context) { context.cancel(asked); };
      TimedScene profit(path);
      profit.start = pair;
      profit.timer = timer;
      const std::string ends = asked == kFirst ? "1 cancelled 10,2 cancelled linked_order 10,"
                                               : "2 cancelled 10,1 cancelled linked_order 10,";
      EXPECT_EQ(profit.show(100, 120, 95, 100), ends);
      TimedScene stopped(path);
      stopped.start = pair;
      stopped.timer = timer;
      const std::string answer = fmt::format("{} rejected unknown_order 10,", asked.value());
      EXPECT_EQ(stopped.show(100, 101, 85, 100), "1@90 10,2 expired linked_order 10," + answer);
    }
  }
}

// It has not arrived: nothing of the bar can meet it.
TEST(BarRequests, WhatIsPlacedAndCancelledWithinABarNeverArrives) {
  TimedScene scene;
  scene.start = [](StrategyContext&) {};
  scene.timer = [](StrategyContext& context) { context.cancel(TimedScene::sell(context, OrderType::kStop, 99)); };
  EXPECT_EQ(scene.show(100, 101, 85, 86), "1 cancelled 5,");
}

TEST(BarRequests, WhatIsAskedForAtACloseIsDoneThere) {
  TimedScene scene;
  scene.start = [](StrategyContext& context) {
    TimedScene::sell(context, OrderType::kStop, 90);
    context.set_timer(TimerId{2}, {10 * kNanosASecond});
  };
  bool is_close = false;
  scene.timer = [&is_close](StrategyContext& context) {
    is_close = context.now().value == 10 * kNanosASecond;
    if (is_close) context.cancel(kFirst);
  };
  EXPECT_EQ(scene.show(100, 101, 95, 96), "");
  EXPECT_EQ(scene.show(96, 97, 80, 85), "1 cancelled 10,");
}

// Each order by itself, as it lives without pairs, without what only reduces and without a limit of the account.
class NaiveOrders {
 public:
  struct Order {
    OrderType type = OrderType::kLimit;
    OrderSide side = kBuy;
    std::int64_t price = 0;
    bool has_arrived = false;
    bool is_over = false;
  };
  struct Request {
    std::size_t order = 0;   // from 0
    std::int64_t price = 0;  // 0: a cancel
  };

  explicit NaiveOrders(bool is_worst) : is_worst_(is_worst) {}
  std::vector<Order> orders;

  // Where the worst path's stop of a position of the same bar fills is another question.
  [[nodiscard]] std::string text_of(std::size_t i, std::int64_t price, UnixNanos at) const {
    const bool is_open_question =
        is_worst_ && orders[i].type == OrderType::kStop && at.value % (10 * kNanosASecond) != 0;
    return fmt::format("{}@{} {}", i + 1, is_open_question ? 0 : price, at.value / kNanosASecond);
  }
  // Sorted: which of a bar comes first is another one.
  std::vector<std::string> take() {
    std::ranges::sort(told_);
    return std::exchange(told_, {});
  }

  void open(const Bar& bar) {
    if (bar.volume.is_zero()) return;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      Order& order = orders[i];
      if (order.is_over) continue;
      const bool is_new = !std::exchange(order.has_arrived, true);
      const std::int64_t open = bar.open.units();
      const std::int64_t beyond = is_below(order) ? order.price - open : open - order.price;
      if (order.type == OrderType::kMarket) {
        fill(i, open, bar.open_time);
      } else if (order.type != OrderType::kLimit) {
        if (beyond >= 0) fill(i, open, bar.open_time);
      } else if (beyond > 0 || (beyond == 0 && !is_worst_)) {
        fill(i, is_new ? open : order.price, bar.open_time);
      }
    }
  }
  void rest(const Bar& bar, const std::vector<Request>& requests) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      Order& order = orders[i];
      const bool is_asked = std::ranges::find(requests, i, &Request::order) != requests.end();
      if (order.is_over || !order.has_arrived || bar.volume.is_zero()) continue;
      if (is_asked && order.type != OrderType::kStop) continue;
      const std::int64_t beyond = is_below(order) ? order.price - bar.low.units() : bar.high.units() - order.price;
      const bool only_touches = beyond == 0 && order.type == OrderType::kLimit && is_worst_;
      if (beyond >= 0 && !only_touches) fill(i, order.price, bar.close_time);
    }
    for (const Request& request : requests) {
      Order& order = orders[request.order];
      if (request.price == 0) order.is_over = true;
      // At the price that it has already it stays where it is.
      order.has_arrived = order.has_arrived && order.price == request.price;
      order.price = request.price;
    }
  }

 private:
  [[nodiscard]] static bool is_below(const Order& order) {
    return (order.type == OrderType::kStop) == (order.side == kSell);
  }
  void fill(std::size_t i, std::int64_t price, UnixNanos at) {
    orders[i].is_over = true;
    told_.push_back(text_of(i, price, at));
  }

  bool is_worst_;
  std::vector<std::string> told_;
};

// Places at closes and within bars, and asks there for changes of whatever there has been.
class NaivelyWatched final : public Strategy {
 public:
  NaivelyWatched(std::uint64_t seed, NaiveOrders& naive) : random_(seed), naive_(&naive) {}
  [[nodiscard]] Wants wants() const override { return {.bars = true, .fills = true}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{1}, {5 * kNanosASecond}); }
  void on_timer(StrategyContext& context, TimerId id) override {
    place(context);
    for (std::int64_t count = below(3); count > 0 && !naive_->orders.empty(); --count) ask(context);
    place(context);
    context.set_timer(id, context.now() + std::chrono::seconds{10});
  }
  void on_bar(StrategyContext& context, const Bar& bar) override {
    price_ = bar.close.units();
    place(context);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    told.push_back(naive_->text_of(fill.id.value() - 1, fill.price.units(), context.now()));
  }
  std::vector<NaiveOrders::Request> requests;
  std::vector<std::string> told;
  std::size_t asked = 0;

 private:
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  void place(StrategyContext& context) {
    if (below(2) == 0) return;
    constexpr OrderType kTypes[] = {OrderType::kLimit, OrderType::kStop, OrderType::kTakeProfit, OrderType::kMarket};
    const OrderType type = kTypes[below(4)];
    const OrderSide side = below(2) == 0 ? kBuy : kSell;
    const std::int64_t price = price_ + below(17) - 8;
    context.place(
        {.side = side, .type = type, .price = Price{price}, .quantity = Quantity{1}, .stop_price = Price{price}});
    naive_->orders.push_back({.type = type, .side = side, .price = price});
  }
  // Of one that has not arrived it is done at once, which comes to the same.
  void ask(StrategyContext& context) {
    const std::size_t count = naive_->orders.size();
    const std::size_t order = count - 1 - static_cast<std::size_t>(random_()) % std::min<std::size_t>(count, 12);
    if (std::ranges::find(requests, order, &NaiveOrders::Request::order) != requests.end()) return;
    const std::int64_t price = below(2) == 0 ? 0 : price_ + below(17) - 8;
    const ClientOrderId id{order + 1};
    const bool is_sent =
        price == 0
            ? context.cancel(id)
            : context.modify({.id = id, .price = Price{price}, .quantity = Quantity{1}, .stop_price = Price{price}});
    EXPECT_EQ(is_sent, !naive_->orders[order].is_over);
    if (!is_sent) return;
    requests.push_back({.order = order, .price = price});
    ++asked;
  }
  std::mt19937_64 random_;
  NaiveOrders* naive_;
  std::int64_t price_ = 100;
};

Bar random_bar(std::mt19937_64& random, std::int64_t price, std::int64_t at) {
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  const std::int64_t open = std::max<std::int64_t>(price + below(5) - 2, 40);
  const std::int64_t close = std::max<std::int64_t>(open + below(9) - 4, 40);
  return {.open_time = {at * kNanosASecond},
          .close_time = {(at + 9) * kNanosASecond},
          .open = Price{open},
          .high = Price{std::max(open, close) + below(5)},
          .low = Price{std::min(open, close) - below(5)},
          .close = Price{close},
          .volume = Quantity{below(15) == 0 ? 0 : 100}};
}

TEST(BarRequests, FillWhatANaiveWalkOverEachOrderDoes) {
  std::size_t asked = 0;
  std::size_t filled = 0;
  for (std::uint64_t seed = 1; seed <= 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    BarRunOptions options = test::bar_options("1", "1", "0", "0");
    options.markets.front().path = static_cast<BarPath>(seed % 4);
    NaiveOrders naive(seed % 4 == 0);
    NaivelyWatched strategy(seed, naive);
    const auto run = BarRun::make(options, strategy, nullptr).value();
    ASSERT_TRUE(run->start({}).has_value());
    std::int64_t price = 100;
    for (std::int64_t at = 0; at < 1000 && !HasFailure(); at += 10) {
      const Bar bar = random_bar(random, price, at);
      naive.open(bar);
      strategy.requests.clear();
      const Result<void> done = run->step(std::span(&bar, 1));
      ASSERT_TRUE(done.has_value()) << done.error().message;
      naive.rest(bar, strategy.requests);
      std::ranges::sort(strategy.told);
      const std::vector<std::string> expected = naive.take();
      EXPECT_EQ(std::exchange(strategy.told, {}), expected) << "at " << at;
      filled += expected.size();
      price = bar.close.units();
    }
    asked += strategy.asked;
  }
  EXPECT_GT(asked, 5000U);
  EXPECT_GT(filled, 10'000U);
}

}  // namespace
}  // namespace acts::backtest
