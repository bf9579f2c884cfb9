// Margin on the venue's mark prices: where an account ends is where exact arithmetic over rows and mark prices, in the
// order of their times, says it does.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backtest/announced.hpp"
#include "backtest/engine.hpp"
#include "backtest/vector_feed.hpp"
#include "sim/account/account.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using std::chrono::milliseconds;

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;
constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kOne = 100'000'000;  // of a mark price
constexpr std::int64_t kArrival = 6;        // ms: of what is asked for after 5
constexpr std::int64_t kLeverage = 10;
constexpr std::int64_t kMaintenancePercent = 5;

// The best prices lie one tick beside the middle.
struct Middle {
  std::int64_t at_ms;
  std::int64_t ticks;
};
struct Told {
  std::int64_t at_ms;
  std::int64_t price;  // units of 10^-8
};
struct Held {
  std::int64_t quantity;  // negative: short
  std::vector<Middle> middles;
  std::vector<Told> marks;
};

std::vector<MarketRow> rows_of(const std::vector<Middle>& middles) {
  std::vector<MarketRow> rows;
  const auto add = [&rows](std::int64_t at_ms, sim::SideIndex side, std::int64_t ticks, std::int64_t quantity) {
    rows.push_back({.ts = kStart + at_ms * kMs,
                    .quantity = quantity,
                    .rank = static_cast<std::int32_t>(sim::rank_of(side, ticks)),
                    .side = side});
  };
  for (std::size_t i = 0; i < middles.size(); ++i) {
    if (i > 0) {
      add(middles[i].at_ms, sim::kBidSide, middles[i - 1].ticks - 1, 0);
      add(middles[i].at_ms, sim::kAskSide, middles[i - 1].ticks + 1, 0);
    }
    add(middles[i].at_ms, sim::kBidSide, middles[i].ticks - 1, 1000);
    add(middles[i].at_ms, sim::kAskSide, middles[i].ticks + 1, 1000);
  }
  return rows;
}

AnnouncementList list_of(const std::vector<Told>& marks) {
  // The first ones come out of a file.
  auto spool = std::make_shared<history::AnnouncementSpool>(std::string(), 3);
  for (const Told& mark : marks) {
    const UnixNanos at{kStart + mark.at_ms * kMs};
    EXPECT_TRUE(spool->add({.ts_recv = at, .at = at, .value = mark.price}).has_value());
  }
  return {.spool = std::move(spool)};
}

// Takes each position at once, and writes down how the first one ended.
class Holder final : public Strategy {
 public:
  explicit Holder(const std::vector<Held>& held) : held_(&held) {}
  [[nodiscard]] Wants wants() const override { return {.fills = true}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, {kStart + 5 * kMs}); }
  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    for (std::uint32_t i = 0; i < held_->size(); ++i) {
      const std::int64_t quantity = (*held_)[i].quantity;
      context.place({.instrument = InstrumentId{i},
                     .side = quantity > 0 ? OrderSide::kBuy : OrderSide::kSell,
                     .type = OrderType::kMarket,
                     .quantity = Quantity{quantity > 0 ? quantity : -quantity}});
    }
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    EXPECT_EQ(context.now(), fill.ts_recv);
    if (fill.cause == FillCause::kLiquidation && !ended) ended = fill;
  }
  std::optional<Fill> ended;

 private:
  const std::vector<Held>* held_;
};

