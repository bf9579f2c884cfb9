#include "acts/features/interval_feature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "acts/base/ratio.hpp"

#include "features/support.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using test::apply;
using test::level;
using test::make_book;
using test::text_of;
using ::testing::HasSubstr;

constexpr UnixNanos kNoon{1'723'118'400'000'000'000};
constexpr Nanos kSecond = 1s;

IntervalFeatures features(std::vector<std::string> names, std::vector<std::size_t> levels = {1, 2, 3},
                          std::vector<Nanos> horizons = {}) {
  return IntervalFeatures::make({.interval = kSecond,
                                 .names = std::move(names),
                                 .levels = std::move(levels),
                                 .horizons = std::move(horizons)})
      .value();
}

std::string error_of(const IntervalFeatureOptions& options) {
  const auto made = IntervalFeatures::make(options);
  return made ? "" : made.error().message;
}

// The values, comma-separated.
std::string row_of(IntervalSampler& sampler, const OrderBook* book, UnixNanos boundary, bool in_sync = true) {
  MinuteRow row;
  sampler.append(row, book, in_sync, boundary);
  std::string text;
  for (std::size_t i = 0; i < row.values.size(); ++i) text += (i == 0 ? "" : ",") + text_of(row.values[i]);
  return text;
}

// mid is 101.
OrderBook small_book() {
  return make_book({0, 0}, {level(100, 1), level(99, 2), level(97, 3)}, {level(102, 4), level(103, 1)});
}

std::string of_small_book(const std::string& name) {
  const OrderBook book = small_book();
  IntervalSampler sampler(features({name}));
  return row_of(sampler, &book, kNoon);
}

TEST(IntervalFeatures, SumUpTheFirstLevels) {
  EXPECT_EQ(of_small_book("bid_depth"), "1,3,6");
  EXPECT_EQ(of_small_book("ask_depth"), "4,5,") << "there is no third ask";
  EXPECT_EQ(of_small_book("imbalance"), "-0.6,-0.25,");
  EXPECT_EQ(of_small_book("bid_slope"), "1,1.5,1.5");
  EXPECT_EQ(of_small_book("ask_slope"), "4,2.5,");
}

TEST(IntervalFeatures, TellSlopesInUnitsOfTheAssets) {
  // 0.5 of the asset 0.02 below mid, 100.03.
  const OrderBook book = make_book({2, 1}, {level(10001, 5)}, {level(10005, 3)});
  IntervalSampler sampler(features({"bid_slope", "ask_slope"}, {1}));
  EXPECT_EQ(row_of(sampler, &book, kNoon), "25,15");
  const OrderBook coarse = make_book({0, 2}, {level(100, 50)}, {level(104, 30)});
  EXPECT_EQ(row_of(sampler, &coarse, kNoon), "0.25,0.15");
}

TEST(IntervalFeatures, HaveNoSlopeWhereNothingLiesBetween) {
  const OrderBook locked = make_book({0, 0}, {level(100, 1)}, {level(100, 1)});
  IntervalSampler sampler(features({"bid_slope", "ask_slope", "imbalance"}, {1}));
  EXPECT_EQ(row_of(sampler, &locked, kNoon), ",,0");
}

TEST(IntervalFeatures, KnowNothingOfABookThatIsNotShown) {
  IntervalSampler sampler(features({"all"}));
  const std::string empty = row_of(sampler, nullptr, kNoon, false);
  EXPECT_EQ(empty.substr(0, 2), "0,") << "observed_ms";
  EXPECT_EQ(empty.find_first_not_of(','), 0U);
  EXPECT_EQ(empty.find_last_not_of(','), 0U);
}

TEST(IntervalFeatures, AverageOverTheTimeInSync) {
  OrderBook book = small_book();
  IntervalSampler sampler(
      features({"observed_ms", "twa_mid", "twa_spread", "twa_bid_quantity", "twa_ask_quantity", "spread_min",
                "spread_max", "mid_low", "mid_high", "mid_changes", "order_flow_imbalance"}));
  sampler.on_book(book, false, QuotesCause::kCorrection, kNoon);
  sampler.on_book(book, true, QuotesCause::kCorrection, kNoon + 200ms);
  apply(book, 2, {level(101, 5)}, {});
  sampler.on_book(book, true, QuotesCause::kUpdate, kNoon + 600ms);
  // 400 ms at 100 x 1 and 400 ms at 101 x 5 against 102 x 4.
  EXPECT_EQ(row_of(sampler, &book, kNoon + kSecond), "800,101.25,1.5,3,4,1,2,101,101.5,1,5");
  EXPECT_EQ(row_of(sampler, &book, kNoon + 2 * kSecond), "1000,101.5,1,5,4,1,1,101.5,101.5,0,0");
}

