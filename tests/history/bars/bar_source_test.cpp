#include "history/bars/bar_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

#include "acts/base/time.hpp"

#include "history/bars/bar_rows.hpp"

namespace acts::history {
namespace {

using test::agg_trades;
using test::Bars;
using test::bars_of;
using test::Candle;
using test::grid;
using test::klines;
using test::rows_of;
using test::Trade;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;

// Trades with gaps in their ids and in time, a second apart in the middle.
std::vector<Trade> random_trades(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::vector<Trade> trades;
  Trade trade{.id = 100, .time = 1'600'000'000'000'000, .price = 0, .quantity = 0};
  for (int i = 0; i < count; ++i) {
    trade.id += random() % 20 == 0 ? 3 : 1;
    trade.time += static_cast<std::int64_t>(random() % 2'000'000);
    if (random() % 50 == 0) trade.time += 5 * kMinute;
    trade.price = 1'000'000 + static_cast<std::int64_t>(random() % 10'000);
    trade.quantity = static_cast<std::int64_t>(random() % 100'000) + 1;
    trade.is_buy = random() % 2 == 0;
    trades.push_back(trade);
  }
  return trades;
}

// The bars that whole groups of trades make.
struct Naive {
  std::int64_t open, high, low, close, volume, buys, trades, first_id, rows, missing;
  long double value;  // units of 10^-16
  bool is_open = false;

  friend bool operator==(const Naive&, const Naive&) = default;
};
Naive naive_bar(const std::vector<Trade>& group, std::int64_t last_id_before) {
  Naive bar{.open = group.front().price,
            .high = group.front().price,
            .low = group.front().price,
            .close = group.back().price,
            .volume = 0,
            .buys = 0,
            .trades = 0,
            .first_id = group.front().id,
            .rows = 0,
            .missing = 0,
            .value = 0};
  std::int64_t last = last_id_before;
  for (const Trade& trade : group) {
    bar.high = std::max(bar.high, trade.price);
    bar.low = std::min(bar.low, trade.price);
    bar.volume += trade.quantity;
    if (trade.is_buy) bar.buys += trade.quantity;
    bar.trades += 2;
    ++bar.rows;
    if (last != 0) bar.missing += trade.id - last - 1;
    last = trade.id;
    bar.value += static_cast<long double>(trade.price) * static_cast<long double>(trade.quantity);
  }
  return bar;
}

// `ends`: whether a bar ends with the trade; asked one after the other.
std::vector<Naive> naive_bars(const std::vector<Trade>& trades, const std::function<bool(const Trade&)>& ends) {
  std::vector<Naive> bars;
  std::vector<Trade> group;
  std::int64_t last = 0;
  for (const Trade& trade : trades) {
    group.push_back(trade);
    if (!ends(trade)) continue;
    bars.push_back(naive_bar(group, last));
    last = trade.id;
    group.clear();
  }
  if (group.empty()) return bars;
  bars.push_back(naive_bar(group, last));
  bars.back().is_open = true;
  return bars;
}

void expect_equal(const Bars& bars, const std::vector<Naive>& naive) {
  ASSERT_EQ(bars.error, "");
  ASSERT_EQ(bars.rows.size(), naive.size());
  for (std::size_t i = 0; i < naive.size(); ++i) {
    const Row& row = bars.rows[i];
    const Naive is{.open = row.integer(kBarOpen),
                   .high = row.integer(kBarHigh),
                   .low = row.integer(kBarLow),
                   .close = row.integer(kBarClose),
                   .volume = row.integer(kBarVolume),
                   .buys = row.integer(kBarTakerBuyVolume),
                   .trades = row.integer(kBarTrades),
                   .first_id = row.integer(kBarFirstId),
                   .rows = row.integer(kBarRows),
                   .missing = row.integer(kBarMissing),
                   .value = naive[i].value,
                   .is_open = row.integer(kBarIsOpen) == 1};
    ASSERT_EQ(is, naive[i]) << i;
    // Sums below 2^63 are exact in a long double; then rounded half up.
    const auto exact = static_cast<std::int64_t>(naive[i].value);
    ASSERT_EQ(row.integer(kBarQuoteVolume), (exact + 50'000'000) / 100'000'000) << i;
  }
}

TEST(BarSource, MakesTickBarsAsANaiveModelDoes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto trades = random_trades(seed, 1003);
    int count = 0;
    const auto naive = naive_bars(trades, [&count](const Trade&) { return ++count % 10 == 0; });
    expect_equal(bars_of(agg_trades(), rows_of(trades), {.rule = SizeRule(BarMeasure::kTick, 10)}), naive);
  }
}

TEST(BarSource, MakesVolumeBarsAsANaiveModelDoes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto trades = random_trades(seed, 1000);
    std::int64_t sum = 0;
    const auto naive = naive_bars(trades, [&sum](const Trade& trade) {
      sum += trade.quantity;
      const bool ends = sum >= 777'777;
      if (ends) sum = 0;
      return ends;
    });
    expect_equal(bars_of(agg_trades(), rows_of(trades), {.rule = SizeRule(BarMeasure::kVolume, 777'777)}), naive);
  }
}

TEST(BarSource, MakesDollarBarsAsANaiveModelDoes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto trades = random_trades(seed, 1000);
    std::int64_t sum = 0;
    const auto naive = naive_bars(trades, [&sum](const Trade& trade) {
      sum += trade.quantity * trade.price;
      const bool ends = sum >= 1'000'000'000'000;
      if (ends) sum = 0;
      return ends;
    });
    expect_equal(bars_of(agg_trades(), rows_of(trades), {.rule = SizeRule(BarMeasure::kDollar, 1'000'000'000'000)}),
                 naive);
  }
}

TEST(BarSource, MakesBarsOfTimeAsANaiveModelDoes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto trades = random_trades(seed, 1000);
    std::map<std::int64_t, std::vector<Trade>> groups;
    for (const Trade& trade : trades) groups[trade.time / (90 * 1'000'000)].push_back(trade);
    std::vector<Naive> naive;
    std::vector<std::int64_t> begins;
    std::int64_t last = 0;
    for (const auto& [number, group] : groups) {
      begins.push_back(number * 90 * 1'000'000);
      naive.push_back(naive_bar(group, last));
      last = group.back().id;
    }
    naive.back().is_open = true;
    const Bars bars = bars_of(agg_trades(), rows_of(trades), {.rule = grid("90s")});
    expect_equal(bars, naive);
    EXPECT_EQ(bars.all(kBarOpenTime), begins);
    EXPECT_EQ(bars.facts.rows, 1000U);
    EXPECT_EQ(bars.facts.bars, naive.size());
  }
}

TEST(BarSource, EndsNoBarWithItsFirstTradeOfLargeSize) {
  const Bars bars = bars_of(agg_trades(), rows_of<Trade>({{1, 10, 5, 900}, {2, 20, 6, 50}, {3, 30, 7, 60}}),
                            {.rule = SizeRule(BarMeasure::kVolume, 100)});
  EXPECT_THAT(bars.all(kBarRows), ElementsAre(1, 2));
  EXPECT_THAT(bars.all(kBarVolume), ElementsAre(900, 110));
  EXPECT_THAT(bars.all(kBarIsOpen), ElementsAre(0, 0));
  EXPECT_THAT(bars.all(kBarOpenTime), ElementsAre(10, 20));
  EXPECT_THAT(bars.all(kBarCloseTime), ElementsAre(10, 30));
}

// Minutes of ten hours, some of which are missing; one hour has none.
std::vector<Candle> random_minutes(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Candle> minutes;
  for (std::int64_t i = 0; i < 600; ++i) {
    if (random() % 10 == 0 || i / 60 == 4) continue;
    Candle candle{.open_time = i * kMinute, .step = kMinute, .open = 0, .high = 0, .low = 0, .close = 0};
    candle.open = 1000 + static_cast<std::int64_t>(random() % 100);
    candle.close = 1000 + static_cast<std::int64_t>(random() % 100);
    candle.high = std::max(candle.open, candle.close) + static_cast<std::int64_t>(random() % 10);
    candle.low = std::min(candle.open, candle.close) - static_cast<std::int64_t>(random() % 10);
    candle.volume = static_cast<std::int64_t>(random() % 1000);
    candle.trades = static_cast<std::int64_t>(random() % 100);
    minutes.push_back(candle);
  }
  return minutes;
}

TEST(BarSource, MakesHoursOfMinutes) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto minutes = random_minutes(seed);
    std::map<std::int64_t, std::vector<Candle>> hours;
    for (const Candle& minute : minutes) hours[minute.open_time / kHour * kHour].push_back(minute);
    const Bars bars = bars_of(klines(), rows_of(minutes), {.rule = grid("1h"), .step = kMinute});
    ASSERT_EQ(bars.error, "");
    ASSERT_EQ(bars.rows.size(), 9U);  // none where there is nothing
    std::size_t at = 0;
    for (const auto& [begin, parts] : hours) {
      const Row& row = bars.rows[at++];
      std::int64_t high = 0;
      std::int64_t low = INT64_MAX;
      std::int64_t volume = 0;
      for (const Candle& part : parts) {
        high = std::max(high, part.high);
        low = std::min(low, part.low);
        volume += part.volume;
      }
      EXPECT_EQ(row.integer(kBarOpenTime), begin);
      EXPECT_EQ(row.integer(kBarOpen), parts.front().open);
      EXPECT_EQ(row.integer(kBarHigh), high);
      EXPECT_EQ(row.integer(kBarLow), low);
      EXPECT_EQ(row.integer(kBarClose), parts.back().close);
      EXPECT_EQ(row.integer(kBarVolume), volume);
      EXPECT_EQ(row.integer(kBarQuoteVolume), volume * 3);
      EXPECT_EQ(row.integer(kBarCloseTime), parts.back().open_time + kMinute - 1000);
      EXPECT_EQ(row.integer(kBarMissing), 60 - std::ssize(parts));
      EXPECT_TRUE(row.is_null(kBarFirstId));
    }
  }
}

TEST(BarSource, MakesTheSameHoursOfMinutesAndOfFiveMinutes) {
  const auto minutes = rows_of(random_minutes(3));
  const Bars fives = bars_of(klines(), minutes, {.rule = grid("5m"), .step = kMinute});
  std::vector<Row> candles;
  for (Row row : fives.rows) {
    row.nulls = 0;
    candles.push_back(row);
  }
  const Bars through = bars_of(klines(), candles, {.rule = grid("1h"), .step = 5 * kMinute});
  const Bars at_once = bars_of(klines(), minutes, {.rule = grid("1h"), .step = kMinute});
  ASSERT_EQ(through.rows.size(), at_once.rows.size());
  for (std::size_t i = 0; i < at_once.rows.size(); ++i) {
    for (std::size_t column = 0; column <= kBarTakerBuyQuoteVolume; ++column) {
      EXPECT_EQ(through.rows[i].integer(column), at_once.rows[i].integer(column)) << i << " " << column;
    }
  }
}

Candle minute(std::int64_t number, std::int64_t price) {
  return {.open_time = number * kMinute, .step = kMinute, .open = price, .high = price, .low = price, .close = price};
}

// As candles of other sources are: without the last five columns, or with some of them.
TEST(BarSource, KnowsNoSumOfWhatOneCandleDoesNotTell) {
  std::vector<Row> rows = rows_of<Candle>({minute(0, 5), minute(1, 7), minute(2, 6), minute(3, 8)});
  for (const BarColumn column : {kBarCloseTime, kBarQuoteVolume, kBarTrades, kBarTakerBuyVolume}) {
    rows[1].values[column] = 0;
    rows[1].nulls |= 1U << column;
  }
  const Bars bars = bars_of(klines(), rows, {.rule = grid("2m"), .step = kMinute});
  ASSERT_EQ(bars.rows.size(), 2U);
  // Its last moment is that of its interval.
  EXPECT_EQ(bars.rows[0].nulls,
            1U << kBarQuoteVolume | 1U << kBarTrades | 1U << kBarTakerBuyVolume | 1U << kBarFirstId);
  EXPECT_EQ(bars.rows[1].nulls, 1U << kBarFirstId);
  EXPECT_THAT(bars.all(kBarCloseTime), ElementsAre(2 * kMinute - 1, 4 * kMinute - 1000));
  EXPECT_THAT(bars.all(kBarQuoteVolume), ElementsAre(0, 6));
  EXPECT_THAT(bars.all(kBarTakerBuyQuoteVolume), ElementsAre(2, 2));
  EXPECT_THAT(bars.all(kBarVolume), ElementsAre(2, 2));
  // Months have no fixed length: nobody knows.
  Row month = rows[1];
  month.values[kBarOpenTime] = 0;
  const Bars months = bars_of(klines(), {month}, {.rule = grid("1mo")});
  ASSERT_EQ(months.rows.size(), 1U);
  EXPECT_TRUE(months.rows[0].is_null(kBarCloseTime));
}

TEST(BarSource, FillsGapsWhenAskedAndMarksThem) {
  const std::vector<Candle> minutes{minute(0, 5), minute(1, 7), minute(4, 9)};
  const Bars plain = bars_of(klines(), rows_of(minutes), {.rule = grid("1m"), .step = kMinute});
  EXPECT_THAT(plain.all(kBarOpenTime), ElementsAre(0, kMinute, 4 * kMinute));
  const Bars filled = bars_of(klines(), rows_of(minutes), {.rule = grid("1m"), .step = kMinute, .fill = true});
  EXPECT_THAT(filled.all(kBarOpenTime), ElementsAre(0, kMinute, 2 * kMinute, 3 * kMinute, 4 * kMinute));
  EXPECT_THAT(filled.all(kBarClose), ElementsAre(5, 7, 7, 7, 9));
  EXPECT_THAT(filled.all(kBarVolume), ElementsAre(1, 1, 0, 0, 1));
  EXPECT_THAT(filled.all(kBarIsFilled), ElementsAre(0, 0, 1, 1, 0));
  EXPECT_THAT(filled.all(kBarMissing), ElementsAre(0, 0, 1, 1, 0));
  EXPECT_THAT(filled.all(kBarCloseTime),
              ElementsAre(kMinute - 1000, 2 * kMinute - 1000, 3 * kMinute - 1, 4 * kMinute - 1, 5 * kMinute - 1000));
  EXPECT_EQ(filled.facts.filled, 2U);
}

TEST(BarSource, SaysWhichLastBarMayGoOn) {
  const auto open = [](const std::vector<Candle>& minutes, std::int64_t known_until) {
    return bars_of(klines(), rows_of(minutes), {.rule = grid("5m"), .step = kMinute, .known_until = known_until})
        .all(kBarIsOpen);
  };
  EXPECT_THAT(open({minute(0, 1), minute(3, 1)}, 3 * kMinute), ElementsAre(1));
  EXPECT_THAT(open({minute(0, 1), minute(4, 1)}, 4 * kMinute), ElementsAre(0));  // its last minute is there
  EXPECT_THAT(open({minute(0, 1), minute(3, 1)}, 5 * kMinute), ElementsAre(0));  // the catalog goes on behind it
}

TEST(BarSource, LeavesOutTradesOutsideTheMarket) {
  const Bars bars = bars_of(agg_trades(), rows_of<Trade>({{1, 10, 5, 1}, {3, 20, 0, 0}, {5, 30, 6, 1}}),
                            {.rule = SizeRule(BarMeasure::kTick, 2)});
  EXPECT_THAT(bars.all(kBarLow), ElementsAre(5));
  EXPECT_THAT(bars.all(kBarRows), ElementsAre(2));
  EXPECT_THAT(bars.all(kBarMissing), ElementsAre(2));  // ids 2 and 4
  EXPECT_EQ(bars.facts.outside_market, 1U);
}

TEST(BarSource, TakesALateTradeIntoTheBarUnderWay) {
  const std::vector<Trade> trades{
      {1, 10, 5, 1}, {2, kMinute + 1, 6, 1}, {3, kMinute - 1, 7, 1}, {4, 2 * kMinute, 8, 1}};
  const Bars bars = bars_of(agg_trades(), rows_of(trades), {.rule = grid("1m")});
  EXPECT_THAT(bars.all(kBarOpenTime), ElementsAre(0, kMinute, 2 * kMinute));
  EXPECT_THAT(bars.all(kBarRows), ElementsAre(1, 2, 1));
  EXPECT_EQ(bars.facts.late, 1U);
}

TEST(BarSource, KeepsTheDigitsOfTheWideForm) {
  const std::vector<Row> rows{test::row_of(Trade{1, 10, 7, 300'000'000}, DecimalForm::kWide),
                              test::row_of(Trade{2, 20, 9, 100'000'000}, DecimalForm::kWide)};
  const Bars bars = bars_of(agg_trades(), rows, {.rule = SizeRule(BarMeasure::kTick, 2)});
  ASSERT_EQ(bars.rows.size(), 1U);
  EXPECT_EQ(bars.rows[0].form, DecimalForm::kWide);
  std::vector<std::optional<std::string>> texts;
  row_texts(bar_kind(), bars.rows[0], texts);
  EXPECT_EQ(texts[kBarOpen], "0.00000007");
  EXPECT_EQ(texts[kBarQuoteVolume], "0.0000003");  // 3 * 0.00000007 + 0.00000009
  EXPECT_EQ(texts[kBarOpenTime], "1970-01-01T00:00:00.000010Z");
  EXPECT_EQ(texts[kBarIsFilled], "false");
}

TEST(BarSource, KnowsNoValueOfContracts) {
  const Bars bars =
      bars_of(agg_trades(), rows_of<Trade>({{1, 10, 5, 1}}), {.rule = SizeRule(BarMeasure::kTick, 1)}, false);
  ASSERT_EQ(bars.rows.size(), 1U);
  EXPECT_TRUE(bars.rows[0].is_null(kBarQuoteVolume));
  EXPECT_TRUE(bars.rows[0].is_null(kBarTakerBuyQuoteVolume));
  EXPECT_FALSE(bars.rows[0].is_null(kBarVolume));
}

TEST(BarSource, RefusesWhatDoesNotFit) {
  Row large = test::row_of(Trade{1, 10, 1, 1}, DecimalForm::kWide);
  large.values[2] = large.values[3] = int128{1} << 120;
  const Bars product = bars_of(agg_trades(), {large}, {.rule = SizeRule(BarMeasure::kTick, 1)});
  EXPECT_THAT(product.error, HasSubstr("trade 1: its price times its quantity is too large"));
  large.values[2] = 1;
  std::vector<Row> many(200, large);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].values[0] = static_cast<std::int64_t>(i) + 1;
  const Bars sum = bars_of(agg_trades(), many, {.rule = SizeRule(BarMeasure::kTick, 200)});
  EXPECT_THAT(sum.error, HasSubstr("is too large"));
  const Bars across = bars_of(
      klines(),
      rows_of<Candle>(
          {minute(0, 1), {.open_time = kMinute + 1, .step = kMinute, .open = 1, .high = 1, .low = 1, .close = 1}}),
      {.rule = grid("2m"), .step = kMinute});
  EXPECT_THAT(across.error, HasSubstr("is not within a bar"));
}

TEST(BarSource, OfNothingMakesNothing) {
  EXPECT_THAT(bars_of(agg_trades(), {}, {.rule = grid("1m"), .fill = true}).rows, IsEmpty());
}

}  // namespace
}  // namespace acts::history
