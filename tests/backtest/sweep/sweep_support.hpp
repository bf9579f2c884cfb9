// A market of books, strategies over it, and all that a run tells.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backtest/bars/bars_support.hpp"
#include "backtest/engine.hpp"
#include "backtest/sweep/book_sweep.hpp"
#include "backtest/vector_feed.hpp"

namespace acts::backtest::test {

using acts::test::bar_instrument;
using acts::test::bar_strategy;

struct BookMarket {
  std::vector<sim::MarketRow> venue;
  std::vector<sim::MarketRow> local;
};

// A tick of 0.1 around 60,000: some 400 rows a second at the venue, 1 to 4 ms later here.
inline BookMarket book_market(std::uint64_t seed, int rows) {
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  BookMarket market;
  std::int64_t ts = 1'700'000'000'000'000'000;
  std::int64_t middle = 600'000;
  for (int i = 0; i < rows; ++i) {
    ts += below(5) * 1'000'000;
    middle += below(9) - 4;
    sim::MarketRow row;
    row.ts = ts;
    row.side = static_cast<sim::SideIndex>(below(2));
    const bool is_bid = row.side == sim::kBidSide;
    const std::int64_t away = below(80);
    row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, is_bid ? middle - away : middle + 1 + away));
    row.quantity = below(3) == 0 ? 0 : 1 + below(2000);
    if (below(4) == 0) {
      row.kind = sim::RowKind::kTrade;  // by its side's takers, into the other side
      row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, is_bid ? middle + 1 + away / 4 : middle - away / 4));
      row.quantity += 1;
    } else if (below(3000) == 0) {
      row.kind = i % 2 == 0 ? sim::RowKind::kClear : sim::RowKind::kClearBoth;
    }
    market.venue.push_back(row);
    row.ts += (1 + below(4)) * 1'000'000;
    market.local.push_back(row);
  }
  sort_by_time(market.local);
  return market;
}

