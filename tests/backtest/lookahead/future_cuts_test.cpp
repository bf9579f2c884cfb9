#include "backtest/lookahead/future_cuts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/decisions/decisions_support.hpp"
#include "backtest/decisions/replay_strategy.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "recording/temp_dir.hpp"

namespace acts::backtest {
namespace {

using acts::testing::TempDir;
using test::run_small;
using test::SmallMarket;
using test::SmallRun;
using Rows = test::VectorFeed::Rows;
using std::chrono::seconds;

constexpr std::uint64_t kCallsADecision = 2'000;

// Is told of each trade, and once in thousands of them bids what is known then, or what it sees one second ahead.
class Seldom final : public Strategy {
 public:
  // `future`: rows of its run; none: it sees nothing ahead.
  explicit Seldom(Rows future) : future_(std::move(future)) {}
  [[nodiscard]] Wants wants() const override { return {.trades = true}; }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& trade) override {
    if (++calls_ % kCallsADecision != 0) return;
    Price price = trade.price;
    const UnixNanos then = context.now() + seconds{1};
    const auto next = std::ranges::upper_bound(future_, then.value, {}, &sim::MarketRow::ts);
    if (next != future_.begin() && next != future_.end()) price = Price{sim::ticks_of(next[-1].side, next[-1].rank)};
    context.place({.price = price, .quantity = Quantity{1}});
  }

 private:
  Rows future_;
  std::uint64_t calls_ = 0;
};

Rows rows_here(MarketFeed& feed) {
  Rows rows;
  for (;;) {
    const auto block = feed.next(FeedClock::kLocal);
    if (!block || *block == nullptr) return rows;
    for (const sim::MarketRow* row = *block; row->ts != sim::kEndRow.ts; ++row) rows.push_back(*row);
  }
}

std::unique_ptr<MarketFeed> seldom_feed(const SmallMarket& market) {
  return std::make_unique<test::VectorFeed>(market.venue, market.local, 500);
}

// Whether one of the cuts of a check finds it.
bool is_found(const SmallMarket& market, const SmallRun& run, const std::string& log, bool peeks, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const Result<FutureCuts> cuts = draw_future_cuts(log, 12, random);
  EXPECT_TRUE(cuts.has_value());
  for (const UnixNanos time : cuts->times) {
    const FutureCut cut{.at = UnixNanos{time.value + 1}, .seed = random()};
    AlteredFeed future(seldom_feed(market), cut);
    Seldom strategy(peeks ? rows_here(future) : Rows{});
    AlteredFeed feed(seldom_feed(market), cut);
    const auto held = test::log_of(run.log);
    DecisionMatcher matcher(*held, cut.at);
    const SmallRun again = run_small(feed, strategy, &matcher);
    if (!again.end && again.end.error().code != ErrorCode::kCancelled) return true;
  }
  return false;
}

TEST(FutureCuts, FindWhoSeldomDecidesOnWhatIsToCome) {
  const TempDir dir;
  const SmallMarket market = SmallMarket::make(6, 40'000);
  for (const bool peeks : {true, false}) {
    Seldom strategy(peeks ? market.local : Rows{});
    const SmallRun run = run_small(market, strategy);
    const std::string log = dir.write("decisions.log", run.log);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      EXPECT_EQ(is_found(market, run, log, peeks, seed), peeks) << "seed " << seed;
    }
  }
}

// A call a second, of which each tenth asks twice for what `decision` says.
std::string log_with(std::uint64_t calls, const Decision& decision) {
  std::string log;
  DecisionLogWriter writer({}, [&log](std::string_view bytes) { log += bytes; });
  for (std::uint64_t i = 0; i < calls; ++i) {
    writer.on_call({.kind = CallKind::kTimer, .now = UnixNanos{} + seconds{i}});
    if (i % 10 != 0) continue;
    writer.on_decision(decision);
    writer.on_decision(decision);
  }
  writer.finish(true);
  return log;
}

TEST(FutureCuts, LieBehindCallsThatDecideAndBehindOthers) {
  const TempDir dir;
  for (const Decision& decision :
       {Decision{.kind = DecisionKind::kPlace, .order = {.quantity = Quantity{1}}},
        Decision{.kind = DecisionKind::kCancel, .change = {.id = ClientOrderId{1}}, .answer = 1}}) {
    const std::string log = dir.write("decisions.log", log_with(1'000, decision));
    std::mt19937_64 random(3);
    const Result<FutureCuts> cuts = draw_future_cuts(log, 30, random);
    ASSERT_TRUE(cuts.has_value()) << cuts.error().message;
    EXPECT_EQ(cuts->calls, 1'000U);
    EXPECT_EQ(cuts->deciding, 100U);
    EXPECT_TRUE(std::ranges::is_sorted(cuts->times));
    const auto behind = std::ranges::count_if(cuts->times, [](UnixNanos at) { return at.value % 10'000'000'000 == 0; });
    EXPECT_GE(behind, 15);
    EXPECT_GE(static_cast<std::ptrdiff_t>(cuts->times.size()) - behind, 5) << "and others";
    EXPECT_EQ(cuts->within_second, static_cast<std::uint64_t>(std::ranges::count_if(cuts->times, [](UnixNanos at) {
                return at.value % 10'000'000'000 <= 1'000'000'000;
              })));
    EXPECT_GT(cuts->within_minute, cuts->within_second);
    std::mt19937_64 same(3);
    EXPECT_EQ(draw_future_cuts(log, 30, same)->times, cuts->times);
  }
}

TEST(FutureCuts, LieAnywhereIfNothingIsDecided) {
  const TempDir dir;
  const Decision timer{.kind = DecisionKind::kSetTimer, .at = UnixNanos{1}};
  std::mt19937_64 random(3);
  const Result<FutureCuts> cuts = draw_future_cuts(dir.write("decisions.log", log_with(1'000, timer)), 30, random);
  ASSERT_TRUE(cuts.has_value()) << cuts.error().message;
  EXPECT_EQ(cuts->deciding, 0U);
  EXPECT_GT(cuts->times.size(), 25U);
  EXPECT_EQ(cuts->within_minute, 0U);
  const Result<FutureCuts> none = draw_future_cuts(dir.write("decisions.log", log_with(0, timer)), 30, random);
  ASSERT_TRUE(none.has_value());
  EXPECT_TRUE(none->times.empty());
  EXPECT_FALSE(draw_future_cuts(dir / "nowhere.log", 30, random).has_value());
}

}  // namespace
}  // namespace acts::backtest
