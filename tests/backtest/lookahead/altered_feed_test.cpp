#include "backtest/lookahead/altered_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "backtest/decisions/decisions_support.hpp"
#include "backtest/decisions/replay_strategy.hpp"

namespace acts::backtest {
namespace {

using test::run_small;
using test::SmallMarket;
using test::SmallRun;
using Rows = test::VectorFeed::Rows;

std::unique_ptr<MarketFeed> feed_of(const SmallMarket& market) {
  return std::make_unique<test::VectorFeed>(market.venue, market.local, 61);
}

Rows all_of(MarketFeed& feed, FeedClock clock) {
  Rows rows;
  for (;;) {
    const auto block = feed.next(clock);
    if (!block || *block == nullptr) return rows;
    for (const sim::MarketRow* row = *block; row->ts != sim::kEndRow.ts; ++row) rows.push_back(*row);
  }
}

bool is_same(const sim::MarketRow& a, const sim::MarketRow& b) {
  return a.ts == b.ts && a.quantity == b.quantity && a.rank == b.rank && a.side == b.side && a.kind == b.kind;
}

TEST(AlteredFeed, KeepsWhatLiesBeforeTheCutAndAltersAllBehind) {
  const SmallMarket market = SmallMarket::make(3, 4'000);
  const FutureCut cut{.at = UnixNanos{market.local[2'000].ts}, .seed = 99};
  AlteredFeed feed(feed_of(market), cut);
  for (const FeedClock clock : {FeedClock::kVenue, FeedClock::kLocal}) {
    const Rows& before = clock == FeedClock::kVenue ? market.venue : market.local;
    const Rows after = all_of(feed, clock);
    ASSERT_EQ(after.size(), before.size() + 1) << "and one that empties the book";
    const auto kept = std::ranges::lower_bound(before, cut.at.value, {}, &sim::MarketRow::ts) - before.begin();
    ASSERT_GT(kept, 0);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + kept, after.begin(), is_same));
    EXPECT_EQ(after[static_cast<std::size_t>(kept)].kind, sim::RowKind::kClearBoth);
    EXPECT_TRUE(std::ranges::is_sorted(after, {}, &sim::MarketRow::ts));
    std::size_t quantities = 0;
    for (auto i = static_cast<std::size_t>(kept); i < before.size(); ++i) {
      const sim::MarketRow& row = after[i + 1];
      EXPECT_GE(row.ts, cut.at.value);
      EXPECT_NE(row.rank, before[i].rank);
      EXPECT_EQ(row.quantity == 0, before[i].quantity == 0) << "what deletes a level still does";
      quantities += row.quantity != before[i].quantity ? 1U : 0U;
    }
    EXPECT_GT(quantities, (before.size() - static_cast<std::size_t>(kept)) / 3);
  }
}

TEST(AlteredFeed, AltersAnEventAlikeOnBothClocks) {
  const SmallMarket market = SmallMarket::make(3, 4'000);
  AlteredFeed feed(feed_of(market), {.at = UnixNanos{market.venue[1'000].ts - 10'000'000}, .seed = 5});
  const Rows venue = all_of(feed, FeedClock::kVenue);
  const Rows local = all_of(feed, FeedClock::kLocal);
  for (std::size_t i = 2'000; i < venue.size(); ++i) {
    EXPECT_EQ(venue[i].rank, local[i].rank);
    EXPECT_EQ(venue[i].quantity, local[i].quantity);
    EXPECT_LE(venue[i].ts, local[i].ts);
  }
}

// Compares the run over the altered data with the log of the one over the true data.
Result<RunEnd> against(const std::string& log, const SmallMarket& market, Strategy& strategy, FutureCut cut) {
  AlteredFeed feed(feed_of(market), cut);
  const auto held = test::log_of(log);
  DecisionMatcher matcher(*held, cut.at);
  SmallRun run = run_small(feed, strategy, &matcher);
  if (const Result<void> finished = matcher.finish(); run.end && !finished) return std::unexpected(finished.error());
  return run.end;
}

TEST(Lookahead, IsNotFoundInAStrategyThatHasNone) {
  const SmallMarket market = SmallMarket::make(4, 6'000);
  test::BusyTrader trader(4);
  const SmallRun run = run_small(market, trader);
  for (std::size_t i = 1; i < 20; ++i) {
    test::BusyTrader same(4);
    const Result<RunEnd> end = against(run.log, market, same, {.at = UnixNanos{market.local[i * 300].ts}, .seed = i});
    ASSERT_FALSE(end.has_value());
    EXPECT_EQ(end.error().code, ErrorCode::kCancelled) << end.error().message;
  }
}

// Knows the rows of its run before they come: whatever it has got them from, a file or a global.
class Peeking final : public Strategy {
 public:
  explicit Peeking(Rows rows) : rows_(std::move(rows)) {}
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, context.now()); }
  void on_timer(StrategyContext& context, TimerId id) override {
    context.set_timer(id, context.now() + std::chrono::milliseconds{50});
    const auto next = std::ranges::upper_bound(rows_, context.now().value, {}, &sim::MarketRow::ts);
    if (next == rows_.end()) return;
    context.place({.side = next->quantity > 4 ? OrderSide::kBuy : OrderSide::kSell,
                   .price = Price{1'000},
                   .quantity = Quantity{1}});
  }

 private:
  Rows rows_;
};

TEST(Lookahead, IsFoundInAStrategyThatPeeks) {
  const SmallMarket market = SmallMarket::make(5, 6'000);
  Peeking peeking(market.local);
  const SmallRun run = run_small(market, peeking);
  std::size_t found = 0;
  for (std::size_t i = 1; i < 9; ++i) {
    // Right behind a wake, as the check of a run cuts.
    const std::int64_t begin = market.venue.front().ts;
    const FutureCut cut{.at = UnixNanos{begin + static_cast<std::int64_t>(i) * 50'000'000 * 40 + 1}, .seed = i};
    AlteredFeed altered(feed_of(market), cut);
    Peeking same(all_of(altered, FeedClock::kLocal));
    const Result<RunEnd> end = against(run.log, market, same, cut);
    ASSERT_FALSE(end.has_value());
    if (end.error().code == ErrorCode::kCancelled) continue;
    EXPECT_TRUE(end.error().message.contains("asks for place()")) << end.error().message;
    ++found;
  }
  EXPECT_GE(found, 1U);
}

class KnownBars final : public BarReader {
 public:
  explicit KnownBars(std::vector<Bar> bars) : bars_(std::move(bars)) {}
  Result<bool> next(Bar& bar) override {
    if (at_ == bars_.size()) return false;
    bar = bars_[at_++];
    return true;
  }
  [[nodiscard]] std::uint64_t missing() const override { return 0; }

 private:
  std::vector<Bar> bars_;
  std::size_t at_ = 0;
};

std::vector<Bar> some_bars(std::size_t count) {
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const std::int64_t price = 10'000 + (at * at * 37) % 400;
    bars.push_back({.open_time = UnixNanos{at * 60'000'000'000},
                    .close_time = UnixNanos{(at + 1) * 60'000'000'000},
                    .scales = {.price = 2, .quantity = 3},
                    .open = Price{price},
                    .high = Price{price + 30},
                    .low = Price{price - 20},
                    .close = Price{price + 10},
                    .volume = Quantity{1'000 + at}});
  }
  return bars;
}

TEST(AlteredBars, AreBarsAndKeepWhatWasKnownBeforeTheCut) {
  const std::vector<Bar> bars = some_bars(100);
  const FutureCut cut{.at = UnixNanos{50 * 60'000'000'000 + 1}, .seed = 3};  // within the bar 50
  AlteredBars altered(std::make_unique<KnownBars>(bars), 10, cut);
  Bar bar;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    ASSERT_TRUE(altered.next(bar).value());
    EXPECT_EQ(bar.open_time, bars[i].open_time);
    EXPECT_EQ(bar == bars[i], i < 50) << i;
    EXPECT_EQ(bar.open == bars[i].open, i <= 50) << "the open of the bar under way is known";
    EXPECT_TRUE(bar.low <= bar.open && bar.low <= bar.close && bar.open <= bar.high && bar.close <= bar.high);
    EXPECT_EQ((bar.close.units() - bar.low.units()) % 10, 0) << "on the tick";
  }
  EXPECT_FALSE(altered.next(bar).value());
}

}  // namespace
}  // namespace acts::backtest