std::optional<Fill> run_held(const std::vector<Held>& held, std::int64_t balance, std::size_t block) {
  sim::AccountModel model{.kind = sim::AccountKind::kMargin, .initial_balance = {balance, 0}};
  std::vector<std::unique_ptr<test::VectorFeed>> feeds;
  std::vector<InstrumentSetup> setups;
  for (std::size_t i = 0; i < held.size(); ++i) {
    // A fee that nobody pays gives money eight decimals, as marks have.
    model.instruments.push_back(
        {.fees = {.maker = {1, 8}},
         .margin = {.leverage = kLeverage, .brackets = {{.from = {}, .maintenance = {kMaintenancePercent, 2}}}}});
  }
  const auto account = sim::Account::make(model).value();
  for (std::size_t i = 0; i < held.size(); ++i) {
    const std::vector<MarketRow> rows = rows_of(held[i].middles);
    feeds.push_back(std::make_unique<test::VectorFeed>(rows, rows, block));
    BacktestInstrument instrument;
    instrument.info.symbol = std::to_string(i);
    const sim::Latency latency = sim::Latency::of(milliseconds{1}).value();
    setups.push_back({.instrument = instrument,
                      .venue = {},
                      .latency = sim::LatencyModel(latency, latency),
                      .account = account.get(),
                      .slot = i,
                      .marks = list_of(held[i].marks),
                      .feed = feeds.back().get()});
  }
  Holder holder(held);
  Engine engine(std::move(setups), holder, {}, nullptr);
  const Result<RunEnd> end = engine.run();
  EXPECT_TRUE(end.has_value()) << end.error().message;
  account->verify();
  return holder.ended;
}

struct Ended {
  std::int64_t at_ms;
  std::size_t instrument;
  std::int64_t price;
};

// The same without an engine: one time after the other, of each the instruments in their order, rows before marks.
std::optional<Ended> expected_end(const std::vector<Held>& held, std::int64_t balance) {
  std::set<std::int64_t> times{kArrival};
  for (const Held& of : held) {
    for (const Middle& middle : of.middles) times.insert(middle.at_ms);
    for (const Told& mark : of.marks) times.insert(mark.at_ms);
  }
  std::vector<std::int64_t> middle(held.size());
  std::vector<std::optional<std::int64_t>> told(held.size());
  std::vector<bool> is_in(held.size());
  int128 cash = int128{balance} * kOne;
  for (const std::int64_t at : times) {
    for (int phase = 0; phase < 2; ++phase) {  // the market, then what arrives
      for (std::size_t i = 0; i < held.size(); ++i) {
        bool has_changed = false;
        if (phase == 0) {
          for (const Middle& of : held[i].middles) {
            if (of.at_ms != at) continue;
            middle[i] = of.ticks;
            has_changed = true;
          }
          // Of the time behind the rows nothing is known.
          const bool is_within = at <= held[i].middles.back().at_ms;
          for (const Told& of : held[i].marks) {
            if (of.at_ms != at || !is_within) continue;
            told[i] = of.price;
            has_changed = true;
          }
        } else if (at == kArrival) {
          const std::int64_t price = middle[i] + (held[i].quantity > 0 ? 1 : -1);
          cash -= int128{held[i].quantity} * price * kOne;
          is_in[i] = has_changed = true;
        }
        if (!has_changed || !is_in[i]) continue;
        int128 equity = cash;
        int128 hundredfold = 0;
        for (std::size_t k = 0; k < held.size(); ++k) {
          if (!is_in[k]) continue;
          const int128 mark = told[k] ? *told[k] : int128{middle[k]} * kOne;
          equity += held[k].quantity * mark;
          hundredfold += (held[k].quantity < 0 ? -held[k].quantity : held[k].quantity) * mark * kMaintenancePercent;
        }
        if (equity <= (hundredfold + 99) / 100) {  // what is paid is rounded up
          return Ended{.at_ms = at, .instrument = i, .price = middle[i] + (held[i].quantity > 0 ? -1 : 1)};
        }
      }
    }
  }
  return std::nullopt;
}

void expect_same(const std::optional<Fill>& ended, const std::optional<Ended>& expected) {
  ASSERT_EQ(ended.has_value(), expected.has_value());
  if (!expected) return;
  EXPECT_EQ((ended->ts_event.value - kStart) / kMs, expected->at_ms);
  EXPECT_EQ(ended->instrument.value(), expected->instrument);
  EXPECT_EQ(ended->price.units(), expected->price);
}

