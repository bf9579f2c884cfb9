#include "backtest/engine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/naive_engine.hpp"
#include "backtest/open_market.hpp"
#include "backtest/random_trader.hpp"
#include "backtest/vector_feed.hpp"
#include "support/rounds.hpp"
#include "support/testdata.hpp"

namespace acts::backtest {
namespace {

using sim::MarketRow;
using sim::RowKind;
using Rows = std::vector<MarketRow>;
using std::chrono::milliseconds;

constexpr InstrumentId kFirst{0};

using test::make_market;
using test::Market;
using test::RandomTrader;

class VenueLog final : public RunListener {
 public:
  void on_fill(const ToldFill& told) override { fill_ = told.fill; }
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    if (update.event == OrderEvent::kSubmitted) return;
    const bool is_fill = update.event == OrderEvent::kFilled || update.event == OrderEvent::kPartiallyFilled;
    lines.push_back(
        fmt::format("{} {} {} {}@{} left {}{} {}", update.ts_event.value, update.id.value(), to_string(update.event),
                    is_fill ? fill_.quantity.units() : 0, is_fill ? fill_.price.units() : 0, update.left.units(),
                    is_fill ? std::string(" ") + std::string(to_string(fill_.cause)) : "", to_string(update.reason)));
    ++seen[update.event];
    ++reasons[update.reason];
  }
  void on_sample(const Sample& sample) override {
    if (sample.ts.value % 100'000'000 == 0) ++samples;  // the last one is at the end
  }
  void on_marks(std::uint64_t number, const std::array<std::optional<Decimal>, 4>& marks) override {
    EXPECT_EQ(number, ++marked);
    known += marks[0].has_value() ? 1U : 0U;
  }
  std::vector<std::string> lines;
  std::map<OrderEvent, std::size_t> seen;
  std::map<RejectReason, std::size_t> reasons;
  std::uint64_t samples = 0;
  std::uint64_t marked = 0;
  std::uint64_t known = 0;

 private:
  Fill fill_;
};

BacktestInstrument instrument() {
  Instrument info;
  info.symbol = "X";
  info.tick_size = Decimal{1, 0};
  info.lot_size = Decimal{1, 0};
  return *backtest_instrument(info);
}

InstrumentSetup setup_of(const test::NaiveModel& model, MarketFeed& feed) {
  sim::VenueModel venue{.fills = model.is_partial ? sim::FillSizes::kPartial : sim::FillSizes::kFull,
                        .queue = model.queue,
                        .self_trades = model.self_trades,
                        .filters = {.min_quantity = model.least_quantity,
                                    .max_quantity = model.most_quantity,
                                    .min_notional = model.least_value,
                                    .is_reducing_exempt = model.is_futures,
                                    .band = {.up = (100 + model.band_percent) * 1'000'000,
                                             .down = (100 - model.band_percent) * 1'000'000,
                                             .is_one_sided = model.is_futures},
                                    .max_open_orders = model.most_open,
                                    .max_stops = model.most_stops},
                        .rates = {.per_minute = static_cast<std::uint32_t>(model.most_per_minute),
                                  .requests_per_minute = static_cast<std::uint32_t>(model.most_requests)},
                        .window = 128};
  if (model.band_percent == 0) venue.filters.band = {};
  return {.instrument = instrument(),
          .venue = venue,
          .latency = model.drawn.value_or(
              sim::LatencyModel(*sim::Latency::of(model.entry), *sim::Latency::of(model.response))),
          .feed = &feed};
}

test::NaiveModel model_of(std::uint64_t seed) {
  constexpr std::array<sim::QueueKind, 8> kKinds{
      sim::QueueKind::kRiskAverse, sim::QueueKind::kPower, sim::QueueKind::kPower2, sim::QueueKind::kPower3,
      sim::QueueKind::kLog,        sim::QueueKind::kLog2,  sim::QueueKind::kFirst,  sim::QueueKind::kTradedThrough};
  return {.is_partial = seed % 2 == 0,
          .queue = {kKinds[seed / 2 % kKinds.size()], 1.0 + static_cast<double>(seed % 3)},
          .entry = milliseconds{static_cast<std::int64_t>(seed % 5) * 3},
          .response = milliseconds{static_cast<std::int64_t>(seed % 4) * 2}};
}

// The engine against one that is too simple to be wrong in the same way: each answer of the venue, in order, and each
// thing that the strategy was told.
void expect_as_naive(std::uint64_t seed, const test::NaiveModel& model, bool has_all_kinds, VenueLog& log,
                     const Market& market) {
  const bool wants_answers = seed % 3 != 0;
  RandomTrader naive_trader(seed, wants_answers, has_all_kinds);
  test::NaiveEngine naive(model, market.venue, market.local, naive_trader);
  naive.run();
  RandomTrader trader(seed, wants_answers, has_all_kinds);
  test::VectorFeed feed(market.venue, market.local, 1 + seed % 100);
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of(model, feed));
  Engine engine(std::move(setups), trader, {}, &log);
  const auto end = engine.run();
  ASSERT_TRUE(end.has_value()) << end.error().message;
  const auto [ours, theirs] = std::ranges::mismatch(log.lines, naive.log);
  const auto at = ours - log.lines.begin();
  ASSERT_TRUE(ours == log.lines.end() && theirs == naive.log.end())
      << "seed " << seed << " after " << at
      << (at > 0 ? " (" + log.lines.at(static_cast<std::size_t>(at) - 1) + ")" : "") << ": "
      << (ours == log.lines.end() ? "nothing" : *ours)
      << ", naive: " << (theirs == naive.log.end() ? "nothing" : *theirs);
  ASSERT_EQ(trader.seen, naive_trader.seen) << "seed " << seed;
  ASSERT_EQ(end->positions.at(0).quantity.units(), naive.position_units()) << "seed " << seed;
  ASSERT_EQ(log.marked, end->fills);
}

