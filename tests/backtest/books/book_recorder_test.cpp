// The books that a run's orders and fills met, against those of a replay up to each of their times.
#include "backtest/books/book_recorder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/random_trader.hpp"
#include "backtest/run_text.hpp"
#include "backtest/vector_feed.hpp"
#include "support/rounds.hpp"

namespace acts::backtest {
namespace {

using Rows = std::vector<sim::MarketRow>;
using std::chrono::milliseconds;

BacktestInstrument book_instrument(const std::string& symbol) {
  Instrument info;
  info.symbol = symbol;
  info.tick_size = Decimal{1, 1};
  info.lot_size = Decimal{1, 3};
  return *backtest_instrument(info);
}

// "100.1,0.005" a level, ten a side, as the file has them.
std::string levels_after(const Rows& rows, std::int64_t until, const BacktestInstrument& instrument) {
  sim::Ladder ladder(128);
  for (const sim::MarketRow& row : rows) {
    if (row.ts <= until && sim::is_of_book(row.kind)) ladder.apply(row, false);
  }
  std::string text;
  for (const sim::SideIndex side : {sim::kBidSide, sim::kAskSide}) {
    sim::Rank rank = ladder.sides[side].best();
    for (int i = 0; i < 10; ++i) {
      if (rank == sim::kNoRank) {
        text += ",,";
        continue;
      }
      text += fmt::format(",{},{}", to_string(instrument.price_at(sim::ticks_of(side, rank))),
                          to_string(instrument.quantity_of(ladder.sides[side].quantity_at(rank))));
      rank = ladder.sides[side].next_below(rank);
    }
  }
  return text;
}

// Hands what a run tells to a recorder, and says what its lines must be.
class RecordingListener final : public RunListener {
 public:
  RecordingListener(const std::vector<BacktestInstrument>& instruments, const std::vector<test::Market>& markets,
                    const BookRecorder::Limits& limits)
      : instruments_(&instruments),
        markets_(&markets),
        limits_(limits),
        recorder(instruments, [this](std::string_view line) { lines += line; }, limits) {}

  void on_fill(const ToldFill& told) override {
    recorder.on_fill(told.fill);
    ++fills;
    is_fill_kept_ = is_within(told.fill.ts_event) && kept_fills < limits_.fills;
    kept_fills += is_fill_kept_ ? 1U : 0U;
    if (is_fill_kept_) expect("", true, told.fill.ts_event, told.fill.instrument);
  }
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    recorder.on_order(update);
    ++orders;
    const bool is_fill = update.event == OrderEvent::kFilled || update.event == OrderEvent::kPartiallyFilled;
    const bool is_kept = is_within(update.ts_recv) && kept_orders < limits_.order_events;
    kept_orders += is_kept ? 1U : 0U;
    if (is_kept || (is_fill && is_fill_kept_)) {
      expect(std::to_string(orders), is_fill && is_fill_kept_, update.ts_recv, update.instrument, false);
    }
  }

  std::string lines;
  std::string expected;
  std::uint64_t fills = 0;
  std::uint64_t orders = 0;
  std::uint64_t kept_fills = 0;
  std::uint64_t kept_orders = 0;

 private:
  [[nodiscard]] bool is_within(UnixNanos at) const { return limits_.from <= at && at < limits_.to; }
  void expect(const std::string& order, bool has_fill, UnixNanos at, InstrumentId id, bool is_venue = true) {
    const test::Market& market = (*markets_)[id.value()];
    const BacktestInstrument& instrument = (*instruments_)[id.value()];
    expected += fmt::format("{},{},{},{},{}{}\n", order, has_fill ? std::to_string(fills) : "",
                            is_venue ? "venue" : "local", to_iso8601_nanos(at), instrument.name,
                            levels_after(is_venue ? market.venue : market.local, at.value, instrument));
  }

  const std::vector<BacktestInstrument>* instruments_;
  const std::vector<test::Market>* markets_;
  BookRecorder::Limits limits_;
  bool is_fill_kept_ = false;

