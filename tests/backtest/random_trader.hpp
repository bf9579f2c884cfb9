// Small random markets, and a strategy that does in them whatever it can.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "acts/strategy/strategy.hpp"

#include "sim/market_row.hpp"

namespace acts::backtest::test {

// A market of some hundred rows a second around 1000 ticks, at the venue and, later, here.
struct Market {
  std::vector<sim::MarketRow> venue;
  std::vector<sim::MarketRow> local;
};

inline Market make_market(std::uint64_t seed, int rows) {
  std::mt19937_64 random(seed);
  Market market;
  std::int64_t ts = 1'000'000'000'000;
  std::int64_t middle = 1000;
  for (int i = 0; i < rows; ++i) {
    ts += static_cast<std::int64_t>(random() % 8) * 1'000'000;
    middle += static_cast<std::int64_t>(random() % 3) - 1;
    sim::MarketRow row;
    row.ts = ts;
    row.side = static_cast<sim::SideIndex>(random() % 2);
    const auto away = static_cast<std::int64_t>(random() % 6);
    const std::int64_t tick = row.side == sim::kBidSide ? middle - away : middle + 1 + away;
    row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, tick));
    row.quantity = static_cast<std::int64_t>(random() % 9);
    if (random() % 4 == 0) {
      row.kind = sim::RowKind::kTrade;  // by its side's takers, into the other side
      row.rank = static_cast<std::int32_t>(
          sim::rank_of(row.side, row.side == sim::kBidSide ? middle + 1 + away / 2 : middle - away / 2));
      row.quantity += 1;
    } else if (random() % 200 == 0) {
      row.kind = i % 2 == 0 ? sim::RowKind::kClear : sim::RowKind::kClearBoth;
    }
    market.venue.push_back(row);
    row.ts += 3'000'000 + static_cast<std::int64_t>(random() % 3) * 1'000'000;
    market.local.push_back(row);
  }
  std::ranges::sort(market.local, {}, &sim::MarketRow::ts);  // rows of the same time: whatever order, but one
  return market;
}

// Places, modifies and cancels at random, of what it sees: limit and market orders, or of all kinds.
class RandomTrader final : public Strategy {
 public:
  RandomTrader(std::uint64_t seed, bool wants_answers, bool has_all_kinds = false)
      : random_(seed), wants_answers_(wants_answers), has_all_kinds_(has_all_kinds) {}
  [[nodiscard]] Wants wants() const override { return {.orders = wants_answers_, .fills = wants_answers_}; }
  void on_start(StrategyContext& context) override {
    context.set_timer(TimerId{0}, context.now() + std::chrono::milliseconds{10});
  }
  void on_timer(StrategyContext& context, TimerId id) override {
    context.set_timer(id, context.now() + std::chrono::milliseconds{1 + below(20)});
    act(context);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    seen.push_back(fmt::format("{} fill {} {}", context.now().value, fill.id.value(), fill.quantity.units()));
    if (below(2) == 0) act(context);
  }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    seen.push_back(fmt::format("{} {} {} of {}", context.now().value, update.id.value(), to_string(update.event),
                               context.open_orders(kOnly).size()));
    if (below(8) == 0) act(context);
  }

  std::vector<std::string> seen;

 private:
  static constexpr InstrumentId kOnly{0};
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  void act(StrategyContext& context) {
    const auto open = context.open_orders(kOnly);
    const auto choice = below(10);
    if (choice < 2 && !open.empty()) {
      context.cancel(open[random_() % open.size()].id);
    } else if (choice < 4 && !open.empty()) {
      const OpenOrder order = open[random_() % open.size()];
      const auto moved = [&](Price price) { return price == Price{} ? price : Price{price.units() + below(3) - 1}; };
      const Price price{order.price.units() + below(3) - 1};
      const Quantity quantity{below(8)};
      const Price stop = has_all_kinds_ ? moved(order.stop_price) : Price{};
      context.modify({order.id, price, quantity, stop, has_all_kinds_ ? moved(order.trail) : Price{}});
    } else if (open.size() < 12 && (!has_all_kinds_ || below(3) == 0)) {
      place(context);
    } else if (open.size() < 12) {
      place_any(context);
    }
  }
  void place_any(StrategyContext& context) {
    const auto bid = context.book(kOnly).best(Side::kBid);
    const auto ask = context.book(kOnly).best(Side::kAsk);
    if (!bid || !ask) return;
    const NewOrder order = any(bid->price.units(), ask->price.units());
    if (!is_conditional(order.type) || below(2) == 0) {
      context.place(order);
      return;
    }
    NewOrder other = order;
    other.type = below(3) == 0 ? OrderType::kTakeProfit : OrderType::kLimit;
    other.time_in_force = TimeInForce::kGtc;
    const bool is_buy = order.side == OrderSide::kBuy;
    other.price = other.stop_price = Price{is_buy ? bid->price.units() - below(4) : ask->price.units() + below(4)};
    if (other.type != OrderType::kLimit) other.price = {};
    if (other.type == OrderType::kLimit) other.stop_price = {};
    other.trail = {};
    if (below(2) == 0) {
      context.place_oco(order, other);
    } else {
      context.place_oco(other, order);
    }
  }
  NewOrder any(std::int64_t bid, std::int64_t ask) {
    NewOrder order{.instrument = kOnly,
                   .side = below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell,
                   .type = static_cast<OrderType>(below(7)),
                   .time_in_force = static_cast<TimeInForce>(below(4)),
                   .quantity = Quantity{1 + below(6)},
                   .reduce_only = below(3) == 0};
    const bool is_buy = order.side == OrderSide::kBuy;
    const std::int64_t touch = is_buy ? bid : ask;
    const bool is_profit = order.type == OrderType::kTakeProfit || order.type == OrderType::kTakeProfitLimit;
    const std::int64_t stop = touch + (below(5) - 1) * (is_buy == is_profit ? -1 : 1);
    if (has_limit(order.type)) order.price = Price{touch + (below(7) - 3) * (is_buy ? -1 : 1)};
    if (order.type == OrderType::kTrailingStop) {
      order.trail = Price{1 + below(4)};
    } else if (is_conditional(order.type)) {
      order.stop_price = Price{stop};
    }
    return order;
  }
  void place(StrategyContext& context) {
    const auto bid = context.book(kOnly).best(Side::kBid);
    const auto ask = context.book(kOnly).best(Side::kAsk);
    if (!bid || !ask) return;
    const OrderSide side = below(2) == 0 ? OrderSide::kBuy : OrderSide::kSell;
    const std::int64_t touch = side == OrderSide::kBuy ? bid->price.units() : ask->price.units();
    const std::int64_t away = (below(6) - 1) * (side == OrderSide::kBuy ? -1 : 1);
    context.place({.instrument = kOnly,
                   .side = side,
                   .type = below(20) == 0 ? OrderType::kMarket : OrderType::kLimit,
                   .time_in_force = static_cast<TimeInForce>(below(4)),
                   .price = Price{touch + away},
                   .quantity = Quantity{1 + below(6)}});
  }
  std::mt19937_64 random_;
  bool wants_answers_;
  bool has_all_kinds_;
};

}  // namespace acts::backtest::test