void expect_as_naive(std::uint64_t seed, const test::NaiveModel& model, bool has_all_kinds, VenueLog& log) {
  expect_as_naive(seed, model, has_all_kinds, log, make_market(seed, 300));
}

TEST(Engine, AnswersAsTheNaiveOneDoes) {
  std::size_t fills = 0;
  for (std::uint64_t seed = 1; seed <= 2000 / acts::test::kFewerBy; ++seed) {
    VenueLog log;
    expect_as_naive(seed, model_of(seed), false, log);
    if (::testing::Test::HasFatalFailure()) return;
    fills += log.marked;
  }
  EXPECT_GT(fills, 20'000U / acts::test::kFewerBy);
}

// The first seconds of a recording, best bids and offers in the depth.
Market recorded_market(std::int64_t seconds) {
  InstrumentSettings settings;
  settings.info.venue = Venue::kBinanceUsdm;
  settings.info.symbol = "BTCUSDT";
  settings.info.tick_size = *parse_decimal("0.1");
  settings.info.lot_size = *parse_decimal("0.001");
  settings.best_bid_offer = true;
  settings.files = {acts::test::testdata("binance-feed/usdm/btcusdt_20240808.gz")};
  auto opened = open_market(settings, *backtest_instrument(settings.info), nullptr);
  EXPECT_TRUE(opened.has_value()) << opened.error().message;
  Market market;
  for (const FeedClock clock : {FeedClock::kVenue, FeedClock::kLocal}) {
    Rows& rows = clock == FeedClock::kVenue ? market.venue : market.local;
    for (bool is_early = true; is_early;) {
      const auto block = opened->feed->next(clock);
      if (!block || *block == nullptr) break;
      for (const MarketRow* row = *block; row->ts != sim::kEndRow.ts && is_early; ++row) {
        is_early = rows.empty() || row->ts < rows.front().ts + seconds * 1'000'000'000;
        if (is_early) rows.push_back(*row);
      }
    }
  }
  return market;
}

TEST(Engine, AnswersAsTheNaiveOneDoesOverARecordingWithItsBestPrices) {
  const Market market = recorded_market(8);
  EXPECT_GT(market.venue.size(), 5'000U);
  std::size_t fills = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    VenueLog log;
    expect_as_naive(seed, model_of(seed), true, log, market);
    if (::testing::Test::HasFatalFailure()) return;
    fills += log.marked;
  }
  EXPECT_GT(fills, 50U);
}

test::NaiveModel ruled_model_of(std::uint64_t seed) {
  test::NaiveModel model = model_of(seed);
  model.self_trades = static_cast<SelfTradePrevention>(seed / 2 % 4);
  if (seed % 5 == 0) model.lot = 1;
  model.is_futures = seed % 7 < 3;
  if (seed % 3 == 0) model.band_percent = 1;
  if (seed % 4 == 0) model.least_quantity = 2;
  if (seed % 6 == 1) model.most_quantity = 5;
  if (seed % 5 == 2) model.least_value = 2500;
  if (seed % 4 == 1) model.most_open = 5;
  if (seed % 4 == 2) model.most_stops = 2;
  if (seed % 11 == 0) model.most_per_minute = 20;
  if (seed % 13 == 0) model.most_requests = 30;
  return model;
}

// Orders of all kinds, under all of a venue's rules; each event and each reason is met often.
TEST(Engine, AnswersOrdersOfAllKindsAsTheNaiveOneDoes) {
  std::map<OrderEvent, std::size_t> seen;
  std::map<RejectReason, std::size_t> reasons;
  for (std::uint64_t seed = 1; seed <= 3000 / acts::test::kFewerBy; ++seed) {
    VenueLog log;
    expect_as_naive(seed, ruled_model_of(seed), true, log);
    if (::testing::Test::HasFatalFailure()) return;
    for (const auto& [event, count] : log.seen) seen[event] += count;
    for (const auto& [reason, count] : log.reasons) reasons[reason] += count;
  }
  for (const OrderEvent event :
       {OrderEvent::kAccepted, OrderEvent::kRejected, OrderEvent::kModified, OrderEvent::kCancelled,
        OrderEvent::kExpired, OrderEvent::kPartiallyFilled, OrderEvent::kFilled, OrderEvent::kTriggered}) {
    EXPECT_GT(seen[event], 1000U / acts::test::kFewerBy) << to_string(event);
  }
  for (const RejectReason reason :
       {RejectReason::kPriceOutOfBand, RejectReason::kQuantityOutOfRange, RejectReason::kMinNotional,
        RejectReason::kReduceOnly, RejectReason::kUnknownOrder, RejectReason::kTooManyOrders,
        RejectReason::kNoLiquidity, RejectReason::kWouldTake, RejectReason::kSelfTrade, RejectReason::kWouldTrigger,
        RejectReason::kTooManyStops, RejectReason::kOrderRate, RejectReason::kLinkedOrder}) {
    EXPECT_GT(reasons[reason], 100U / acts::test::kFewerBy) << to_string(reason);
  }
}

// However far the venue runs ahead, each request and each answer has the latency that was drawn for it.
TEST(Engine, DrawsLatenciesAsTheNaiveOneDoes) {
  const auto ms = [](std::int64_t count) { return sim::Latency::of(milliseconds{count}).value(); };
  sim::DistributionParameters skewed{.kind = sim::DistributionKind::kLognormal};
  skewed.span(sim::DistributionSpan::kP50) = ms(4);
  skewed.span(sim::DistributionSpan::kP99) = ms(60);
  sim::DistributionParameters even{.kind = sim::DistributionKind::kUniform};
  even.span(sim::DistributionSpan::kMin) = ms(0);
  even.span(sim::DistributionSpan::kMax) = ms(9);
  const auto long_tail = sim::LatencyDistribution::of(skewed).value();
  const auto short_one = sim::LatencyDistribution::of(even).value();
  std::size_t fills = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    test::NaiveModel model = seed % 2 == 0 ? model_of(seed) : ruled_model_of(seed);
    model.drawn = seed % 4 < 2 ? sim::LatencyModel::drawn(long_tail, short_one, seed)
                               : sim::LatencyModel::drawn(short_one, long_tail, seed);
    VenueLog log;
    expect_as_naive(seed, model, seed % 2 != 0, log);
    if (::testing::Test::HasFatalFailure()) return;
    fills += log.marked;
  }
  EXPECT_GT(fills, 5'000U);
}

// Listening, sampling, and how data come in blocks change nothing.
TEST(Engine, IsNotChangedByBeingWatched) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Market market = make_market(seed, 400);
    std::vector<Position> ends;
    for (const bool is_watched : {false, true}) {
      RandomTrader trader(seed, seed % 2 == 0);
      test::VectorFeed feed(market.venue, market.local, is_watched ? 7 : 1000);
      VenueLog log;
      std::vector<InstrumentSetup> setups;
      setups.push_back(setup_of(model_of(seed), feed));
      setups.back().fees = {.maker = {-5, 5}, .taker = {7, 4}};
      Engine engine(std::move(setups), trader, {.sample = is_watched ? std::optional(milliseconds{100}) : std::nullopt},
                    is_watched ? &log : nullptr);
      const auto end = engine.run();
      ASSERT_TRUE(end.has_value());
      ends.push_back(end->positions.at(0));
      if (is_watched) {
        EXPECT_GT(log.samples, 5U);
      }
    }
    EXPECT_EQ(ends[0], ends[1]) << "seed " << seed;
  }
}