TEST(IntervalFeatures, MeasureTheVolatilityOfMid) {
  OrderBook book = make_book({0, 0}, {level(98, 1)}, {level(102, 1)});  // mid 100
  IntervalSampler sampler(features({"realized_volatility"}));
  sampler.on_book(book, true, QuotesCause::kCorrection, kNoon);
  apply(book, 2, {level(100, 1)}, {});  // 101
  sampler.on_book(book, true, QuotesCause::kUpdate, kNoon + 1ms);
  apply(book, 3, {level(100, 0)}, {});  // 100 again
  sampler.on_book(book, true, QuotesCause::kUpdate, kNoon + 2ms);
  const double up = 1.0 / 100;
  const double down = -1.0 / 101;
  EXPECT_EQ(row_of(sampler, &book, kNoon + kSecond), shortest_text(std::sqrt(up * up + down * down)));
}

TEST(IntervalFeatures, CompareMidWithThatOfHorizonsBefore) {
  OrderBook book = make_book({0, 0}, {level(99, 1)}, {level(101, 1)});
  IntervalSampler sampler(features({"mid_return"}, {1}, {2s, 1s}));
  EXPECT_EQ(features({"mid_return"}, {1}, {2s, 1s}).columns()[0].name, "mid_return_2s");
  EXPECT_EQ(row_of(sampler, &book, kNoon), ",");
  apply(book, 2, {level(99, 0), level(109, 1)}, {level(101, 0), level(111, 1)});
  EXPECT_EQ(row_of(sampler, &book, kNoon + 1s), ",0.1");
  EXPECT_EQ(row_of(sampler, &book, kNoon + 2s, false), ",") << "not in sync";
  EXPECT_EQ(row_of(sampler, &book, kNoon + 3s), "0,");
  EXPECT_EQ(row_of(sampler, &book, kNoon + 4s), ",0");
  EXPECT_EQ(row_of(sampler, &book, kNoon + 9s), ",") << "boundaries in between were skipped";
  ASSERT_TRUE(book.rescale({1, 0}));
  EXPECT_EQ(row_of(sampler, &book, kNoon + 10s), ",0") << "decimals are added";
}

TEST(IntervalFeatures, TellTheTrades) {
  IntervalSampler sampler(
      features({"buy_volume", "sell_volume", "buy_count", "sell_count", "vwap", "trade_imbalance"}));
  EXPECT_EQ(row_of(sampler, nullptr, kNoon), ",,,,,") << "nobody knows whether trades are recorded";
  Trade trade{.trade_id = 1,
              .first_trade_id = 1,
              .last_trade_id = 1,
              .ts_event = {},
              .scales = {1, 2},
              .price = Price{1001},
              .quantity = Quantity{300}};
  sampler.on_trade(trade);
  trade.trade_id = trade.first_trade_id = trade.last_trade_id = 2;
  trade.aggressor = AggressorSide::kSell;
  trade.price = Price{1005};
  trade.quantity = Quantity{100};
  sampler.on_trade(trade);
  // (3 x 100.1 + 1 x 100.5) / 4
  EXPECT_EQ(row_of(sampler, nullptr, kNoon + 1s), "3,1,1,1,100.2,0.5");
  EXPECT_EQ(row_of(sampler, nullptr, kNoon + 2s), "0,0,0,0,,");
}