// `kind`: 0: as usual; others: partial fills, latencies that are short or none, as hftbacktest has it, and latencies
// that are drawn.
inline InstrumentSetup book_setup(std::size_t kind = 0) {
  const auto ms = [](std::size_t count) {
    return *sim::Latency::of(std::chrono::milliseconds{static_cast<std::int64_t>(count)});
  };
  constexpr std::array<std::size_t, 5> kEntries{10, 3, 0, 5, 0};
  constexpr std::array<std::size_t, 5> kResponses{10, 0, 0, 7, 0};
  sim::DistributionParameters skewed{.kind = sim::DistributionKind::kLognormal};
  skewed.span(sim::DistributionSpan::kP50) = ms(4);
  skewed.span(sim::DistributionSpan::kP99) = ms(60);
  const auto drawn = sim::LatencyDistribution::of(skewed).value();
  return {.instrument = bar_instrument("0.1", "0.001"),
          .venue = {.fills = kind % 2 == 1 ? sim::FillSizes::kPartial : sim::FillSizes::kFull,
                    .queue = {kind % 3 == 2 ? sim::QueueKind::kRiskAverse : sim::QueueKind::kPower3, 3},
                    .as_hftbacktest = kind == 3,
                    .window = kind == 0 ? sim::LadderSide::kWindow : 128},
          .latency = kind == 4 ? sim::LatencyModel::drawn(drawn, drawn, 11)
                               : sim::LatencyModel(ms(kEntries.at(kind)), ms(kResponses.at(kind))),
          .fees = {.maker = {-5, 5}, .taker = {7, 4}},
          .cash = {100'000, 0}};
}

// Wants to know everything, and does something at each answer and at some trades.
class Reactor final : public Strategy {
 public:
  explicit Reactor(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Wants wants() const override { return {.book = true, .trades = true, .orders = true, .fills = true}; }
  void on_book(StrategyContext& context, InstrumentId id) override { act(context, id, 300); }
  void on_trade(StrategyContext& context, InstrumentId id, const Trade& /*trade*/) override { act(context, id, 100); }
  void on_order(StrategyContext& context, const OrderUpdate& update) override { act(context, update.instrument, 4); }
  void on_fill(StrategyContext& context, const Fill& fill) override { act(context, fill.instrument, 2); }

 private:
  void act(StrategyContext& context, InstrumentId id, std::uint64_t rarely) {
    if (random_() % rarely != 0) return;
    const auto open = context.open_orders(id);
    if (!open.empty() && random_() % 3 == 0) {
      const OpenOrder order = open[random_() % open.size()];
      if (random_() % 2 == 0) {
        context.cancel(order.id);
      } else {
        context.modify({order.id, order.price, order.quantity});
      }
      return;
    }
    const bool is_buy = random_() % 2 == 0;
    const auto best = context.book(id).best(is_buy ? Side::kBid : Side::kAsk);
    if (!best || open.size() > 20) return;
    const auto away = static_cast<std::int64_t>(random_() % 12) - 1;
    context.place({.instrument = id,
                   .side = is_buy ? OrderSide::kBuy : OrderSide::kSell,
                   .type = random_() % 10 == 0 ? OrderType::kMarket : OrderType::kLimit,
                   .time_in_force = static_cast<TimeInForce>(random_() % 4),
                   .price = Price{best->price.units() + (is_buy ? -away : away)},
                   .quantity = Quantity{static_cast<std::int64_t>(1 + random_() % 300)}});
  }
  std::mt19937_64 random_;
};

// Places a market order at each tenth of a second, and another one at each answer to it.
class Answering final : public Strategy {
 public:
  explicit Answering(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Wants wants() const override { return {.orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override { on_timer(context, TimerId{0}); }
  void on_timer(StrategyContext& context, TimerId id) override {
    context.set_timer(id, context.now() + std::chrono::milliseconds{100});
    place(context);
  }
  void on_fill(StrategyContext& context, const Fill& /*fill*/) override {
    if (random_() % 3 == 0) place(context);
  }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    if (random_() % 4 == 0) context.cancel(update.id);
  }

 private:
  void place(StrategyContext& context) {
    const InstrumentId id{0};
    if (context.open_orders(id).size() > 10) return;
    const bool is_buy = random_() % 2 == 0;
    const auto best = context.book(id).best(is_buy ? Side::kBid : Side::kAsk);
    if (!best) return;
    context.place({.instrument = id,
                   .side = is_buy ? OrderSide::kBuy : OrderSide::kSell,
                   .type = random_() % 3 == 0 ? OrderType::kMarket : OrderType::kLimit,
                   .price = best->price,
                   .quantity = Quantity{static_cast<std::int64_t>(1 + random_() % 50)}});
  }
  std::mt19937_64 random_;
};

// Grids of different steps and depths, and some that want to be told of everything.
inline std::vector<std::unique_ptr<Strategy>> book_strategies(std::size_t count) {
  std::vector<std::unique_ptr<Strategy>> made;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 5 == 4) {
      made.push_back(std::make_unique<Reactor>(i));
      continue;
    }
    if (i % 5 == 3) {
      made.push_back(std::make_unique<Answering>(i));
      continue;
    }
    made.push_back(bar_strategy("grid", {{.name = "interval", .text = i % 2 == 0 ? "100ms" : "70ms"},
                                         {.name = "relative_half_spread", .text = fmt::format("{}e-6", 2 + i % 7)},
                                         {.name = "relative_grid_interval", .text = fmt::format("{}e-6", 3 + i % 4)},
                                         {.name = "levels", .text = fmt::format("{}", 2 + i % 9)},
                                         {.name = "quantity", .text = "0.1"},
                                         {.name = "max_position", .text = "1"}}));
  }
  return made;
}

// All that a run tells, in its order.
class TellingListener final : public RunListener {
 public:
  explicit TellingListener(bool with_marks = true) : with_marks_(with_marks) {}
  [[nodiscard]] bool wants_marks() const override { return with_marks_; }
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    text += fmt::format("{} {} {} {} {}\n", update.ts_event.value, update.ts_recv.value, update.id.value(),
                        to_string(update.event), update.left.units());
  }
  void on_fill(const ToldFill& told) override {
    ++fills;
    text += fmt::format("{} {} {} {} {} {}\n", told.fill.number, told.fill.ts_recv.value, told.fill.price.units(),
                        told.fill.quantity.units(), to_string(told.fill.cause), told.fill.queue_ahead_fill);
  }
  void on_sample(const Sample& sample) override {
    text += fmt::format("{} {} {}\n", sample.ts.value, sample.mark ? to_string(*sample.mark) : "none",
                        to_string(sample.equity));
  }
  void on_marks(std::uint64_t number, const std::array<std::optional<Decimal>, kMarkHorizons.size()>& marks) override {
    text += fmt::format("{}", number);
    for (const auto& mark : marks) text += mark ? " " + to_string(*mark) : " none";
    text += '\n';
  }
  std::string text;
  std::size_t fills = 0;

 private:
  bool with_marks_;
};

inline std::string text_of_end(const RunEnd& end) {
  const Position& position = end.positions.front();
  return fmt::format("{} {} {} {} {} {} {} {}", end.begin.value, end.end.value, end.fills, end.wakes,
                     position.quantity.units(), to_string(position.cash), to_string(position.fee),
                     end.marks.front() ? to_string(*end.marks.front()) : "none");
}

}  // namespace acts::backtest::test
