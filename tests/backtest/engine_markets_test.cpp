// The engine over several instruments.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/naive_markets.hpp"
#include "backtest/vector_feed.hpp"
#include "support/rounds.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using sim::RowKind;
using Rows = std::vector<MarketRow>;
using test::NaiveMarkets;

constexpr std::int64_t kMilli = 1'000'000;

// Few distinct times, so that many things happen at once.
NaiveMarkets::Setup make_setup(std::mt19937_64& random, int rows) {
  NaiveMarkets::Setup setup;
  constexpr std::array<sim::QueueKind, 3> kKinds{sim::QueueKind::kRiskAverse, sim::QueueKind::kPower3,
                                                 sim::QueueKind::kLog2};
  setup.model = {.is_partial = random() % 2 == 0,
                 .queue = {kKinds[random() % kKinds.size()], 3},
                 .entry = std::chrono::milliseconds{random() % 4},
                 .response = std::chrono::milliseconds{random() % 4}};
  std::int64_t ts = 1'000 * kMilli + static_cast<std::int64_t>(random() % 5) * kMilli;
  std::int64_t middle = 1000;
  for (int i = 0; i < rows; ++i) {
    ts += static_cast<std::int64_t>(random() % 3) * kMilli;
    middle += static_cast<std::int64_t>(random() % 3) - 1;
    MarketRow row{.ts = ts};
    row.side = static_cast<sim::SideIndex>(random() % 2);
    const auto away = static_cast<std::int64_t>(random() % 4);
    const bool is_trade = random() % 3 == 0;
    const bool is_low = (row.side == sim::kBidSide) != is_trade;
    row.rank = static_cast<std::int32_t>(sim::rank_of(row.side, is_low ? middle - away : middle + 1 + away));
    row.quantity = static_cast<std::int64_t>(random() % 9) + (is_trade ? 1 : 0);
    row.kind = is_trade ? RowKind::kTrade : RowKind::kLevel;
    setup.venue.push_back(row);
    row.ts += static_cast<std::int64_t>(random() % 3) * kMilli;
    setup.local.push_back(row);
  }
  test::sort_by_time(setup.local);
  return setup;
}

// Writes down what it is told and what it sees then, and trades in one instrument on what it saw of another.
class Watcher final : public Strategy {
 public:
  Watcher(std::uint64_t seed, Wants wants) : random_(seed), wants_(std::move(wants)) {}
  [[nodiscard]] Wants wants() const override { return wants_; }
  void on_start(StrategyContext& context) override { set_timer(context); }
  void on_timer(StrategyContext& context, TimerId /*id*/) override {
    see(context, "timer");
    set_timer(context);
    act(context);
  }
  void on_trade(StrategyContext& context, InstrumentId id, const Trade& trade) override {
    see(context, fmt::format("trade {} {}@{}", id.value(), trade.quantity.units(), trade.price.units()));
    if (below(4) == 0) act(context);
  }
  void on_book(StrategyContext& context, InstrumentId id) override {
    see(context, fmt::format("book {}", id.value()));
    if (below(4) == 0) act(context);
  }
  void on_fill(StrategyContext& context, const Fill& fill) override {
    see(context, fmt::format("fill {} {} {}", fill.instrument.value(), fill.id.value(), fill.quantity.units()));
    if (below(2) == 0) act(context);
  }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    see(context, fmt::format("order {} {} {}", update.instrument.value(), update.id.value(), to_string(update.event)));
  }

  std::vector<std::string> seen;

 private:
  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(random_() % bound); }
  // Between whole milliseconds, where nothing else is.
  void set_timer(StrategyContext& context) {
    const std::int64_t now = context.now().value;
    context.set_timer(TimerId{0}, {now - now % kMilli + below(8) * kMilli + kMilli + kMilli / 2});
  }
  void see(StrategyContext& context, const std::string& what) {
    std::string line = fmt::format("{} {}", context.now().value, what);
    for (std::uint32_t i = 0; i < context.instrument_count(); ++i) {
      const InstrumentId id(i);
      const auto bid = context.book(id).best(Side::kBid);
      const auto ask = context.book(id).best(Side::kAsk);
      line += fmt::format(" [{} {} {} {}]", bid ? bid->price.units() : 0, ask ? ask->price.units() : 0,
                          context.position(id).quantity.units(), context.open_orders(id).size());
    }
    seen.push_back(line);
  }
  void act(StrategyContext& context) {
    const InstrumentId id(static_cast<std::uint32_t>(random_() % context.instrument_count()));
    const auto open = context.open_orders(id);
    if (below(4) == 0 && !open.empty()) {
      context.cancel(open[random_() % open.size()].id);
      return;
    }
    const auto bid = context.book(id).best(Side::kBid);
    const auto ask = context.book(id).best(Side::kAsk);
    if (!bid || !ask || open.size() > 6) return;
    const bool is_buy = below(2) == 0;
    const std::int64_t away = below(4) - 1;
    context.place({.instrument = id,
                   .side = is_buy ? OrderSide::kBuy : OrderSide::kSell,
                   .type = below(10) == 0 ? OrderType::kMarket : OrderType::kLimit,
                   .time_in_force = static_cast<TimeInForce>(below(4)),
                   .price = Price{is_buy ? bid->price.units() - away : ask->price.units() + away},
                   .quantity = Quantity{1 + below(5)}});
  }
  std::mt19937_64 random_;
  Wants wants_;
};