// All that a run tells, in its order.
class WholeLog final : public RunListener {
 public:
  void on_order(const OrderUpdate& update, sim::RefusalDetail /*detail*/) override {
    text += fmt::format("{} {} {} {} {}\n", update.ts_event.value, update.ts_recv.value, update.id.value(),
                        to_string(update.event), update.left.units());
  }
  void on_fill(const ToldFill& told) override {
    text += fmt::format("{} {} {} {} {}\n", told.fill.number, told.fill.ts_recv.value, told.fill.price.units(),
                        told.fill.quantity.units(), to_string(told.realised));
  }
  void on_sample(const Sample& sample) override {
    text += fmt::format("{} {} {}\n", sample.ts.value, sample.mark ? to_string(*sample.mark) : "none",
                        to_string(sample.equity));
  }
  void on_marks(std::uint64_t number, const std::array<std::optional<Decimal>, 4>& marks) override {
    text += fmt::format("{}", number);
    for (const auto& mark : marks) text += mark ? " " + to_string(*mark) : " none";
    text += '\n';
  }
  std::string text;
};

// What a run tells and what its strategy sees, cut at random times up to `longest` apart; 0: in one piece.
std::string cut_run(std::uint64_t seed, std::int64_t longest) {
  const Market market = make_market(seed, 400);
  RandomTrader trader(seed, seed % 3 != 0);
  test::VectorFeed feed(market.venue, market.local, 1 + seed % 50);
  WholeLog log;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of(model_of(seed), feed));
  setups.back().fees = {.maker = {-5, 5}, .taker = {7, 4}};
  Engine engine(std::move(setups), trader, {.sample = milliseconds{100}}, &log);
  Result<RunEnd> end;
  if (longest == 0) {
    end = engine.run();
  } else {
    std::mt19937_64 random(seed);
    EXPECT_TRUE(engine.begin().has_value());
    UnixNanos until{market.venue.front().ts - 5'000'000};
    for (bool has_more = true; has_more;) {
      const Result<bool> more = engine.run_until(until);
      EXPECT_TRUE(more.has_value());
      has_more = more.value_or(false);
      until = until + Nanos{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(longest))};
    }
    end = engine.finish();
  }
  EXPECT_TRUE(end.has_value());
  return fmt::format("{}{}\n{} {} {} {} {}", log.text, fmt::join(trader.seen, "\n"), end->begin.value, end->end.value,
                     end->fills, end->wakes, end->marks.at(0) ? to_string(*end->marks.at(0)) : "none");
}