// 10 are bought at 101 with 200; the maintenance margin is 5 %: on the mark that ends at 85.26.
TEST(MarkPriceRun, EndsWhereTheMarkPriceDoesAndNotTheMiddle) {
  const std::vector<Middle> low_middle{{0, 100}, {20, 80}, {30, 100}, {90, 100}};
  const std::optional<Fill> of_middle = run_held({{10, low_middle, {}}}, 200, 3);
  ASSERT_TRUE(of_middle.has_value());
  EXPECT_EQ(of_middle->price, Price{79});
  EXPECT_FALSE(run_held({{10, low_middle, {{1, 100 * kOne}}}}, 200, 3).has_value())
      << "that the book was thin for a moment is not the account's end";
  // Between two rows, with 85.26315789… as the bound.
  const std::vector<Middle> flat{{0, 100}, {90, 100}};
  EXPECT_FALSE(run_held({{10, flat, {{1, 100 * kOne}, {50, 8'526'315'790}}}}, 200, 3).has_value());
  const std::optional<Fill> of_mark = run_held({{10, flat, {{1, 100 * kOne}, {50, 8'526'315'789}}}}, 200, 3);
  ASSERT_TRUE(of_mark.has_value());
  EXPECT_EQ(of_mark->ts_event.value, kStart + 50 * kMs);
  EXPECT_EQ(of_mark->price, Price{99}) << "closed with what stands in the book";
}

TEST(MarkPriceRun, CountsNoMarkPriceBehindTheData) {
  EXPECT_FALSE(run_held({{10, {{0, 100}, {40, 100}}, {{1, 100 * kOne}, {50, kOne}}}}, 200, 2).has_value());
}

// It was taken, and nobody looked at what it did.
TEST(MarkPriceRun, EndsAtAMarkPriceOfTheLastRowsTime) {
  for (const std::size_t block : {1U, 2U, 100U}) {
    const std::optional<Fill> ended =
        run_held({{10, {{0, 100}, {40, 100}}, {{1, 100 * kOne}, {40, 80 * kOne}}}}, 200, block);
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->ts_event.value, kStart + 40 * kMs);
    EXPECT_EQ(ended->price, Price{99});
  }
}

TEST(MarkPriceRun, IsTheMiddleBeforeTheFirstMarkPrice) {
  const std::vector<Held> held{{10, {{0, 100}, {20, 80}, {90, 100}}, {{50, 100 * kOne}}}};
  const std::optional<Fill> ended = run_held(held, 200, 2);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->ts_event.value, kStart + 20 * kMs);
}

Held random_held(std::mt19937_64& random) {
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  Held held{.quantity = (1 + below(20)) * (below(2) == 0 ? 1 : -1), .middles = {{0, 100}}, .marks = {}};
  std::int64_t at = 9;
  for (int i = 0; i < 60; ++i) {
    at += 1 + below(6);
    held.middles.push_back({at, std::max<std::int64_t>(held.middles.back().ticks + below(7) - 3, 20)});
  }
  if (below(5) == 0) return held;
  std::int64_t mark_at = below(20);
  std::int64_t price = 100 * kOne;
  while (mark_at < at + 20) {
    price = std::max<std::int64_t>(price + below(8 * kOne) - 4 * kOne, 20 * kOne);
    held.marks.push_back({mark_at, price});
    mark_at += below(9);
  }
  // Of one time the last one counts.
  std::map<std::int64_t, std::int64_t> last;
  for (const Told& mark : held.marks) last[mark.at_ms] = mark.price;
  held.marks.clear();
  for (const auto& [ms, of] : last) held.marks.push_back({ms, of});
  return held;
}

TEST(MarkPriceRun, EndsWhereExactArithmeticSaysForRandomMarkets) {
  std::uint64_t ended = 0;
  std::uint64_t lived = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Held> held(1 + seed % 3);
    std::int64_t worth = 0;
    for (Held& of : held) {
      of = random_held(random);
      worth += std::abs(of.quantity) * 100;
    }
    // Enough to be let in, whatever the first marks are; little enough to end now and then.
    const std::int64_t balance = worth / 5 + 10 + static_cast<std::int64_t>(random() % 50);
    const std::optional<Ended> expected = expected_end(held, balance);
    const std::optional<Fill> made = run_held(held, balance, 1 + random() % 7);
    expect_same(made, expected);
    (expected ? ended : lived) += 1;
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(ended, 100U);
  EXPECT_GT(lived, 100U);
}

}  // namespace
}  // namespace acts::backtest