class MarketsLog final : public RunListener {
 public:
  explicit MarketsLog(std::size_t instruments) : lines(instruments) {}
  void on_fill(const ToldFill& told) override {
    fill_ = told.fill;
    EXPECT_EQ(fill_.number, ++fills);
    EXPECT_GE(fill_.ts_event, last_);
    last_ = fill_.ts_event;
  }
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    if (update.event == OrderEvent::kSubmitted) return;
    const bool is_fill = update.event == OrderEvent::kFilled || update.event == OrderEvent::kPartiallyFilled;
    lines[update.instrument.value()].push_back(
        fmt::format("{} {} {} {}@{} left {}{} {}", update.ts_event.value, update.id.value(), to_string(update.event),
                    is_fill ? fill_.quantity.units() : 0, is_fill ? fill_.price.units() : 0, update.left.units(),
                    is_fill ? std::string(" ") + std::string(to_string(fill_.cause)) : "", to_string(update.reason)));
  }
  std::vector<std::vector<std::string>> lines;
  std::uint64_t fills = 0;

 private:
  Fill fill_;
  UnixNanos last_ = {INT64_MIN};
};

InstrumentSetup engine_setup(const test::NaiveModel& model, MarketFeed& feed) {
  Instrument info;
  info.symbol = "X";
  info.tick_size = Decimal{1, 0};
  info.lot_size = Decimal{1, 0};
  return {.instrument = *backtest_instrument(info),
          .venue = {.fills = model.is_partial ? sim::FillSizes::kPartial : sim::FillSizes::kFull,
                    .queue = model.queue,
                    .window = 128},
          .latency = sim::LatencyModel(*sim::Latency::of(model.entry), *sim::Latency::of(model.response)),
          .feed = &feed};
}

Wants wants_of(std::uint64_t seed) {
  return {.book = seed % 4 < 2, .trades = seed % 3 == 0, .orders = seed % 5 < 3, .fills = seed % 5 < 3};
}

