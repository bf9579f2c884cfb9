#include "backtest/sweep/book_sweep.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "backtest/order_counts.hpp"
#include "backtest/sweep/set_recorder.hpp"
#include "backtest/sweep/sweep_support.hpp"
#include "support/rounds.hpp"

namespace acts::backtest {
namespace {

using std::chrono::milliseconds;

const EngineOptions kSampled{.sample = milliseconds{500}};

struct Case {
  std::size_t kind = 0;     // of setup
  bool with_marks = false;  // sets whose listeners want marks have a market of their own
};

std::vector<std::string> alone(const test::BookMarket& market, const Case& with, std::size_t count,
                               std::size_t& fills) {
  std::vector<std::string> texts;
  for (const auto& strategy : test::book_strategies(count)) {
    test::VectorFeed feed(market.venue, market.local, 1000);
    std::vector<InstrumentSetup> setups{test::book_setup(with.kind)};
    setups.front().feed = &feed;
    test::TellingListener told(with.with_marks);
    const auto end = Engine(std::move(setups), *strategy, kSampled, &told).run();
    EXPECT_TRUE(end.has_value());
    fills += told.fills;
    texts.push_back(told.text + test::text_of_end(*end));
  }
  return texts;
}

std::vector<std::string> together(const test::BookMarket& market, const Case& with, std::size_t count,
                                  std::size_t block, std::size_t threads) {
  const auto strategies = test::book_strategies(count);
  std::vector<test::TellingListener> told(count, test::TellingListener(with.with_marks));
  std::vector<BookSet> sets;
  for (std::size_t i = 0; i < count; ++i) sets.push_back({i + 1, strategies[i].get(), &told[i]});
  BookSweep sweep({test::book_setup(with.kind)}, kSampled, std::move(sets));
  test::VectorFeed feed(market.venue, market.local, block);
  MarketFeed* const feeds[] = {&feed};
  const Result<void> done = sweep.run(feeds, threads);
  EXPECT_TRUE(done.has_value()) << done.error().message;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(told[i].text + test::text_of_end(sweep.end(i)));
  return texts;
}

// To the byte: each order, fill, sample and mark. Grids that share the books, strategies that answer each answer, and
// such as want every row.
TEST(BookSweep, EachSetComesToWhatItComesToAlone) {
  constexpr std::size_t kSets = 23;
  const test::BookMarket market = test::book_market(3, 20'000 / acts::test::kFewerBy);
  for (const Case& with :
       {Case{0, true}, Case{0, false}, Case{1, false}, Case{2, false}, Case{3, false}, Case{4, false}}) {
    std::size_t fills = 0;
    const std::vector<std::string> single = alone(market, with, kSets, fills);
    EXPECT_GT(fills, 1000U / acts::test::kFewerBy);
    for (const std::size_t threads : {1U, 2U, 5U}) {
      const std::vector<std::string> swept = together(market, with, kSets, 700 * threads, threads);
      for (std::size_t i = 0; i < kSets; ++i) {
        EXPECT_TRUE(swept[i] == single[i]) << "setup " << with.kind << ", set " << i << ", " << threads << " threads";
      }
    }
  }
}

// Of several instruments each set has books of its own, and goes through the same slices.
TEST(BookSweep, EachSetOfSeveralInstrumentsComesToWhatItComesToAlone) {
  constexpr std::size_t kSets = 7;
  const std::array<test::BookMarket, 2> markets{test::book_market(3, 5000), test::book_market(4, 5000)};
  std::vector<std::string> single;
  for (const auto& strategy : test::book_strategies(kSets)) {
    test::VectorFeed first(markets[0].venue, markets[0].local, 300);
    test::VectorFeed second(markets[1].venue, markets[1].local, 500);
    std::vector<InstrumentSetup> setups{test::book_setup(), test::book_setup(1)};
    setups[0].feed = &first;
    setups[1].feed = &second;
    test::TellingListener told;
    const auto end = Engine(std::move(setups), *strategy, kSampled, &told).run();
    ASSERT_TRUE(end.has_value());
    EXPECT_GT(told.fills, 10U);
    single.push_back(told.text + test::text_of_end(*end));
  }
  const auto strategies = test::book_strategies(kSets);
  std::vector<test::TellingListener> told(kSets);
  std::vector<BookSet> sets;
  for (std::size_t i = 0; i < kSets; ++i) sets.push_back({i + 1, strategies[i].get(), &told[i]});
  BookSweep sweep({test::book_setup(), test::book_setup(1)}, kSampled, std::move(sets));
  test::VectorFeed first(markets[0].venue, markets[0].local, 200);
  test::VectorFeed second(markets[1].venue, markets[1].local, 900);
  MarketFeed* const feeds[] = {&first, &second};
  ASSERT_TRUE(sweep.run(feeds, 2).has_value());
  for (std::size_t i = 0; i < kSets; ++i) {
    EXPECT_TRUE(told[i].text + test::text_of_end(sweep.end(i)) == single[i]) << "set " << i;
  }
}

TEST(BookSweep, RecordsWhatASetComesTo) {
  const test::BookMarket market = test::book_market(5, 8000);
  const auto strategies = test::book_strategies(3);
  std::vector<std::unique_ptr<SetRecorder>> recorders;
  std::vector<BookSet> sets;
  for (const auto& strategy : strategies) {
    recorders.push_back(std::make_unique<SetRecorder>(std::vector{test::book_setup().instrument.scales}));
    sets.push_back({sets.size() + 1, strategy.get(), recorders.back().get()});
  }
  BookSweep sweep({test::book_setup()}, kSampled, std::move(sets));
  test::VectorFeed feed(market.venue, market.local, 500);
  MarketFeed* const feeds[] = {&feed};
  ASSERT_TRUE(sweep.run(feeds, 1).has_value());
  for (std::size_t i = 0; i < sweep.size(); ++i) {
    const RunEnd& end = sweep.end(i);
    const SetTotals totals = recorders[i]->totals(end);
    const Position& position = end.positions.front();
    EXPECT_EQ(totals.fills, end.fills);
    EXPECT_GT(totals.fills, 10U);
    test::VectorFeed again(market.venue, market.local, 500);
    std::vector<InstrumentSetup> setups{test::book_setup()};
    setups.front().feed = &again;
    OrderCounter counter(1, nullptr);
    const auto alone = test::book_strategies(3);
    ASSERT_TRUE(Engine(std::move(setups), *alone[i], kSampled, &counter).run().has_value());
    EXPECT_EQ(totals.orders, counter.counts().front().placed);
    EXPECT_GE(totals.orders, totals.fills);
    EXPECT_EQ(totals.position, (Decimal{position.quantity.units(), 3}));
    EXPECT_EQ(totals.balance, position.cash);
    EXPECT_EQ(totals.fee, position.fee);
    EXPECT_GT(totals.turnover, Decimal{});
    EXPECT_GT(totals.max_drawdown, Decimal{});
    EXPECT_EQ(totals.closes.period, std::chrono::seconds{1});
    EXPECT_EQ(totals.closes.closes.values.front(), 100'000);
    EXPECT_GT(totals.closes.closes.values.size(), 10U);
  }
}

// One definition of an order: that of a run's totals.
TEST(SetRecorder, CountsOrdersAsARunDoes) {
  SetRecorder recorder({test::book_setup().instrument.scales});
  OrderCounter counter(1, nullptr);
  const auto told = [&](const OrderUpdate& update) {
    recorder.on_order(update, {});
    counter.on_order(update, {});
    RunEnd end;
    end.positions.resize(1);
    EXPECT_EQ(recorder.totals(end).orders, counter.counts().front().placed);
    return counter.counts().front().placed;
  };
  OrderUpdate update{.event = OrderEvent::kSubmitted, .status = OrderStatus::kPendingNew};
  EXPECT_EQ(told(update), 1U);
  update.event = OrderEvent::kRejected;
  update.status = OrderStatus::kRejected;
  update.reason = RejectReason::kUnavailable;
  EXPECT_EQ(told(update), 1U) << "the venue could not be reached";
  update.reason = RejectReason::kPriceOffTick;
  EXPECT_EQ(told(update), 2U) << "never submitted";
  update.status = OrderStatus::kNew;
  EXPECT_EQ(told(update), 2U) << "a refused cancellation";
}

class Throwing final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_start(StrategyContext& context) override { context.set_timer(TimerId{0}, context.now() + milliseconds{900}); }
  void on_timer(StrategyContext& /*context*/, TimerId /*id*/) override { throw std::runtime_error("cannot"); }
};

class ThrowingAtOnce final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {.book = wants_book}; }
  void on_start(StrategyContext& /*context*/) override { throw std::runtime_error("cannot begin"); }
  bool wants_book = false;
};

class ThrowingAtTheEnd final : public Strategy {
 public:
  [[nodiscard]] Wants wants() const override { return {}; }
  void on_stop(StrategyContext& /*context*/) override { throw std::runtime_error("cannot end"); }
};

constexpr const char* kRemedy = ": what it cannot do it must handle itself";

// Whoever fails when, with a market of its own or a shared one: the others come to what they come to alone.
TEST(BookSweep, GoesOnWithoutTheSetThatFails) {
  constexpr std::size_t kSets = 11;
  const test::BookMarket market = test::book_market(3, 20'000 / acts::test::kFewerBy);
  std::size_t fills = 0;
  const std::vector<std::string> single = alone(market, {}, kSets, fills);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    auto strategies = test::book_strategies(kSets);
    strategies[2] = std::make_unique<Throwing>();
    strategies[4] = std::make_unique<ThrowingAtOnce>();
    auto own = std::make_unique<ThrowingAtOnce>();
    own->wants_book = true;
    strategies[5] = std::move(own);
    strategies[8] = std::make_unique<ThrowingAtTheEnd>();
    std::vector<test::TellingListener> told(kSets, test::TellingListener(false));
    std::vector<BookSet> sets;
    for (std::size_t i = 0; i < kSets; ++i) sets.push_back({i + 1, strategies[i].get(), &told[i]});
    BookSweep sweep({test::book_setup()}, kSampled, std::move(sets));
    test::VectorFeed feed(market.venue, market.local, 100);
    MarketFeed* const feeds[] = {&feed};
    const Result<void> done = sweep.run(feeds, threads);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    const std::map<std::size_t, std::string> wanted{
        {2, "cannot"}, {4, "cannot begin"}, {5, "cannot begin"}, {8, "cannot end"}};
    for (std::size_t i = 0; i < kSets; ++i) {
      const auto failed = wanted.find(i);
      ASSERT_EQ(sweep.failure(i).has_value(), failed != wanted.end()) << i;
      if (failed != wanted.end()) {
        EXPECT_EQ(sweep.failure(i)->message, "the strategy threw: " + failed->second + kRemedy);
      } else {
        EXPECT_TRUE(told[i].text + test::text_of_end(sweep.end(i)) == single[i]) << i << ", " << threads << " threads";
      }
    }
  }
}

TEST(BookSweep, ComesToItsEndIfAllSetsFail) {
  const test::BookMarket market = test::book_market(3, 4000);
  std::vector<std::unique_ptr<Strategy>> strategies(3);
  std::vector<BookSet> sets;
  for (auto& strategy : strategies) {
    strategy = std::make_unique<Throwing>();
    sets.push_back({sets.size() + 1, strategy.get(), nullptr});
  }
  BookSweep sweep({test::book_setup()}, {}, std::move(sets));
  test::VectorFeed feed(market.venue, market.local, 100);
  MarketFeed* const feeds[] = {&feed};
  ASSERT_TRUE(sweep.run(feeds, 2).has_value());
  for (std::size_t i = 0; i < sweep.size(); ++i) EXPECT_TRUE(sweep.failure(i).has_value());
}

class DamagedFeed final : public MarketFeed {
 public:
  explicit DamagedFeed(MarketFeed& feed) : feed_(&feed) {}
  Result<const sim::MarketRow*> next(FeedClock clock) override {
    if (++blocks_ == 20) return fail(ErrorCode::kBadInput, "the data is damaged");
    return feed_->next(clock);
  }
  [[nodiscard]] const FeedFacts& facts() const override { return feed_->facts(); }

 private:
  MarketFeed* feed_;
  int blocks_ = 0;
};

// It is no set's.
TEST(BookSweep, EndsAtDataThatIsDamaged) {
  const test::BookMarket market = test::book_market(3, 20'000);
  const auto strategies = test::book_strategies(4);
  std::vector<BookSet> sets;
  for (const auto& strategy : strategies) sets.push_back({sets.size() + 1, strategy.get(), nullptr});
  BookSweep sweep({test::book_setup()}, {}, std::move(sets));
  test::VectorFeed whole(market.venue, market.local, 100);
  DamagedFeed feed(whole);
  MarketFeed* const feeds[] = {&feed};
  const Result<void> done = sweep.run(feeds, 2);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().message, "the data is damaged");
}

}  // namespace
}  // namespace acts::backtest
