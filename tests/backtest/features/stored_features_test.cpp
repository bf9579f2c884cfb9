// Stored features in a run over books, told against a model of a few lines.
#include "backtest/features/stored_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backtest/engine.hpp"
#include "backtest/sweep/book_sweep.hpp"
#include "backtest/sweep/sweep_support.hpp"
#include "backtest/vector_feed.hpp"

namespace acts::backtest {
namespace {

using namespace std::chrono_literals;

struct ToldRow {
  std::int64_t at = 0;
  std::uint32_t instrument = 0;
  std::int64_t ts = 0;
  std::vector<double> values = {};
  friend bool operator==(const ToldRow&, const ToldRow&) = default;
};

// Keeps what it is told, and what else came at that time before and behind it.
class StoredLog final : public Strategy {
 public:
  explicit StoredLog(std::vector<std::string> names = {"b", "a"}, bool wants_rows = false)
      : names_(std::move(names)), wants_rows_(wants_rows) {}
  [[nodiscard]] Wants wants() const override {
    return {.book = wants_rows_, .trades = wants_rows_, .features = names_};
  }
  void on_start(StrategyContext& context) override { EXPECT_FALSE(context.features(InstrumentId{0}).has_value()); }
  void on_book(StrategyContext& context, InstrumentId /*id*/) override { come(context); }
  void on_trade(StrategyContext& context, InstrumentId /*id*/, const Trade& /*trade*/) override { come(context); }
  void on_features(StrategyContext& context, const FeatureValues& values) override {
    told.push_back({context.now().value,
                    values.instrument.value(),
                    values.ts.value,
                    {values.values.begin(), values.values.end()}});
    const std::optional<FeatureValues> read = context.features(values.instrument);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->ts, values.ts);
    EXPECT_TRUE(std::ranges::equal(read->values, values.values));
  }
  std::vector<ToldRow> told;

 private:
  void come(StrategyContext& context) {
    EXPECT_TRUE(told.empty() || told.back().at < context.now().value) << "features come last";
  }
  std::vector<std::string> names_;
  bool wants_rows_;
};

struct GivenRow {
  std::int64_t ts = 0;
  double a = 0;
  double b = 0;
};

StoredFeatureList list_of(const std::vector<GivenRow>& rows, std::size_t most_in_memory = 8) {
  auto spool = std::make_shared<FeatureSpool>(2, "", most_in_memory);
  for (const GivenRow& row : rows) {
    EXPECT_TRUE(spool->add({.ts = {row.ts}, .values = {row.a, row.b}}).has_value());
    EXPECT_LE(spool->held(), std::max<std::size_t>(most_in_memory, 3)) << "however many there are";
  }
  return {.spool = std::move(spool), .names = {"a", "b"}};
}

std::vector<GivenRow> random_stored(std::mt19937_64& random, std::int64_t begin, std::int64_t end) {
  std::vector<GivenRow> rows;
  const std::int64_t step = std::max<std::int64_t>((end - begin) / static_cast<std::int64_t>(1 + random() % 200), 1);
  for (std::int64_t ts = begin - 3 * step; ts < end + 3 * step;
       ts += 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * step))) {
    rows.push_back({ts, static_cast<double>(random() % 1000), -static_cast<double>(random() % 1000)});
  }
  return rows;
}

// Of the rows known by the first row the last one, then those until the last row here.
std::vector<ToldRow> naive_told(const StoredFeatureList& list, const std::vector<GivenRow>& rows, std::int64_t begin,
                                std::int64_t last) {
  std::vector<ToldRow> told;
  for (const GivenRow& row : rows) {
    const std::int64_t known = row.ts + list.shift.count() + list.delay.count();
    if (known > last) break;
    if (known <= begin) told.clear();
    told.push_back({std::max(known, begin), 0, row.ts + list.shift.count(), {row.b, row.a}});
  }
  return told;
}

InstrumentSetup setup_of(MarketFeed& feed, StoredFeatureList list) {
  InstrumentSetup setup = test::book_setup();
  setup.feed = &feed;
  setup.features = std::move(list);
  return setup;
}

std::vector<ToldRow> told_in(const test::BookMarket& market, const StoredFeatureList& list, std::size_t block,
                             bool wants_rows) {
  test::VectorFeed feed(market.venue, market.local, block);
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of(feed, list));
  StoredLog strategy({"b", "a"}, wants_rows);
  Engine engine(std::move(setups), strategy, {}, nullptr);
  EXPECT_TRUE(engine.run().has_value());
  return strategy.told;
}

TEST(StoredFeatures, AreToldOnceTheyAreKnownWhileThereIsData) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 60; ++round) {
    const test::BookMarket market = test::book_market(random(), 1 + static_cast<int>(random() % 600));
    const std::int64_t begin = market.venue.front().ts;
    const std::int64_t last = market.local.back().ts;
    const std::vector<GivenRow> rows = random_stored(random, begin, last);
    StoredFeatureList list = list_of(rows, 1 + random() % 40);
    if (round % 3 == 1) list.delay = std::chrono::milliseconds{random() % 300};
    if (round % 3 == 2) list.shift = std::chrono::milliseconds{static_cast<std::int64_t>(random() % 300) - 150};
    const std::vector<ToldRow> wanted = naive_told(list, rows, begin, last);
    EXPECT_EQ(told_in(market, list, 1 + random() % 90, round % 2 == 0), wanted) << round;
  }
}

