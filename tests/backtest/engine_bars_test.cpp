// Bars of the trades of order books.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/vector_feed.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using sim::RowKind;
using Rows = std::vector<MarketRow>;

constexpr std::int64_t kSecond = 1'000'000'000;

class BarLog final : public Strategy {
 public:
  explicit BarLog(bool wants_trades) : wants_trades_(wants_trades) {}
  [[nodiscard]] Wants wants() const override { return {.trades = wants_trades_, .bars = true}; }
  void on_bar(StrategyContext& context, const Bar& bar) override {
    EXPECT_EQ(context.now(), bar.close_time);
    bars.push_back(bar);
  }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& /*trade*/) override {
    EXPECT_TRUE(bars.empty() || bars.back().close_time <= context.now());
  }
  std::vector<Bar> bars;

 private:
  bool wants_trades_;
};

Rows random_trades(std::mt19937_64& random) {
  Rows rows;
  std::int64_t ts = 100 * kSecond + static_cast<std::int64_t>(random() % 3) * kSecond / 2;
  const std::uint64_t count = 1 + random() % 60;
  for (std::uint64_t i = 0; i < count; ++i) {
    ts += static_cast<std::int64_t>(random() % 7) * kSecond / 4;
    MarketRow row{.ts = ts, .quantity = 1 + static_cast<std::int64_t>(random() % 9)};
    row.side = static_cast<sim::SideIndex>(random() % 2);
    row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, 100 + static_cast<std::int64_t>(random() % 20)));
    row.kind = random() % 4 == 0 ? RowKind::kLevel : RowKind::kTrade;
    rows.push_back(row);
  }
  return rows;
}

// Second by second, each looking through all rows.
std::vector<Bar> naive_bars(const Rows& rows) {
  std::vector<Bar> bars;
  std::optional<Price> close;
  const std::int64_t first = rows.front().ts;
  for (std::int64_t begin = first / kSecond * kSecond; begin + kSecond <= rows.back().ts; begin += kSecond) {
    if (begin < first) continue;
    Bar bar{.open_time = {begin}, .close_time = {begin + kSecond}, .trades = 0};
    for (const MarketRow& row : rows) {
      if (row.kind != RowKind::kTrade || row.ts < begin || row.ts >= begin + kSecond) continue;
      const Price price{sim::ticks_of(row.side, row.rank)};
      if (bar.trades++ == 0) bar.open = bar.high = bar.low = price;
      bar.high = std::max(bar.high, price);
      bar.low = std::min(bar.low, price);
      bar.close = price;
      bar.volume = Quantity{bar.volume.units() + row.quantity};
    }
    if (bar.trades > 0) close = bar.close;
    if (!close) continue;
    if (bar.trades == 0) bar.open = bar.high = bar.low = bar.close = *close;
    bars.push_back(bar);
  }
  return bars;
}

TEST(EngineBars, AreThoseOfTheTradesReceivedSince) {
  std::size_t bars = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    const Rows rows = random_trades(random);
    test::VectorFeed feed(rows, rows, 1 + seed % 7);
    Instrument info;
    info.symbol = "X";
    info.tick_size = Decimal{1, 0};
    info.lot_size = Decimal{1, 0};
    std::vector<InstrumentSetup> setups;
    setups.push_back({.instrument = *backtest_instrument(info),
                      .venue = {.window = 128},
                      .latency = sim::LatencyModel({}, {}),
                      .feed = &feed});
    BarLog log(seed % 2 == 0);
    Engine engine(std::move(setups), log, {.bar_interval = std::chrono::seconds{1}}, nullptr);
    ASSERT_TRUE(engine.run().has_value());
    ASSERT_EQ(log.bars, naive_bars(rows)) << "seed " << seed;
    bars += log.bars.size();
  }
  EXPECT_GT(bars, 5'000U);
}

}  // namespace
}  // namespace acts::backtest
