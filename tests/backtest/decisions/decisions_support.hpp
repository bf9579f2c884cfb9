// A small market, a trader that does a bit of everything in it, and a run of any strategy over it with its decision
// log.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"

#include "backtest/decisions/decision_log.hpp"
#include "backtest/decisions/watched_strategy.hpp"
#include "backtest/engine.hpp"
#include "backtest/strategy_library.hpp"
#include "backtest/vector_feed.hpp"

namespace acts::backtest::test {

struct SmallMarket {
  VectorFeed::Rows venue = {};
  VectorFeed::Rows local = {};

  // Around 1000 ticks, some hundred rows a second, known here 3 ms later.
  static SmallMarket make(std::uint64_t seed, int rows) {
    std::mt19937_64 random(seed);
    SmallMarket market;
    std::int64_t ts = 1'700'000'000'000'000'000;
    std::int64_t middle = 1000;
    for (int i = 0; i < rows; ++i) {
      ts += static_cast<std::int64_t>(random() % 8) * 1'000'000;
      middle += static_cast<std::int64_t>(random() % 3) - 1;
      const auto side = static_cast<sim::SideIndex>(random() % 2);
      const auto away = static_cast<std::int64_t>(random() % 6);
      const bool is_trade = random() % 4 == 0;
      const std::int64_t tick = (side == sim::kBidSide) != is_trade ? middle - away : middle + 1 + away;
      sim::MarketRow row{.ts = ts,
                         .quantity = static_cast<std::int64_t>(random() % 9) + (is_trade ? 1 : 0),
                         .rank = static_cast<std::int32_t>(sim::rank_of(side, tick)),
                         .side = side,
                         .kind = is_trade ? sim::RowKind::kTrade : sim::RowKind::kLevel};
      market.venue.push_back(row);
      row.ts += 3'000'000;
      market.local.push_back(row);
    }
    return market;
  }
};

// Places orders, pairs of them too, modifies and cancels at each second wake, sets and stops timers, answers some
// fills.
class BusyTrader final : public Strategy {
 public:
  explicit BusyTrader(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Wants wants() const override { return {.trades = true, .orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{3}, context.now()); }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& trade) override {
    if (trade.quantity.units() == 7) act(context);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    if (fill.quantity.units() % 2 == 0) act(context);
  }
  void on_timer(StrategyContext& context, TimerId id) override {
    context.set_timer(id, context.now() + std::chrono::milliseconds{1 + below(20)});
    context.set_timer(TimerId{4}, context.now() + std::chrono::hours{9000});
    if (below(2) == 0) context.stop_timer(TimerId{4});
    act(context);
  }

 private:
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  void act(StrategyContext& context) {
    const auto open = context.open_orders(InstrumentId{0});
    if (open.size() > 8) {
      context.cancel(open[random_() % open.size()].id);
    } else if (!open.empty() && below(3) == 0) {
      const OpenOrder order = open[random_() % open.size()];
      context.modify({order.id, Price{order.price.units() + below(3) - 1}, Quantity{below(8)}});
    } else if (const auto bid = context.book(InstrumentId{0}).best(Side::kBid)) {
      const OrderSide side = below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell;
      if (below(6) == 0) return place_pair(context, bid->price.units());
      context.place({.side = side,
                     .time_in_force = static_cast<TimeInForce>(below(4)),
                     .price = Price{bid->price.units() + below(7) - 3},
                     .quantity = Quantity{1 + below(6)}});
    }
  }
  void place_pair(StrategyContext& context, std::int64_t bid) {
    const Quantity quantity{1 + below(6)};
    context.place_oco({.side = OrderSide::kSell, .price = Price{bid + 2 + below(3)}, .quantity = quantity},
                      {.side = OrderSide::kSell,
                       .type = OrderType::kStop,
                       .quantity = quantity,
                       .stop_price = Price{bid - below(4)}});
  }
  std::mt19937_64 random_;
};

struct SmallRun {
  Result<RunEnd> end = {};
  std::string log = {};
  std::string told = {};  // by the run: its fills and orders
};

class ToldLines final : public RunListener {
 public:
  void on_fill(const ToldFill& told) override {
    lines += std::to_string(told.fill.ts_event.value) + " fill " + std::to_string(told.fill.id.value()) + " " +
             std::to_string(told.fill.quantity.units()) + "@" + std::to_string(told.fill.price.units()) + "\n";
  }
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    lines += std::to_string(update.ts_recv.value) + " " + std::string(to_string(update.event)) + " " +
             std::to_string(update.id.value()) + "\n";
  }
  std::string lines;
};

inline InstrumentSetup small_setup(MarketFeed& feed) {
  const sim::Latency latency = sim::Latency::of(std::chrono::milliseconds{5}).value();
  return {.instrument = {}, .venue = {}, .latency = sim::LatencyModel(latency, latency), .feed = &feed};
}

// `listener`: hears the decisions, too; may be null.
inline SmallRun run_small(MarketFeed& feed, Strategy& strategy, DecisionListener* listener = nullptr) {
  SmallRun run;
  DecisionLogWriter writer(strategy.wants(), [&run](std::string_view bytes) { run.log += bytes; });
  WatchedStrategy recorded(strategy, strategy.wants(), writer);
  std::optional<WatchedStrategy> watched;
  if (listener != nullptr) watched.emplace(recorded, recorded.wants(), *listener);
  std::vector<InstrumentSetup> setups;
  setups.push_back(small_setup(feed));
  ToldLines told;
  Engine engine(std::move(setups), watched ? static_cast<Strategy&>(*watched) : recorded, {}, &told);
  run.end = guarded([&engine] { return engine.run(); });
  writer.finish(run.end.has_value());
  run.told = told.lines;
  return run;
}

inline SmallRun run_small(const SmallMarket& market, Strategy& strategy, DecisionListener* listener = nullptr) {
  VectorFeed feed(market.venue, market.local, 97);
  return run_small(feed, strategy, listener);
}

inline std::unique_ptr<DecisionLogReader> log_of(std::string_view bytes) {
  return DecisionLogReader::open(read_from_memory(bytes)).value();
}

}  // namespace acts::backtest::test