TEST(Engine, IsNotChangedByWhereItIsCut) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const std::string whole = cut_run(seed, 0);
    ASSERT_GT(whole.size(), 1000U);
    ASSERT_EQ(cut_run(seed, 1'500'000), whole) << "seed " << seed;
    ASSERT_EQ(cut_run(seed, 90'000'000), whole) << "seed " << seed;
  }
}

class EndlessTimer final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, context.now()); }
  void on_timer(StrategyContext& context, TimerId id) override { context.set_timer(id, context.now()); }
};

// Answers each answer with an order that cannot be.
class EndlessOrders final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.orders = true}; }
  void on_start(StrategyContext& context) override { context.place({.quantity = Quantity{0}}); }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    EXPECT_EQ(update.reason, RejectReason::kQuantityOffLot);
    context.place({.quantity = Quantity{0}});
  }
};

template <typename Endless>
void expect_ended() {
  const Market market = make_market(1, 100);
  test::VectorFeed feed(market.venue, market.local, 100);
  Endless strategy;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of({}, feed));
  Engine engine(std::move(setups), strategy, {}, nullptr);
  const auto end = engine.run();
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().code, ErrorCode::kBadInput);
  EXPECT_TRUE(end.error().message.contains("it must let time pass")) << end.error().message;
}

