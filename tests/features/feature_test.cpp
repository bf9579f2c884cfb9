#include "acts/features/feature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>

#include "features/support.hpp"

namespace acts {
namespace {

using test::apply;
using test::bands;
using test::cell;
using test::level;
using test::line;
using test::make_book;
using testing::HasSubstr;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
const UnixNanos kBoundary = parse_iso8601("2024-08-08T23:55").value();

MinuteSample sample_of(const OrderBook& book, const BandList& list) {
  MinuteSample sample;
  sample.symbol = "BTCUSDT";
  sample.sample_time = kBoundary;
  sample.book = sample_book(book, list);
  sample.quality = {RowState::kLive, Reason::kNone};
  return sample;
}

MinuteRow row_of(const OrderBook& book, const BandList& list) { return make_row(sample_of(book, list), list); }

TEST(Feature, MakesThePromisedColumns) {
  std::string header;
  for (const Column& column : make_schema(BandList::defaults()).columns) {
    header += (header.empty() ? "" : ",") + column.name;
  }
  EXPECT_EQ(header,
            "venue,symbol,sample_time,last_book_update,best_bid,best_ask,mid_price,total_bid,total_ask,total_bid_1,"
            "total_ask_1,book_bias_1,coverage_bid_1,coverage_ask_1,suspect_1,total_bid_4,total_ask_4,book_bias_4,"
            "coverage_bid_4,coverage_ask_4,suspect_4,spread,bid_quantity,ask_quantity,microprice,updates,gaps,gap_ms,"
            "reconnects,state,reason");
}

TEST(Feature, NamesColumnsAfterTheirBand) {
  const RowSchema schema = make_schema(bands("0.5"));
  EXPECT_EQ(schema.columns[9].name, "total_bid_0_5");
  EXPECT_EQ(schema.columns[14].name, "suspect_0_5");
  EXPECT_EQ(make_schema(bands("")).columns[9].name, "spread");
}

TEST(Feature, TypesItsColumns) {
  const RowSchema schema = make_schema(bands("1"));
  const auto column = [&](std::string_view name) { return *std::ranges::find(schema.columns, name, &Column::name); };
  EXPECT_EQ(column("venue"), (Column{"venue", ColumnType::kText, false}));
  EXPECT_EQ(column("sample_time"), (Column{"sample_time", ColumnType::kTime, false}));
  EXPECT_EQ(column("last_book_update"), (Column{"last_book_update", ColumnType::kTime, true}));
  EXPECT_EQ(column("total_bid"), (Column{"total_bid", ColumnType::kCount, true}));
  EXPECT_EQ(column("total_bid_1"), (Column{"total_bid_1", ColumnType::kDecimal, true}));
  EXPECT_EQ(column("coverage_ask_1"), (Column{"coverage_ask_1", ColumnType::kRatio, true}));
  EXPECT_EQ(column("microprice"), (Column{"microprice", ColumnType::kRatio, true}));
  EXPECT_EQ(column("gap_ms"), (Column{"gap_ms", ColumnType::kCount, false}));
  EXPECT_EQ(column("state"), (Column{"state", ColumnType::kText, false}));
  EXPECT_EQ(column("reason"), (Column{"reason", ColumnType::kText, true}));
}

TEST(Feature, ComputesASmallBookAsByHand) {
  // Prices 100.00, 99.00, 95.50 and 100.01, 101.00, 106.00; quantities 1.5, 2, 4 and 0.5, 3, 9.
  const OrderBook book = make_book({2, 1}, {level(10000, 15), level(9900, 20), level(9550, 40)},
                                   {level(10001, 5), level(10100, 30), level(10600, 90)});
  const BandList list = BandList::defaults();
  MinuteSample sample = sample_of(book, list);
  sample.venue = Venue::kBinanceUsdm;
  sample.last_book_update = kBoundary - Nanos{1};
  sample.counts = {.updates = 7, .gaps = 1, .gap_ms = 250, .reconnects = 2};
  // mid 100.005; 1 %: [99.00495, 101.00505]; 4 %: [96.0048, 104.0052]. microprice (100 x 0.5 + 100.01 x 1.5) / 2.
  EXPECT_EQ(line(make_row(sample, list)),
            "binance-usdm,BTCUSDT,2024-08-08T23:55:00.000Z,2024-08-08T23:54:59.999Z,100,100.01,100.005,3,3,"
            "1.5,3.5,-0.4,1,1,0,3.5,3.5,0,1,1,0,0.01,1.5,0.5,100.0075,7,1,250,2,live,");
}

TEST(Feature, RoundsTheBookTimeDownToMilliseconds) {
  MinuteSample sample;
  sample.last_book_update = UnixNanos{1'999'999};
  const MinuteRow row = make_row(sample, {});
  EXPECT_EQ(std::get<UnixNanos>(row.values[3]), UnixNanos{1'000'000});
}

TEST(Feature, LeavesOutWhatTakesBothSides) {
  const BandList list = bands("1");
  const MinuteRow bids = row_of(make_book({1, 0}, {level(1005, 3), level(900, 1)}, {}), list);
  EXPECT_EQ(line(bids), "binance-spot,BTCUSDT,2024-08-08T23:55:00.000Z,,100.5,,,2,0,,,,,,,,3,,,0,0,0,0,live,");
  const MinuteRow asks = row_of(make_book({1, 0}, {}, {level(1005, 3)}), list);
  EXPECT_EQ(line(asks), "binance-spot,BTCUSDT,2024-08-08T23:55:00.000Z,,,100.5,,0,1,,,,,,,,,3,,0,0,0,0,live,");
  const MinuteRow empty = row_of(make_book({}, {}, {}), list);
  EXPECT_EQ(line(empty), "binance-spot,BTCUSDT,2024-08-08T23:55:00.000Z,,,,,0,0,,,,,,,,,,,0,0,0,0,live,");
}

TEST(Feature, LeavesOutTheBookWithoutASnapshot) {
  MinuteSample sample;
  sample.symbol = "BTCUSDT";
  sample.sample_time = kBoundary;
  EXPECT_EQ(line(make_row(sample, bands("1"))),
            "binance-spot,BTCUSDT,2024-08-08T23:55:00.000Z,,,,,,,,,,,,,,,,,0,0,0,0,syncing,starting");
}

TEST(Feature, HasNoBiasInAnEmptyBand) {
  const BandList list = bands("1");
  const MinuteRow row = row_of(make_book({}, {level(100, 1)}, {level(200, 1)}), list);
  EXPECT_EQ(cell(row, list, "total_bid_1"), "0");
  EXPECT_EQ(cell(row, list, "book_bias_1"), "");
  EXPECT_EQ(cell(row, list, "coverage_bid_1"), "1");
}

TEST(Feature, ShowsACrossedBookAsItIs) {
  const BandList list = bands("1");
  const MinuteRow row = row_of(make_book({}, {level(101, 1)}, {level(100, 3)}), list);
  EXPECT_EQ(cell(row, list, "spread"), "-1");
  EXPECT_EQ(cell(row, list, "mid_price"), "100.5");
  EXPECT_EQ(cell(row, list, "microprice"), "100.75");
  EXPECT_EQ(cell(row, list, "total_bid_1"), "1");
}

TEST(Feature, KnowsNoCoverageOfABandWithoutLength) {
  const BandList list = bands("1");
  OrderBook book;
  apply(book, 1, {level(0, 1)}, {level(0, 1)});
  const MinuteRow row = row_of(book, list);
  EXPECT_EQ(cell(row, list, "coverage_bid_1"), "");
  EXPECT_EQ(cell(row, list, "total_bid_1"), "1");
}

TEST(Feature, StaysExactAtTheEndsOfItsRange) {
  const BandList list = bands("1");
  const OrderBook book = make_book({18, 18}, {level(kLargest - 1, kLargest)}, {level(kLargest, kLargest)});
  const MinuteRow row = row_of(book, list);
  EXPECT_EQ(cell(row, list, "best_ask"), "9.223372036854775807");
  EXPECT_EQ(cell(row, list, "mid_price"), "9.2233720368547758065");
  EXPECT_EQ(cell(row, list, "spread"), "0.000000000000000001");
  EXPECT_EQ(cell(row, list, "total_bid_1"), "9.223372036854775807");
  EXPECT_EQ(cell(row, list, "book_bias_1"), "0");
  EXPECT_EQ(cell(row, list, "microprice"), "9.223372036854776");
}

// Within rounding of the exact ratio: both operands lose at most 2^-64 of themselves in a long double.
void expect_nearest(const Value& value, int128 numerator, int128 denominator) {
  const double actual = std::get<double>(value);
  const long double exact = static_cast<long double>(numerator) / static_cast<long double>(denominator);
  const double ulp = std::nextafter(std::abs(actual), std::numeric_limits<double>::infinity()) - std::abs(actual);
  EXPECT_LE(std::abs(static_cast<long double>(actual) - exact), 0.501L * static_cast<long double>(ulp))
      << actual << " for " << static_cast<double>(exact);
}

TEST(Feature, AgreesWithItsDefinitionOnRandomBooks) {
  std::mt19937_64 random(8);
  const BandList list = bands("50");
  const auto below = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit)) + 1;
  };
  const auto quantity = [&] { return static_cast<std::int64_t>(random() >> (1 + random() % 62)) | 1; };
  for (int round = 0; round < 500; ++round) {
    const std::int64_t bid = below(kLargest >> (1 + random() % 61));
    const std::int64_t ask = bid + below(std::max<std::int64_t>(bid / 10, 1));
    const std::int64_t bid_quantity = quantity();
    const std::int64_t ask_quantity = quantity();
    const auto price_scale = static_cast<std::uint8_t>(random() % 19);
    const auto quantity_scale = static_cast<std::uint8_t>(random() % 19);
    const OrderBook book =
        make_book({price_scale, quantity_scale}, {level(bid, bid_quantity)}, {level(ask, ask_quantity)});
    const MinuteRow row = row_of(book, list);

    const int128 unit = power_of_ten(price_scale);
    EXPECT_EQ(std::get<Decimal>(row.values[4]), (Decimal{bid, price_scale}));
    EXPECT_EQ(std::get<Decimal>(row.values[5]), (Decimal{ask, price_scale}));
    const Decimal mid = std::get<Decimal>(row.values[6]);
    EXPECT_TRUE(2 * mid.units == (int128{bid} + ask) * power_of_ten(mid.scale - price_scale));
    EXPECT_EQ(std::get<Decimal>(row.values[9]), (Decimal{bid_quantity, quantity_scale}));
    EXPECT_EQ(std::get<Decimal>(row.values[10]), (Decimal{ask_quantity, quantity_scale}));
    expect_nearest(row.values[11], int128{bid_quantity} - ask_quantity, int128{bid_quantity} + ask_quantity);
    EXPECT_EQ(std::get<double>(row.values[12]), 1.0);
    EXPECT_EQ(std::get<Decimal>(row.values[15]), (Decimal{int128{ask} - bid, price_scale}));
    expect_nearest(row.values[18], int128{bid} * ask_quantity + int128{ask} * bid_quantity,
                   unit * (int128{bid_quantity} + ask_quantity));
  }
}