// A file that ends long before the data does, and one that begins long behind its end.
TEST(StoredFeatures, OfBeforeTheRunAreKnownAtItsBeginAndOfBehindItNever) {
  const test::BookMarket market = test::book_market(3, 400);
  const std::int64_t begin = market.venue.front().ts;
  const std::vector<ToldRow> before = told_in(market, list_of({{begin - 99, 1, 2}, {begin - 7, 3, 4}}), 50, false);
  EXPECT_EQ(before, (std::vector<ToldRow>{{begin, 0, begin - 7, {4, 3}}}));
  const std::int64_t day = std::chrono::nanoseconds{24h}.count();
  EXPECT_TRUE(told_in(market, list_of({{market.local.back().ts + 1, 1, 2}, {begin + day, 3, 4}}), 50, false).empty());
}

// Of two instruments one has features, and none are computed of the other.
TEST(StoredFeatures, OfOneInstrumentAreThoseOfTheRun) {
  const test::BookMarket market = test::book_market(5, 500);
  test::VectorFeed first(market.venue, market.local, 40);
  test::VectorFeed second(market.venue, market.local, 40);
  const std::int64_t at = market.local[200].ts;
  std::vector<InstrumentSetup> setups;
  setups.push_back(setup_of(first, {}));
  setups.push_back(setup_of(second, list_of({{at, 1, 2}})));
  StoredLog strategy;
  EngineOptions options;
  options.features.rows.interval = 1s;
  Engine engine(std::move(setups), strategy, options, nullptr);
  ASSERT_TRUE(engine.run().has_value());
  EXPECT_EQ(strategy.told, (std::vector<ToldRow>{{at, 1, at, {2, 1}}}));
}

TEST(StoredFeatures, AreOtherOnesBehindACut) {
  const test::BookMarket market = test::book_market(9, 600);
  std::mt19937_64 random(5);
  const std::vector<GivenRow> rows = random_stored(random, market.venue.front().ts, market.local.back().ts);
  StoredFeatureList list = list_of(rows);
  list.delay = 20ms;
  const std::vector<ToldRow> as_it_was = told_in(market, list, 50, false);
  list.cut = FutureCut{.at = UnixNanos{as_it_was[as_it_was.size() / 2].at}, .seed = 4};
  const std::vector<ToldRow> altered = told_in(market, list, 50, false);
  ASSERT_EQ(altered.size(), as_it_was.size());
  std::size_t other = 0;
  for (std::size_t i = 0; i < altered.size(); ++i) {
    EXPECT_EQ(altered[i].at, as_it_was[i].at);
    const bool is_same = altered[i].values == as_it_was[i].values;
    EXPECT_EQ(is_same, as_it_was[i].at < list.cut->at.value);
    other += is_same ? 0U : 1U;
  }
  EXPECT_GE(other, altered.size() / 2);
  EXPECT_NE(altered_feature(0, 3), 0);
  EXPECT_TRUE(std::isnan(altered_feature(std::numeric_limits<double>::quiet_NaN(), 3)));
}

// Each set by its own names, of columns that all of them share, by any number of threads.
TEST(StoredFeatures, OfASweepAreThoseOfItsSingleRuns) {
  const test::BookMarket market = test::book_market(21, 3000);
  std::mt19937_64 random(8);
  const StoredFeatureList list = list_of(random_stored(random, market.venue.front().ts, market.local.back().ts), 30);
  const std::vector<std::vector<std::string>> wanted{{"a"}, {"b", "a"}, {}, {"b"}, {"a", "b"}};
  for (const std::size_t threads : {1U, 3U}) {
    std::vector<std::unique_ptr<StoredLog>> strategies;
    std::vector<BookSet> sets;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      strategies.push_back(std::make_unique<StoredLog>(wanted[i]));
      sets.push_back({.number = i + 1, .strategy = strategies.back().get()});
    }
    test::VectorFeed feed(market.venue, market.local, 70);
    std::vector<InstrumentSetup> setups;
    setups.push_back(setup_of(feed, list));
    BookSweep sweep(std::move(setups), {}, std::move(sets));
    MarketFeed* const feeds[] = {&feed};
    ASSERT_TRUE(sweep.run(feeds, threads).has_value());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      test::VectorFeed own(market.venue, market.local, 33);
      std::vector<InstrumentSetup> single;
      single.push_back(setup_of(own, list));
      StoredLog alone(wanted[i]);
      Engine engine(std::move(single), alone, {}, nullptr);
      ASSERT_TRUE(engine.run().has_value());
      EXPECT_EQ(strategies[i]->told, alone.told) << i;
      EXPECT_EQ(alone.told.empty(), wanted[i].empty());
    }
  }
}

}  // namespace
}  // namespace acts::backtest