// All that each venue answers, all that the strategy is told and what it sees of all instruments at each call.
TEST(EngineMarkets, AreOneRunAsTheNaiveOnesAre) {
  std::uint64_t fills = 0;
  for (std::uint64_t seed = 1; seed <= 2000 / acts::test::kFewerBy; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<NaiveMarkets::Setup> markets;
    for (std::uint64_t i = 0; i < 2 + seed % 3; ++i) markets.push_back(make_setup(random, 120));
    Watcher naive_watcher(seed, wants_of(seed));
    NaiveMarkets naive(markets, naive_watcher);
    naive.run();

    Watcher watcher(seed, wants_of(seed));
    std::vector<test::VectorFeed> feeds;
    for (const NaiveMarkets::Setup& market : markets) feeds.emplace_back(market.venue, market.local, 1 + seed % 50);
    std::vector<InstrumentSetup> setups;
    for (std::size_t i = 0; i < markets.size(); ++i) setups.push_back(engine_setup(markets[i].model, feeds[i]));
    MarketsLog log(markets.size());
    Engine engine(std::move(setups), watcher, {}, &log);
    const auto end = engine.run();
    ASSERT_TRUE(end.has_value()) << end.error().message;
    for (std::size_t i = 0; i < markets.size(); ++i) {
      ASSERT_EQ(log.lines[i], naive.log(i)) << "seed " << seed << ", instrument " << i;
      ASSERT_EQ(end->positions.at(i).quantity.units(), naive.position_units(i)) << "seed " << seed;
    }
    ASSERT_EQ(watcher.seen, naive_watcher.seen) << "seed " << seed;
    fills += end->fills;
  }
  EXPECT_GT(fills, 20'000U / acts::test::kFewerBy);
}

// Writes down the rate that it sees at each change of the book.
class RateReader final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.book = true}; }
  void on_book(StrategyContext& context, InstrumentId id) override {
    const auto rate = context.funding_rate(id);
    seen.push_back(rate ? to_string(rate->rate) : "none");
  }
  std::vector<std::string> seen;
};

TEST(EngineMarkets, KnowAFundingRateFromItsReceiptOn) {
  const MarketRow first{.ts = 1'000 * kMilli, .quantity = 5, .rank = 100, .side = sim::kBidSide};
  Rows rows{first, first, first, first};
  for (std::int64_t i = 0; i < 4; ++i) rows[static_cast<std::size_t>(i)].ts += i * kMilli;
  test::VectorFeed feed(rows, rows, 2);
  std::vector<InstrumentSetup> setups;
  setups.push_back(engine_setup({}, feed));
  auto rates = std::make_shared<history::AnnouncementSpool>();
  ASSERT_TRUE(rates->add({.ts_recv = {1'000 * kMilli}, .value = 10'000}).has_value());
  ASSERT_TRUE(rates->add({.ts_recv = {1'001 * kMilli + 1}, .value = 20'000}).has_value());
  setups.back().rates = {.spool = std::move(rates), .shift = Nanos{kMilli}};
  RateReader reader;
  Engine engine(std::move(setups), reader, {}, nullptr);
  ASSERT_TRUE(engine.run().has_value());
  EXPECT_EQ(reader.seen, (std::vector<std::string>{"none", "0.0001", "0.0001", "0.0002"}));
}

// An instrument's row was once told before the rows that others had at that very time were known.
TEST(EngineMarkets, KnowAllRowsOfATimeBeforeAnyIsTold) {
  const MarketRow bid{.ts = 1'000 * kMilli, .quantity = 5, .rank = 100, .side = sim::kBidSide};
  const MarketRow trade{.ts = bid.ts, .quantity = 2, .rank = 101, .side = sim::kBidSide, .kind = RowKind::kTrade};
  test::VectorFeed first({trade, bid}, {trade, bid}, 1);
  test::VectorFeed second({bid}, {bid}, 1);
  std::vector<InstrumentSetup> setups;
  setups.push_back(engine_setup({}, first));
  setups.push_back(engine_setup({}, second));
  Watcher watcher(1, {.book = true, .trades = true});
  Engine engine(std::move(setups), watcher, {}, nullptr);
  ASSERT_TRUE(engine.run().has_value());
  EXPECT_EQ(watcher.seen, (std::vector<std::string>{"1000000000 trade 0 2@101 [100 0 0 0] [100 0 0 0]",
                                                    "1000000000 book 0 [100 0 0 0] [100 0 0 0]",
                                                    "1000000000 book 1 [100 0 0 0] [100 0 0 0]"}));
}

}  // namespace
}  // namespace acts::backtest