TEST(Feature, IsDescribedWithEveryColumnStateAndReason) {
  const BandList list = bands("0.5,4");
  const std::string text = describe_features(list);
  for (const Column& column : make_schema(list).columns) EXPECT_THAT(text, HasSubstr(column.name));
  for (const Feature& feature : all_features()) EXPECT_THAT(text, HasSubstr(std::string{feature.definition}));
  for (const RowState state : kAllRowStates) EXPECT_THAT(text, HasSubstr(std::string{definition_of(state)}));
  for (const Reason reason : kAllReasons) {
    if (reason == Reason::kNone) continue;
    EXPECT_THAT(text, HasSubstr(std::string{to_string(reason)}));
    EXPECT_THAT(text, HasSubstr(std::string{definition_of(reason)}));
  }
  EXPECT_THAT(text, HasSubstr("total_bid_0_5 total_bid_4"));
  EXPECT_THAT(describe_features(bands("")), HasSubstr("total_bid_P       base         -"));
}

TEST(Feature, IsDescribedInAlignedColumns) {
  const std::string text = describe_features(BandList::defaults());
  const std::size_t at = text.find("DEFINITION");
  ASSERT_LT(at, text.find('\n'));
  for (std::size_t begin = 0; text[begin] != '\n'; begin = text.find('\n', begin) + 1) {
    EXPECT_EQ(text.substr(begin + at - 2, 2), "  ");
    EXPECT_NE(text[begin + at], ' ');
  }
}

TEST(Feature, IsDeclaredOnceWithUniqueNames) {
  std::set<std::string_view> names;
  for (const Feature& feature : all_features()) {
    EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
    EXPECT_FALSE(feature.definition.empty());
    EXPECT_EQ(feature.per_band, feature.name.ends_with("_P"));
  }
}

}  // namespace
}  // namespace acts