// A strategy that never wakes does not let the venue run to the end while all rows wait for our side.
TEST(Engine, DoesNotLetTheVenueRunFarAhead) {
  class Watched final : public MarketFeed {
   public:
    Watched(Rows venue, Rows local) : rows_(std::move(venue), std::move(local), 50) {}
    Result<const MarketRow*> next(FeedClock clock) override {
      ++given_[static_cast<std::size_t>(clock)];
      most_ahead = std::max(most_ahead, given_[0] - given_[1]);
      return rows_.next(clock);
    }
    [[nodiscard]] const FeedFacts& facts() const override { return rows_.facts(); }
    int most_ahead = 0;

   private:
    test::VectorFeed rows_;
    int given_[2] = {0, 0};
  };
  class Sleeper final : public Strategy {
   public:
    [[nodiscard]] Wants wants() const override { return {}; }
  };
  Market market = make_market(3, 100'000);  // 350 s
  Watched feed(std::move(market.venue), std::move(market.local));
  Sleeper sleeper;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of({}, feed));
  Engine engine(std::move(setups), sleeper, {}, nullptr);
  ASSERT_TRUE(engine.run().has_value());
  // 300 rows a second, in blocks of 50.
  EXPECT_GE(feed.most_ahead, 1);
  EXPECT_LE(feed.most_ahead, 12);
}

TEST(Engine, EndsAStrategyThatLetsNoTimePass) {
  expect_ended<EndlessTimer>();
  expect_ended<EndlessOrders>();
}

// Answers each expiry with an order that expires again.
class Persistent final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.orders = true}; }
  void on_start(StrategyContext& context) override { order(context); }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    if (update.event == OrderEvent::kExpired && ++expiries < kMost) order(context);
  }
  static constexpr int kMost = 10'000;
  int expiries = 0;

 private:
  static void order(StrategyContext& context) {
    context.place({.instrument = kFirst, .type = OrderType::kMarket, .quantity = Quantity{1}});
  }
};

TEST(Engine, EndsSoonAfterItsData) {
  const MarketRow bid{.ts = 1'000'000'000, .quantity = 5, .rank = 100, .side = sim::kBidSide};
  MarketRow last = bid;
  last.ts += 95'000'000;
  test::VectorFeed feed({bid, last}, {bid, last}, 1);
  Persistent strategy;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of({.entry = milliseconds{6}, .response = milliseconds{4}}, feed));
  Engine engine(std::move(setups), strategy, {}, nullptr);
  const auto end = engine.run();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(strategy.expiries, 10);  // the last of an order of 90 ms, which comes back at 100
  EXPECT_EQ(end->end.value, 1'100'000'000);
}

// Buys at the first change of the book.
class Buyer final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.book = true}; }
  void on_book(StrategyContext& context, InstrumentId id) override {
    if (!std::exchange(has_bought_, true)) {
      context.place({.instrument = id, .type = OrderType::kMarket, .quantity = Quantity{2}});
    }
  }

 private:
  bool has_bought_ = false;
};