 public:
  BookRecorder recorder;
};

// Places in whichever instrument comes next, on its timer and, of some seeds, as it is told of rows and answers.
class TurnTrader final : public Strategy {
 public:
  explicit TurnTrader(std::uint64_t seed) : random_(seed), wants_rows_(seed % 4 == 0), wants_orders_(seed % 2 == 0) {}
  [[nodiscard]] Wants wants() const override {
    return {.book = wants_rows_, .trades = wants_rows_, .orders = wants_orders_};
  }
  void on_book(StrategyContext& context, InstrumentId /*id*/) override { place_sometimes(context); }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& /*trade*/) override {
    place_sometimes(context);
  }
  void on_order(StrategyContext& context, const OrderUpdate& /*update*/) override { place_sometimes(context); }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{1}, context.now() + milliseconds{5}); }
  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    place_any(context);
    context.set_timer(TimerId{1}, context.now() + Nanos{static_cast<std::int64_t>(random_() % 20'000'000)});
  }

 private:
  void place_sometimes(StrategyContext& context) {
    if (random_() % 16 == 0) place_any(context);
  }
  void place_any(StrategyContext& context) {
    const InstrumentId id(static_cast<std::uint32_t>(random_() % context.instrument_count()));
    const bool is_buy = random_() % 2 == 0;
    if (const auto best = context.book(id).best(is_buy ? Side::kBid : Side::kAsk)) {
      const auto away = static_cast<std::int64_t>(random_() % 4) - 1;
      context.place({.instrument = id,
                     .side = is_buy ? OrderSide::kBuy : OrderSide::kSell,
                     .time_in_force = random_() % 8 == 0 ? TimeInForce::kIoc : TimeInForce::kGtc,
                     .price = Price{best->price.units() - (is_buy ? away : -away)},
                     .quantity = Quantity{1 + static_cast<std::int64_t>(random_() % 4)}});
    }
    const auto open = context.open_orders(id);
    if (open.size() > 3) context.cancel(open.front().id);
  }

  std::mt19937_64 random_;
  bool wants_rows_;
  bool wants_orders_;
};

struct BookRun {
  std::string lines = {};
  std::string expected = {};
  BooksLeftOut left_out = {};
  std::uint64_t fills = 0;
  std::uint64_t orders = 0;
  std::uint64_t kept_fills = 0;
  std::uint64_t kept_orders = 0;
  std::vector<Position> positions = {};
};

// `cut`: the run in pieces so long at most; 0: whole. `is_watched`: else it reads its feeds as they are.
BookRun run_with_books(std::uint64_t seed, std::size_t instruments, std::size_t block, std::int64_t cut,
                       const BookRecorder::Limits& limits = {}, bool is_watched = true) {
  std::vector<test::Market> markets;
  std::vector<BacktestInstrument> made;
  std::vector<std::unique_ptr<test::VectorFeed>> feeds;
  for (std::size_t i = 0; i < instruments; ++i) {
    markets.push_back(test::make_market(seed * 10 + i, 300));
    made.push_back(book_instrument(fmt::format("X{}", i)));
    feeds.push_back(std::make_unique<test::VectorFeed>(markets[i].venue, markets[i].local, block));
  }
  RecordingListener listener(made, markets, limits);
  std::vector<InstrumentSetup> setups;
  for (std::size_t i = 0; i < instruments; ++i) {
    const InstrumentId id(static_cast<std::uint32_t>(i));
    const auto leg = [seed](std::uint64_t by) { return *sim::Latency::of(milliseconds{seed % by}); };
    setups.push_back({.instrument = made[i],
                      .venue = {.fills = seed % 2 == 0 ? sim::FillSizes::kPartial : sim::FillSizes::kFull,
                                .queue = {.kind = sim::QueueKind::kRiskAverse},
                                .window = 128},
                      .latency = sim::LatencyModel(leg(5), leg(4)),
                      .feed = feeds[i].get()});
    if (is_watched) setups.back().feed = &listener.recorder.watch(id, *feeds[i], false);
  }
  TurnTrader trader(seed);
  Engine engine(std::move(setups), trader, {}, is_watched ? &listener : nullptr);
  Result<RunEnd> end;
  if (cut == 0) {
    end = engine.run();
  } else {
    EXPECT_TRUE(engine.begin().has_value());
    for (UnixNanos until{markets[0].venue.front().ts - 1};; until = until + Nanos{cut}) {
      const Result<bool> more = engine.run_until(until);
      EXPECT_TRUE(more.has_value());
      if (!more.value_or(false)) break;
    }
    end = engine.finish();
  }
  EXPECT_TRUE(end.has_value());
  BookRun run{.positions = end->positions};
  if (is_watched) run.left_out = listener.recorder.finish();
  run.lines = listener.lines;
  run.expected = listener.expected;
  run.fills = listener.fills;
  run.orders = listener.orders;
  run.kept_fills = listener.kept_fills;
  run.kept_orders = listener.kept_orders;
  return run;
}