// Against sums over a list of all levels.
TEST(IntervalFeatures, SumUpTheLevelsOfRandomBooks) {
  std::mt19937_64 random(7);
  const auto number = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Level> bids;
    std::vector<Level> asks;
    for (std::int64_t i = 0, n = number(1, 300); i < n; ++i)
      bids.push_back(level(10'000 - 3 * i, number(1, 1'000'000)));
    for (std::int64_t i = 0, n = number(1, 300); i < n; ++i)
      asks.push_back(level(10'002 + 2 * i, number(1, 1'000'000)));
    const OrderBook book = make_book({2, 3}, bids, asks);
    const std::vector<std::size_t> levels{50, 1, 7, 200, 1000};
    IntervalSampler sampler(features({"bid_depth", "ask_depth", "imbalance"}, levels));
    std::string expected;
    const auto sum = [](const std::vector<Level>& side, std::size_t n) -> std::optional<int128> {
      if (side.size() < n) return std::nullopt;
      int128 total = 0;
      for (std::size_t i = 0; i < n; ++i) total += side[i].quantity.units();
      return total;
    };
    for (const auto* side : {&bids, &asks}) {
      for (const std::size_t n : levels) {
        const auto total = sum(*side, n);
        if (side != &bids || n != levels[0]) expected += ",";
        if (total) expected += to_string(Decimal{*total, 3});
      }
    }
    for (const std::size_t n : levels) {
      const auto bid = sum(bids, n);
      const auto ask = sum(asks, n);
      expected += "," + (bid && ask ? shortest_text(nearest_double(*bid - *ask, *bid + *ask)) : std::string());
    }
    EXPECT_EQ(row_of(sampler, &book, kNoon), expected);
  }
}

TEST(IntervalFeatures, NameTheirColumnsByTheirParameters) {
  std::vector<std::string> names;
  const IntervalFeatures made = features({"vwap", "imbalance_N", "mid_return_H"}, {5, 1}, {60s, 2s});
  for (const Column& column : made.columns()) names.push_back(column.name);
  EXPECT_THAT(names, testing::ElementsAre("vwap", "imbalance_5", "imbalance_1", "mid_return_1m", "mid_return_2s"));
  EXPECT_EQ(features({"mid_return"}).columns()[0].name, "mid_return_1s") << "the interval, if nothing else is said";
}

TEST(IntervalFeatures, HaveColumnsOfDifferentNames) {
  std::set<std::string> names;
  const IntervalFeatures all = features({"all"});
  for (const Column& column : all.columns()) EXPECT_TRUE(names.insert(column.name).second) << column.name;
  for (const Column& column : make_schema(test::bands("1,4")).columns) {
    EXPECT_TRUE(names.insert(column.name).second) << column.name;
  }
}

TEST(IntervalFeatures, SayWhatCannotBe) {
  EXPECT_EQ(error_of({.names = {"vwop"}}), "no feature 'vwop': did you mean vwap?");
  EXPECT_EQ(error_of({.names = {"something else"}}), "no feature 'something else': 'acts features' lists them");
  EXPECT_EQ(error_of({.names = {"vwap", "vwap"}}), "vwap is named twice");
  EXPECT_EQ(error_of({.names = {"vwap", "all"}}), "vwap is named twice");
  EXPECT_THAT(error_of({.interval = 99ms}), HasSubstr("an interval of 99ms"));
  EXPECT_THAT(error_of({.interval = 25h}), HasSubstr("an interval of"));
  EXPECT_THAT(error_of({.interval = 100ms + 1ns}), HasSubstr("an interval of"));
  EXPECT_THAT(error_of({.levels = {0}}), HasSubstr("0 levels"));
  EXPECT_THAT(error_of({.levels = {1001}}), HasSubstr("1001 levels"));
  EXPECT_THAT(error_of({.levels = {3, 3}}), HasSubstr("twice"));
  EXPECT_THAT(error_of({.interval = 1s, .horizons = {1500ms}}), HasSubstr("a horizon of 1500ms"));
  EXPECT_THAT(error_of({.interval = 1s, .horizons = {100'001s}}), HasSubstr("a horizon of"));
  EXPECT_THAT(error_of({.interval = 1s, .horizons = {2s, 2s}}), HasSubstr("twice"));
}

TEST(IntervalFeatures, AreDescribed) {
  const std::string text = describe_interval_features({.levels = {2, 20}, .horizons = {5min}});
  for (const IntervalFeature& feature : all_interval_features())
    EXPECT_THAT(text, HasSubstr(std::string(feature.name)));
  EXPECT_THAT(text, HasSubstr("imbalance_2 imbalance_20"));
  EXPECT_THAT(text, HasSubstr("mid_return_5m"));
}

}  // namespace
}  // namespace acts