class SampleLog final : public RunListener {
 public:
  void on_sample(const Sample& sample) override {
    text += fmt::format("{} {} {} {};", sample.ts.value, sample.mark ? to_string(*sample.mark) : "none",
                        sample.position.quantity.units(), to_string(sample.equity));
  }
  std::string text;
};

// What is filled before the first whole second, and while a side of the book is empty, is between two samples.
TEST(Engine, SamplesItsStartAndItsEnd) {
  const MarketRow ask{.ts = 1'100'000'000, .quantity = 5, .rank = -100, .side = sim::kAskSide};
  MarketRow gone = ask;
  gone.ts += 400'000'000;
  gone.quantity = 0;
  test::VectorFeed feed({ask, gone}, {ask, gone}, 1);
  Buyer strategy;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of({.entry = milliseconds{6}, .response = milliseconds{4}}, feed));
  setups.back().cash = {1000, 0};
  setups.back().fees = {.maker = {}, .taker = {1, 2}};
  SampleLog log;
  Engine engine(std::move(setups), strategy, {.sample = std::chrono::seconds{1}}, &log);
  ASSERT_TRUE(engine.run().has_value());
  EXPECT_EQ(log.text, "1100000000 none 0 1000;1500000000 100 2 998;");
}

// Moves its resting order into the other side, and asks for its end at each answer.
class Mover final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.book = true, .orders = true}; }
  void on_book(StrategyContext& context, InstrumentId id) override {
    if (std::exchange(has_begun_, true)) return;
    order_ = context.place({.instrument = id, .price = Price{99}, .quantity = Quantity{5}});
  }
  void on_order(StrategyContext& context, const OrderUpdate& update) override {
    told += fmt::format("{} ", to_string(update.event));
    if (update.event == OrderEvent::kAccepted) {
      EXPECT_TRUE(context.modify({order_, Price{100}, Quantity{5}}));
    } else {
      told += context.cancel(order_) ? "free;" : "busy;";
    }
  }
  std::string told;

 private:
  bool has_begun_ = false;
  ClientOrderId order_;
};

TEST(Engine, AnswersARequestWithItsLastAnswer) {
  const MarketRow ask{.ts = 1'000'000'000, .quantity = 2, .rank = -100, .side = sim::kAskSide};
  MarketRow late = ask;
  late.ts += 1'000'000'000;
  test::VectorFeed feed({ask, late}, {ask, late}, 1);
  Mover strategy;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of({.is_partial = true, .entry = milliseconds{6}, .response = milliseconds{4}}, feed));
  Engine engine(std::move(setups), strategy, {}, nullptr);
  ASSERT_TRUE(engine.run().has_value());
  EXPECT_EQ(strategy.told, "accepted partially_filled busy;modified free;cancelled busy;");
}

// Sees each row at its time, and the book as it is then.
class Watcher final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.book = true, .trades = true}; }
  void on_book(StrategyContext& context, InstrumentId /*id*/) override { books.push_back(context.now().value); }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& trade) override {
    trades.push_back(context.now().value);
    EXPECT_EQ(context.last_trade(kFirst)->price, trade.price);
  }
  std::vector<std::int64_t> books;
  std::vector<std::int64_t> trades;
};

TEST(Engine, TellsEachChangeAtItsLocalTime) {
  const Market market = make_market(3, 300);
  test::VectorFeed feed(market.venue, market.local, 11);
  Watcher watcher;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of({}, feed));
  Engine engine(std::move(setups), watcher, {}, nullptr);
  ASSERT_TRUE(engine.run().has_value());
  std::vector<std::int64_t> books;
  std::vector<std::int64_t> trades;
  for (const MarketRow& row : market.local) {
    auto& times = row.kind == RowKind::kTrade ? trades : books;
    if (row.kind == RowKind::kTrade || times.empty() || times.back() != row.ts) times.push_back(row.ts);
  }
  EXPECT_EQ(watcher.books, books);
  EXPECT_EQ(watcher.trades, trades);
}

}  // namespace
}  // namespace acts::backtest
