// The position that a strategy is told, beside that of the run: as hftbacktest has it where compatibility asks for it.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/random_trader.hpp"
#include "backtest/vector_feed.hpp"

namespace acts::backtest {
namespace {

// Trades at random, and adds up what it hears of its fills.
class Counting final : public Strategy {
 public:
  Counting(std::uint64_t seed, bool with_parts) : trader_(seed, true), with_parts_(with_parts) {}
  [[nodiscard]] Wants wants() const override { return {.orders = true, .fills = true}; }
  void on_start(StrategyContext& context) override { trader_.on_start(context); }
  void on_timer(StrategyContext& context, TimerId id) override {
    check(context);
    trader_.on_timer(context, id);
  }
  void on_order(StrategyContext& context, const OrderUpdate& update) override { trader_.on_order(context, update); }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    const bool is_part = fill.left.units() != 0;
    const std::int64_t quantity = sign(fill.side) * fill.quantity.units();
    all_ += quantity;
    parts_ += is_part ? 1U : 0U;
    if (with_parts_ || !is_part) told_ += quantity;
    check(context);
    trader_.on_fill(context, fill);
  }

  [[nodiscard]] std::int64_t all() const { return all_; }
  [[nodiscard]] std::int64_t told() const { return told_; }
  [[nodiscard]] std::uint64_t parts() const { return parts_; }

 private:
  void check(const StrategyContext& context) const {
    EXPECT_EQ(context.position(InstrumentId{0}).quantity.units(), told_);
    EXPECT_EQ(context.position_value(InstrumentId{0}), static_cast<double>(told_));
  }

  test::RandomTrader trader_;
  bool with_parts_;
  std::int64_t all_ = 0;
  std::int64_t told_ = 0;
  std::uint64_t parts_ = 0;
};

struct ToldRun {
  std::uint64_t parts = 0;
  std::uint64_t differing = 0;  // runs that ended with another position than the strategy was told
};

ToldRun told_over_markets(bool as_hftbacktest) {
  Instrument info;
  info.symbol = "X";
  info.tick_size = Decimal{1, 0};
  info.lot_size = Decimal{1, 0};
  ToldRun told;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const test::Market market = test::make_market(seed, 300);
    test::VectorFeed feed(market.venue, market.local, 50);
    Counting strategy(seed, !as_hftbacktest);
    std::vector<InstrumentSetup> setups;
    setups.push_back({.instrument = *backtest_instrument(info),
                      .venue = {.fills = sim::FillSizes::kPartial, .as_hftbacktest = as_hftbacktest, .window = 128},
                      .latency = sim::LatencyModel(*sim::Latency::of(std::chrono::milliseconds{3}),
                                                   *sim::Latency::of(std::chrono::milliseconds{2})),
                      .feed = &feed});
    Engine engine(std::move(setups), strategy, {}, nullptr);
    const auto end = engine.run();
    EXPECT_TRUE(end.has_value());
    if (!end) continue;
    EXPECT_EQ(end->positions.at(0).quantity.units(), strategy.all()) << "the run's is the sum of all fills";
    told.parts += strategy.parts();
    told.differing += strategy.all() == strategy.told() ? 0U : 1U;
  }
  return told;
}

TEST(ToldPosition, IsTheSumOfAllFills) {
  const ToldRun told = told_over_markets(false);
  EXPECT_GT(told.parts, 100U);
  EXPECT_EQ(told.differing, 0U);
}

TEST(ToldPosition, AsHftbacktestLeavesOutFillsThatLeftSomethingOfTheirOrders) {
  const ToldRun told = told_over_markets(true);
  EXPECT_GT(told.parts, 100U);
  EXPECT_GT(told.differing, 20U);
}

}  // namespace
}  // namespace acts::backtest
