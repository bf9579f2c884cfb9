// Files of stored features: what is read of them, what is refused and how, and how they follow one another.
#include "backtest/features/feature_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/bars/bar_backtest.hpp"
#include "backtest/features/feature_cells.hpp"
#include "backtest/features/feature_csv.hpp"
#include "backtest/features/feature_data.hpp"
#include "backtest/open_instruments.hpp"
#include "backtest/run_identity.hpp"
#include "history/engine/duck.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"
#include "support/testdata.hpp"

namespace acts::backtest {
namespace {

using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Names = std::vector<std::string>;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
const FeatureMarket kBtc{.venue = "binance-usdm", .symbol = "BTCUSDT"};

UnixNanos time_at(std::string_view text) { return parse_iso8601(text).value(); }

struct ReadRows {
  std::vector<UnixNanos> times = {};
  std::vector<std::vector<double>> values = {};
  std::string error = {};
};

ReadRows read_all(const std::string& path, const Names& wanted) {
  ReadRows read;
  const auto table = open_feature_table(path);
  if (!table) return {.error = table.error().message};
  const auto rows = read_feature_rows(*table, kBtc, wanted);
  if (!rows) return {.error = rows.error().message};
  FeatureRow row;
  for (;;) {
    const Result<bool> there = (*rows)->next(row);
    if (!there) read.error = there.error().message;
    if (!there || !*there) return read;
    read.times.push_back(row.ts);
    read.values.push_back(row.values);
  }
}

bool is_same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_values(const ReadRows& read, const std::vector<std::vector<double>>& wanted) {
  EXPECT_EQ(read.error, "");
  ASSERT_EQ(read.values.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(read.values[i], wanted[i], is_same_number)) << "row " << i;
  }
}

TEST(FeatureCells, AreTimesAndNumbersOrNothing) {
  const UnixNanos at = time_at("2024-08-08T12:00:00.25");
  for (const std::string_view text :
       {"2024-08-08T12:00:00.250Z", "2024-08-08 12:00:00.25", "1723118400250", "2024-08-08 12:00:00.250000000+00:00"}) {
    EXPECT_EQ(parse_feature_time(text), at) << text;
  }
  for (const std::string_view text :
       {"", "1723118400", "1723118400250000", "-1723118400250", "12:00", "2024-08-08T12:00:00+02:00",
        "99999999999999999999", "1723118400250.5", "1970-01-02"}) {
    EXPECT_FALSE(parse_feature_time(text).has_value()) << text;
  }
  EXPECT_EQ(parse_feature_number("-1.5e-3"), -0.0015);
  EXPECT_EQ(parse_feature_number("0.1"), 0.1);
  for (const std::string_view text : {"", "nan", "NaN", "NULL", "NA", "None"}) {
    EXPECT_TRUE(std::isnan(parse_feature_number(text).value())) << text;
  }
  for (const std::string_view text : {"inf", "-inf", "1e999", "1,5", "1.5 ", "x", "nan(1)", "true"}) {
    EXPECT_FALSE(parse_feature_number(text).has_value()) << text;
  }
}

TEST(FeatureCells, TakeUtcAsOtherToolsSayIt) {
  const UnixNanos at = time_at("2021-01-01T00:00:00.5");
  for (const std::string_view text : {"2021-01-01T00:00:00.5Z", "2021-01-01T00:00:00.5+0000",
                                      "2021-01-01 00:00:00.5+00", "2021-01-01T00:00:00.500+00:00"}) {
    EXPECT_EQ(parse_feature_time(text), at) << text;
  }
  for (const std::string_view text : {"2021-01-01T00:00:00+0200", "2021-01-01T00:00:00+02", "2021-01-01T00:00:00-00",
                                      "2021-01-01T00:00:00Z+00", "2021-01-01T00:00:00+00+00", "1609459200000+00"}) {
    EXPECT_FALSE(parse_feature_time(text).has_value()) << text;
  }
}

TEST(FeatureFile, ReadsColumnsOfACsvByTheirNames) {
  const TempDir dir;
  const std::string path = dir.write("alpha.csv",
                                     "\xEF\xBB\xBF"
                                     "beta,time,note,\"al,pha\"\r\n1,2024-08-08T12:00:00Z,x,0.25\r\n"
                                     ",2024-08-08 12:00:01,y,-3\r\n2.5,1723118402000,,nan\r\n");
  const ReadRows read = read_all(path, {"al,pha", "beta"});
  expect_values(read, {{0.25, 1}, {-3, kNothing}, {kNothing, 2.5}});
  EXPECT_EQ(read.times, (std::vector{time_at("2024-08-08T12:00:00"), time_at("2024-08-08T12:00:01"),
                                     time_at("2024-08-08T12:00:02")}));
}

// As `acts features compute` prints them of several symbols.
TEST(FeatureFile, TakesTheRowsOfItsMarketWhereATableTellsWhoseTheyAre) {
  const TempDir dir;
  const std::string path =
      dir.write("rows.csv",
                "venue,symbol,sample_time,vwap\nbinance-usdm,BTCUSDT,2024-08-08T12:00:00.000Z,1\n"
                "binance-usdm,ETHUSDT,2024-08-08T12:00:00.000Z,2\nbinance-spot,BTCUSDT,2024-08-08T12:00:00.000Z,3\n"
                "binance-usdm,BTCUSDT,2024-08-08T12:00:01.000Z,4\n");
  expect_values(read_all(path, {"vwap"}), {{1}, {4}});
}

void write_parquet(const std::string& path, const std::string& select) {
  const auto duck = history::Duck::open({}).value();
  const Result<void> written = duck->run(fmt::format("COPY ({}) TO '{}' (FORMAT parquet)", select, path));
  ASSERT_TRUE(written.has_value()) << written.error().message;
}

TEST(FeatureFile, ReadsParquetWithTimesOfEveryKind) {
  const TempDir dir;
  const std::string path = dir / "beta.parquet";
  const UnixNanos at = time_at("2024-08-08T12:00:00.123456789");
  const std::string value = "CAST(0.1 AS DOUBLE) AS a, CAST(NULL AS INTEGER) AS b, CAST(1.25 AS DECIMAL(9,2)) AS c";
  for (const std::string time : {"TIMESTAMP_NS '2024-08-08 12:00:00.123456789'", "'2024-08-08T12:00:00.123456789Z'"}) {
    write_parquet(path, fmt::format("SELECT {} AS time, {}", time, value));
    const ReadRows read = read_all(path, {"c", "a", "b"});
    expect_values(read, {{1.25, 0.1, kNothing}});
    EXPECT_EQ(read.times, std::vector{at}) << time;
  }
  for (const std::string time :
       {"TIMESTAMP '2024-08-08 12:00:00'", "TIMESTAMPTZ '2024-08-08 14:00:00+02:00'",
        "TIMESTAMP_S '2024-08-08 12:00:00'", "TIMESTAMP_MS '2024-08-08 12:00:00'", "CAST(1723118400000 AS BIGINT)"}) {
    write_parquet(path, fmt::format("SELECT {} AS time, {}", time, value));
    const ReadRows read = read_all(path, {"a"});
    expect_values(read, {{0.1}});
    EXPECT_EQ(read.times, std::vector{time_at("2024-08-08T12:00:00")}) << time;
  }
  write_parquet(path, "SELECT DATE '2024-08-08' AS time, " + value);
  EXPECT_EQ(read_all(path, {"a"}).times, std::vector{time_at("2024-08-08")});
  write_parquet(path, "SELECT 1.5::DOUBLE AS time, " + value);
  EXPECT_EQ(read_all(path, {"a"}).error, path +
                                             ": its column time is DOUBLE, and is to be times: ISO 8601 in UTC, or "
                                             "milliseconds since 1970");
}

// Where rows of others are passed over the count is not the file's.
TEST(FeatureFile, SaysOfWhomTheRowIsThatItCounts) {
  const TempDir dir;
  const std::string path = dir / "rows.parquet";
  const std::string whole =
      "SELECT * FROM (VALUES ('2024-08-08', 'ETHUSDT', 'binance-usdm', 1.0::DOUBLE), "
      "('2024-08-08', 'BTCUSDT', 'binance-usdm', 'inf'::DOUBLE)) AS t(time, symbol, venue, a)";
  const std::string wrong = "'inf' in column a is no finite number: leave it empty where it is unknown";
  write_parquet(path, whole);
  EXPECT_EQ(read_all(path, {"a"}).error, path + ": row 1 of binance-usdm BTCUSDT: " + wrong);
  write_parquet(path, fmt::format("SELECT time, symbol, a FROM ({})", whole));
  EXPECT_EQ(read_all(path, {"a"}).error, path + ": row 1 of BTCUSDT: " + wrong);
  write_parquet(path, fmt::format("SELECT time, a FROM ({})", whole));
  EXPECT_EQ(read_all(path, {"a"}).error, path + ": row 2: " + wrong);
}

RowSchema store_schema() {
  return {{{"venue", ColumnType::kText, false},
           {"symbol", ColumnType::kText, false},
           {"sample_time", ColumnType::kTime, false},
           {"exact", ColumnType::kDecimal, true},
           {"ratio", ColumnType::kRatio, true},
           {"count", ColumnType::kCount, true},
           {"state", ColumnType::kText, true}}};
}

MinuteRow store_row(const std::string& symbol, std::string_view time, Value exact) {
  return {{std::string("binance-usdm"), symbol, time_at(time), std::move(exact), 0.1, std::int64_t{7},
           std::string("live")}};
}

void add_to_store(const std::string& path, const std::vector<MinuteRow>& rows) {
  const auto store = SqliteStore::open(path, store_schema()).value();
  ASSERT_TRUE(store->upsert(rows).has_value());
}

TEST(FeatureFile, ReadsTheRowsOfAStoreThatAreOfItsMarket) {
  const TempDir dir;
  const std::string path = dir / "features/10s.db";
  add_to_store(path, {store_row("BTCUSDT", "2024-08-08T12:00:10", Value{}),
                      store_row("ETHUSDT", "2024-08-08T12:00:05", Decimal{1, 0}),
                      store_row("BTCUSDT", "2024-08-08T12:00:00", Decimal{123, 2})});
  add_to_store(dir / "acts.db", {store_row("BTCUSDT", "2024-08-08T12:01:00", Decimal{5, 1})});
  expect_values(read_all(dir / "acts.db", {"exact"}), {{0.5}});
  const ReadRows read = read_all(path, {"count", "exact", "ratio"});
  expect_values(read, {{7, 1.23, 0.1}, {7, kNothing, 0.1}});
  EXPECT_EQ(read.times, (std::vector{time_at("2024-08-08T12:00:00"), time_at("2024-08-08T12:00:10")}));
}

TEST(FeatureCsv, SplitsLinesAtCommasOutsideOfQuotes) {
  const auto cells_of = [](std::string_view line) {
    std::vector<std::string_view> cells;
    std::string unquoted;
    if (!split_feature_line(line, cells, unquoted)) return Names{"refused"};
    return Names(cells.begin(), cells.end());
  };
  EXPECT_EQ(cells_of("a,b"), (Names{"a", "b"}));
  EXPECT_EQ(cells_of(","), (Names{"", ""}));
  EXPECT_EQ(cells_of(R"("a,""b""",c,"")"), (Names{R"(a,"b")", "c", ""}));
  EXPECT_EQ(cells_of(R"(a"b,c)"), (Names{R"(a"b)", "c"}));
  EXPECT_EQ(cells_of(R"("a","b)"), Names{"refused"});
  EXPECT_EQ(cells_of(R"("a"b,c)"), Names{"refused"});
}

TEST(FeatureCsv, TakesSoManyColumnsAndNoneTwice) {
  const auto refusal = [](std::size_t columns, const std::string& first) {
    std::string header = first;
    for (std::size_t i = 1; i < columns; ++i) header += fmt::format(",{}", i);
    const auto table = csv_feature_table(read_from_memory(header), "a.csv");
    return table ? "" : table.error().message;
  };
  EXPECT_EQ(refusal(kMostFeatureColumns, "time"), "");
  EXPECT_EQ(refusal(kMostFeatureColumns, "7"), "a.csv:1: two columns have one name: give each its own");
  EXPECT_EQ(refusal(2, "time,time"), "a.csv:1: two columns have one name: give each its own");
  EXPECT_EQ(refusal(150'000, "time"),
            fmt::format("a.csv:1: it names 150000 columns, and {} are the most: keep those that are wanted",
                        kMostFeatureColumns));
}

TEST(FeatureFile, RefusesInOneLineWithPlaceAndRemedy) {
  const TempDir dir;
  const auto refusal = [&dir](const std::string& text) {
    const std::string path = dir.write("a.csv", text);
    const std::string error = read_all(path, {"a"}).error;
    EXPECT_THAT(error, StartsWith(path + ":"));
    EXPECT_FALSE(error.contains('\n')) << error;
    return error.substr(std::min(error.size(), path.size()));
  };
  EXPECT_EQ(refusal("time,a\n2024-08-08,1\n\n2024-08-09,high\n"),
            ":4: 'high' in column a is no finite number: leave it empty where it is unknown");
  EXPECT_EQ(refusal("time,a\n2024-08-08,inf\n"),
            ":2: 'inf' in column a is no finite number: leave it empty where it is unknown");
  EXPECT_EQ(refusal("time,a\nyesterday,1\n"),
            ":2: 'yesterday' is no time: ISO 8601 in UTC or milliseconds since 1970 are needed, of 1973 to 2199");
  EXPECT_EQ(refusal("when;a\n2024-08-08;1\n"),
            ": it has no column time: its first row is to have the columns' names, separated by commas, one of them "
            "time, when each row was known");
  EXPECT_EQ(refusal(""), ": there is nothing in it");
  EXPECT_EQ(refusal("\r\n\n"), ": there is nothing in it");
  EXPECT_EQ(refusal("time,a\n2024-08-08,1\n2024-08-09\n"), ":3: it has 1 cells, and the columns are 2");
  EXPECT_EQ(refusal("time,a\n\"2024-08-08,1\n"),
            ":2: a quote is not closed, or no comma stands behind one: a row is one line");
  EXPECT_EQ(refusal("time,a,a\n2024-08-08,1,2\n"), ":1: two columns have one name: give each its own");
  EXPECT_NE(refusal("PAR1 but not really"), "");
  EXPECT_EQ(open_feature_table(dir / "none.csv").error().code, ErrorCode::kUsage);
  add_to_store(dir / "other.db", {store_row("BTCUSDT", "2024-08-08T12:00:10", Value{})});
  EXPECT_EQ(open_feature_table(dir / "other.db").error().message,
            (dir / "other.db") +
                ": it is a database, and no store of acts: those are DATA_DIR/acts.db and "
                "DATA_DIR/features/10s.db");
  EXPECT_NE(read_all(dir.write("features/9s.db", "SQLite format 3 it is not"), {"a"}).error, "");
}

InstrumentSettings settings_of(std::vector<std::string> files) {
  InstrumentSettings settings;
  settings.info.venue = Venue::kBinanceUsdm;
  settings.info.symbol = "BTCUSDT";
  settings.features_files = std::move(files);
  return settings;
}

std::string spool_error(const InstrumentSettings& settings) {
  const Names wanted{"a"};
  const auto list = open_stored_features(settings, wanted, {}, {});
  return list ? "" : list.error().message;
}

TEST(FeatureData, FollowsFromFileToFileInTheOrderOfTime) {
  const TempDir dir;
  const std::string first = dir.write("first.csv", "time,a\n2024-08-08,1\n2024-08-09,2\n");
  const std::string second = dir.write("second.csv", "a,time,b\n3,2024-08-10,x\n");
  InstrumentSettings settings = settings_of({first, second});
  const Names wanted{"a"};
  const auto list = open_stored_features(settings, wanted, {}, {}).value();
  ASSERT_EQ(list.spool->size(), 3U);
  EXPECT_EQ(list.spool->last(), time_at("2024-08-10"));
  EXPECT_EQ(spool_error(settings_of({second, first})),
            first + ": it begins at 2024-08-08T00:00:00.000Z, and " + second +
                " before it ends at 2024-08-10T00:00:00.000Z: name files in the order of time, each behind the other");
  const std::string twice = dir.write("twice.csv", "time,a\n2024-08-08,1\n2024-08-08,2\n");
  EXPECT_EQ(spool_error(settings_of({twice})),
            twice +
                ":3: its time 2024-08-08T00:00:00.000Z is not behind 2024-08-08T00:00:00.000Z, that of the row "
                "before: sort rows by time, each time once");
  const std::string other = dir.write("other.csv", "time,symbol,a\n2024-08-08,ETHUSDT,1\n");
  EXPECT_EQ(spool_error(settings_of({other})), other + ": there is no row of binance-usdm BTCUSDT in it");
  settings.to = time_at("2024-08-09");
  EXPECT_EQ(open_stored_features(settings, wanted, {}, {}).value().spool->size(), 1U)
      << "what is of later is not taken";
}

// What a look-ahead check alters, and what shifts receipts and delays rows.
TEST(FeatureData, HasTheCutTheShiftAndTheDelayOfItsRun) {
  const TempDir dir;
  InstrumentSettings of = settings_of({dir.write("a.csv", "time,a\n2024-08-08,1\n")});
  of.info.tick_size = parse_decimal("0.1").value();
  of.info.lot_size = parse_decimal("0.001").value();
  of.files = {acts::test::testdata("binance-feed/usdm/btcusdt_20240808.gz")};
  of.clock_shift = {ClockShift::Kind::kFixed, std::chrono::seconds{2}};
  of.features_delay = std::chrono::seconds{3};
  const BacktestSettings settings{.instruments = {of}};
  const std::vector<BacktestInstrument> instruments = backtest_instruments(settings).value();
  const Names wanted{"a"};
  const FutureCut cut{.at = time_at("2024-08-08"), .seed = 5};
  const OpenInstruments books = open_instruments(settings, instruments, {}, wanted, cut).value();
  const StoredFeatureList& over_books = books.setups.front().features;
  EXPECT_EQ(over_books.cut->seed, 5U);
  EXPECT_EQ(over_books.shift, std::chrono::seconds{2});
  EXPECT_EQ(over_books.delay, std::chrono::seconds{3});
  const BarRunOptions bars = bar_run_options(settings, instruments, wanted, cut).value();
  EXPECT_EQ(bars.markets.front().features.cut->seed, 5U);
  EXPECT_EQ(bars.markets.front().features.delay, std::chrono::seconds{3});
  EXPECT_EQ(open_instruments(settings, instruments, {}, {}).value().setups.front().features.spool, nullptr)
      << "where none are wanted none are read";
}

TEST(FeatureData, SaysWhichColumnIsMissingAndWhere) {
  const TempDir dir;
  const std::string first = dir.write("first.csv", "time,alpha\n2024-08-08,1\n");
  const std::string second = dir / "features/2s.db";
  add_to_store(second, {store_row("BTCUSDT", "2024-08-09T00:00:00", Value{})});
  BacktestSettings settings{.instruments = {settings_of({first}), settings_of({second})}};
  const StoredColumns columns = StoredColumns::of(settings).value();
  const auto refusal = [&columns](const Names& wanted) {
    const Result<void> has = columns.check(wanted);
    return has ? "" : has.error().message;
  };
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal({"alpah"}),
            "the strategy wants the feature 'alpah', and " + first + " has no such column: did it mean alpha?");
  EXPECT_EQ(refusal({"alpha"}), "the strategy wants the feature 'alpha', and " + second +
                                    " has no such column: where features are stored, all that are wanted are to be");
  settings.instruments.erase(settings.instruments.begin());
  const StoredColumns stored = StoredColumns::of(settings).value();
  EXPECT_TRUE(stored.check(Names{"exact", "count"}).has_value());
  EXPECT_EQ(stored.check(Names{"state"}).error().message,
            "the strategy wants the feature state, which is text in " + second + ": features are told as numbers");
}

TEST(FeatureData, IsKnownByTheRowsOfItsMarketThatAStoreHasUntilTheEnd) {
  const TempDir dir;
  const std::string path = dir / "features/10s.db";
  InstrumentSettings settings = settings_of({path});
  settings.to = time_at("2024-08-09");
  add_to_store(path, {store_row("BTCUSDT", "2024-08-08T12:00:00", Decimal{1, 0})});
  const auto sum = [&] { return feature_digest(settings, path).value().value(); };
  const std::string before = sum();
  add_to_store(path, {store_row("ETHUSDT", "2024-08-08T12:00:00", Decimal{1, 0}),
                      store_row("BTCUSDT", "2024-08-09T00:00:00", Decimal{1, 0})});
  EXPECT_EQ(sum(), before) << "of another market, and of later";
  add_to_store(path, {store_row("BTCUSDT", "2024-08-08T12:00:00", Decimal{2, 0})});
  EXPECT_NE(sum(), before);
  EXPECT_FALSE(feature_digest(settings, dir.write("a.csv", "time,a\n2024-08-08,1\n")).value().has_value());
}

TEST(FeatureData, OfAnIntervalIsTheStoreOrOfMinutesWhatWasCollected) {
  const TempDir dir;
  InstrumentSettings settings = settings_of({});
  settings.features_dir = dir.string();
  settings.features_store = std::chrono::seconds{10};
  EXPECT_EQ(feature_files(settings), Names{dir / "features/10s.db"});
  settings.features_store = std::chrono::minutes{1};
  EXPECT_EQ(feature_files(settings), Names{dir / "features/1m.db"});
  EXPECT_NE(dir.write("acts.db", "x"), "");
  EXPECT_EQ(feature_files(settings), Names{dir / "acts.db"});
}

}  // namespace
}  // namespace acts::backtest