TEST(BookRecorder, HasTheBookOfEachOrderEventAndFill) {
  std::uint64_t fills = 0;
  for (std::uint64_t seed = 1; seed <= 60 * acts::test::rounds() / acts::test::kFewerBy; ++seed) {
    const BookRun run = run_with_books(seed, 1 + seed % 3, 1 + seed % 90, 0);
    ASSERT_EQ(run.lines, run.expected) << "seed " << seed;
    ASSERT_GT(run.orders, 20U) << "seed " << seed;
    EXPECT_EQ(run.left_out.order_events + run.left_out.fills, 0U);
    fills += run.fills;
  }
  EXPECT_GT(fills, 300U / acts::test::kFewerBy);
}

TEST(BookRecorder, IsNotChangedByBlocksAndCutsAndChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::size_t instruments = 1 + seed % 3;
    const BookRun whole = run_with_books(seed, instruments, 1000, 0);
    EXPECT_EQ(run_with_books(seed, instruments, 3, 0).lines, whole.lines) << "seed " << seed;
    EXPECT_EQ(run_with_books(seed, instruments, 17, 7'000'000).lines, whole.lines) << "seed " << seed;
    EXPECT_EQ(run_with_books(seed, instruments, 1000, 0, {}, false).positions, whole.positions) << "seed " << seed;
  }
}

TEST(BookRecorder, KeepsThoseOfTheFirstAndCountsTheRest) {
  const BookRecorder::Limits limits{.order_events = 12, .fills = 9};
  std::uint64_t left_out = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const BookRun run = run_with_books(seed, 1 + seed % 2, 5, 0, limits);
    ASSERT_EQ(run.lines, run.expected) << "seed " << seed;
    EXPECT_EQ(run.left_out.order_events, run.orders - 12);
    EXPECT_EQ(run.left_out.fills, run.fills - std::min<std::uint64_t>(run.fills, 9));
    left_out += run.left_out.fills;
  }
  EXPECT_GT(left_out, 20U);
}

TEST(BookRecorder, KeepsThoseOfATime) {
  std::uint64_t kept = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::int64_t begin = test::make_market(seed * 10, 300).venue.front().ts;
    const BookRecorder::Limits limits{.order_events = seed % 3 == 0 ? 5U : 1000U,
                                      .fills = seed % 4 == 0 ? 3U : 1000U,
                                      .from = {begin + 200'000'000},
                                      .to = {begin + 500'000'000}};
    const BookRun run = run_with_books(seed, 1 + seed % 2, 5, 0, limits);
    ASSERT_EQ(run.lines, run.expected) << "seed " << seed;
    EXPECT_EQ(run.left_out.order_events, run.orders - run.kept_orders);
    EXPECT_EQ(run.left_out.fills, run.fills - run.kept_fills);
    kept += run.kept_fills;
    EXPECT_LT(run.kept_orders, run.orders) << "seed " << seed;
  }
  EXPECT_GT(kept, 20U);
}

TEST(BooksHeader, NamesTenLevelsASide) {
  const std::string header = books_header();
  EXPECT_TRUE(
      header.starts_with("order_line,fill_number,book,time,instrument,bid_price_1,bid_quantity_1,bid_price_2,"));
  EXPECT_TRUE(header.ends_with(",ask_price_10,ask_quantity_10\n"));
  EXPECT_EQ(std::ranges::count(header, ','), 4 + 40);
}

}  // namespace
}  // namespace acts::backtest
