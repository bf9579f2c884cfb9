#include "history/quality/cross_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "history/import/importer_fixture.hpp"
#include "history/quality/rows.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::Catalog;
using test::kHourMicros;
using test::kOne;
using test::kSecondMicros;
using test::market;
using test::micros;
using test::set_of;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Texts = std::vector<std::string>;

constexpr std::int64_t kMinuteMicros = 60 * kSecondMicros;
const std::int64_t kDay = micros("2024-05-01T00:00:00Z");

// Files of a day in their places, of any origin, without an import.
class Files {
 public:
  void put(const DataSet& set, std::vector<Row> rows, DecimalForm form = DecimalForm::kNarrow) {
    for (Row& row : rows) row.form = form;
    test::RowList source(std::move(rows));
    const std::string part = dir_ / "part";
    CatalogFile file = write_parquet(*duck_, {.set = set, .day = day_of(kDay), .form = form}, source, part).value();
    const std::string place = paths_.file(file.path());
    std::filesystem::create_directories(std::filesystem::path(place).parent_path());
    std::filesystem::rename(part, place);
    files_.push_back(std::move(file));
  }
  Texts differences() {
    Texts texts;
    const auto made = cross_check(*duck_, paths_, files_, [&texts](const DataSet&, const Finding& finding) {
      texts.push_back(test::text_of(finding));
    });
    if (!made) ADD_FAILURE() << made.error().message;
    made_ = made.value_or(0);
    return texts;
  }
  [[nodiscard]] std::uint64_t made() const { return made_; }

 private:
  acts::testing::TempDir dir_;
  CatalogPaths paths_{dir_.string()};
  std::unique_ptr<Duck> duck_ = Duck::open({.temp_directory = ""}).value();
  std::vector<CatalogFile> files_;
  std::uint64_t made_ = 0;
};

// Trades every ten seconds, two hours long, and the candles that they make.
std::vector<Row> trades() {
  std::vector<Row> rows;
  for (int i = 0; i < 720; ++i) {
    rows.push_back(
        test::trade(i + 1, kDay + i * 10 * kSecondMicros, 100 * kOne + (i * 37 % 101) * (kOne / 4), kOne + i * 1000));
  }
  return rows;
}
std::vector<Row> candles_of(const std::vector<Row>& trades, std::int64_t step) {
  std::vector<Row> rows;
  for (const Row& trade : trades) {
    const std::int64_t open_time = trade.integer(1) / step * step;
    const int128 price = trade.values[2];
    if (rows.empty() || rows.back().integer(0) != open_time) {
      Row& row = rows.emplace_back();
      for (const std::size_t i : {1U, 2U, 3U}) row.values[i] = price;
      row.values[0] = open_time;
      row.values[6] = open_time + step - 1000;
    }
    Row& row = rows.back();
    row.values[2] = std::max(row.values[2], price);
    row.values[3] = std::min(row.values[3], price);
    row.values[4] = price;
    row.values[5] += trade.values[3];
    row.values[7] += trade.values[4];
    row.values[8] += 1;
    if (trade.values[5] == 0) row.values[9] += trade.values[3];
  }
  return rows;
}

const DataSet kMinutes = set_of("klines", "1m");
const DataSet kHours = set_of("klines", "1h");
const DataSet kTrades = set_of("trades");

TEST(CrossCheck, FindsNothingWhereAllTellTheSame) {
  Files files;
  files.put(kHours, candles_of(trades(), kHourMicros));
  files.put(kMinutes, candles_of(trades(), kMinuteMicros));
  files.put(kTrades, trades());
  files.put(set_of("trades", "", "recording"), trades());
  EXPECT_THAT(files.differences(), IsEmpty());
  EXPECT_EQ(files.made(), 4U);  // hours and minutes, minutes and both trades, trades and trades
}

// Those of streams say so themselves, whatever their price: candles have none of them.
TEST(CrossCheck, LeavesOutTradesOutsideTheMarket) {
  std::vector<Row> with_others = trades();
  for (std::size_t i = 0; i < 3; ++i) {
    Row outside = test::trade(721 + static_cast<std::int64_t>(i), kDay + kHourMicros + 1, 999 * kOne);
    if (i == 0) outside.values[2] = 0;
    set_value(outside, 7, i == 2 ? 1 : 0);
    with_others.push_back(outside);
  }
  const std::vector<Row> two(with_others.begin(), with_others.end() - 1);
  Files files;
  files.put(kMinutes, candles_of(trades(), kMinuteMicros));
  files.put(kTrades, two);
  EXPECT_THAT(files.differences(), IsEmpty());
  EXPECT_EQ(files.made(), 1U);
  // One that says that it is of the market counts.
  Files others;
  others.put(kMinutes, candles_of(trades(), kMinuteMicros));
  others.put(kTrades, with_others);
  EXPECT_THAT(others.differences(), Not(IsEmpty()));
}

TEST(CrossCheck, TellsWhereHoursAndMinutesDiffer) {
  Files files;
  auto hours = candles_of(trades(), kHourMicros);
  hours[1].values[4] += 1;
  hours[1].values[5] -= kOne;
  files.put(kHours, hours);
  files.put(kMinutes, candles_of(trades(), kMinuteMicros));
  EXPECT_THAT(files.differences(), ElementsAre(StartsWith("difference 1 2024-05-01T01:00:00.000Z klines 1h of archive, "
                                                          "klines 1m of archive: close ")));
}

TEST(CrossCheck, TellsAnHourThatOnlyTheMinutesHave) {
  Files files;
  auto rows = trades();
  auto more = rows;
  for (const Row& row : more) {
    rows.push_back(row);
    rows.back().values[0] += 720;
    rows.back().values[1] += 2 * kHourMicros;
  }
  auto hours = candles_of(rows, kHourMicros);
  hours.erase(hours.begin() + 1);
  files.put(kHours, hours);
  files.put(kMinutes, candles_of(rows, kMinuteMicros));
  EXPECT_THAT(files.differences(), ElementsAre("difference 1 2024-05-01T01:00:00.000Z klines 1h of archive, klines 1m "
                                               "of archive: only the second has it"));
}

// Within an outage an hour has fewer minutes, and is the sum of those all the same.
TEST(CrossCheck, ComparesAnHourThatHasNotAllItsMinutes) {
  Files files;
  auto rows = trades();
  rows.erase(rows.begin() + 100, rows.begin() + 300);
  files.put(kHours, candles_of(rows, kHourMicros));
  files.put(kMinutes, candles_of(rows, kMinuteMicros));
  EXPECT_THAT(files.differences(), IsEmpty());
  EXPECT_EQ(files.made(), 1U);
}

TEST(CrossCheck, TellsWhereMinutesAndTradesDiffer) {
  Files files;
  auto minutes = candles_of(trades(), kMinuteMicros);
  minutes[7].values[8] += 1;
  files.put(kMinutes, minutes);
  files.put(kTrades, trades());
  EXPECT_THAT(files.differences(), ElementsAre("difference 1 2024-05-01T00:07:00.000Z klines 1m of archive, trades of "
                                               "archive: trades 7 and 6"));
}

// Who begins to listen within a minute has not all its trades.
TEST(CrossCheck, LeavesOutTheEndsOfWhatWasRecorded) {
  Files files;
  const auto all = trades();
  files.put(kMinutes, candles_of(all, kMinuteMicros));
  files.put(set_of("trades", "", "recording"), {all.begin() + 9, all.end() - 9});
  EXPECT_THAT(files.differences(), IsEmpty());
  EXPECT_EQ(files.made(), 1U);
}

TEST(CrossCheck, TellsWhereTwoOriginsDiffer) {
  Files files;
  auto recorded = trades();
  for (Row& row : recorded) {
    row.values[8] = row.values[1] * 1000 + 1;
    row.nulls &= ~(1U << 8U);
  }
  recorded[500].values[2] += 1;
  recorded.erase(recorded.begin() + 300);
  files.put(kTrades, trades());
  files.put(set_of("trades", "", "recording"), {recorded.begin() + 100, recorded.end()});
  const Texts found = files.differences();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0],
            "difference 1 2024-05-01T00:50:00.000Z trades of archive, trades of recording: only the first has "
            "it");
  EXPECT_THAT(found[1], HasSubstr("trades of archive, trades of recording: price "));
}

// A stream in milliseconds and an archive in microseconds tell the same.
TEST(CrossCheck, ComparesTimesAsPreciselyAsBothAre) {
  Files files;
  auto fine = trades();
  for (Row& row : fine) row.values[1] += 7;
  files.put(kTrades, fine);
  files.put(set_of("trades", "", "recording"), trades());
  EXPECT_THAT(files.differences(), IsEmpty());
  Files other;
  auto finer = fine;
  for (Row& row : finer) row.values[1] += 1;
  other.put(kTrades, fine);
  other.put(set_of("trades", "", "recording"), finer);
  EXPECT_THAT(other.differences(), SizeIs(720));
}

TEST(CrossCheck, ComparesDaysInDifferentForms) {
  Files files;
  auto wide = candles_of(trades(), kHourMicros);
  for (Row& row : wide) {
    for (const std::size_t price : {1U, 2U, 3U, 4U}) row.values[price] *= 10'000;
  }
  files.put(kHours, wide, DecimalForm::kWide);
  files.put(kMinutes, candles_of(trades(), kMinuteMicros));
  EXPECT_THAT(files.differences(), IsEmpty());
  EXPECT_EQ(files.made(), 1U);
}

// ---- Whole catalogs, by verify_catalog().

Texts found_in(Catalog& catalog) {
  Texts texts;
  const auto check = verify_catalog(real_file_ops(), catalog.paths(), **Duck::open({.temp_directory = ""}),
                                    [&texts](const DataSet& set, const Finding& finding) {
                                      texts.push_back(fmt::format("{} {}", set.symbol, test::text_of(finding)));
                                    });
  if (!check) ADD_FAILURE() << check.error().message;
  return texts;
}

// As testdata/SOURCES.md has it.
TEST(CatalogQuality, TellsWhatIsKnownOfTheArchive) {
  Catalog catalog;
  for (const char* month : {"2021-01", "2021-02", "2021-03"}) {
    for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
      ASSERT_TRUE(catalog.import(testdata(fmt::format("vision/spot-klines-1h/{}-1h-{}.csv", symbol, month)),
                                 market("binance-spot")));
    }
  }
  Texts expected;
  for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
    for (const char* finding :
         {"gap 1 2021-02-11T04:00:00.000Z outage", "zero_volume 1 2021-02-11T03:00:00.000Z outage",
          "early_close 1 2021-02-11T03:00:00.000Z outage", "gap 1 2021-03-06T02:00:00.000Z outage"}) {
      expected.push_back(fmt::format("{} {}", symbol, finding));
    }
  }
  EXPECT_EQ(found_in(catalog), expected);
}

TEST(CatalogQuality, TellsTheOutageOf2023AndAMonthThatIsNotThere) {
  Catalog catalog;
  for (const char* month : {"2023-01", "2023-03"}) {
    ASSERT_TRUE(catalog.import(testdata(fmt::format("vision/spot-klines-1h-header/BTCUSDT-1h-{}.csv", month)),
                               market("binance-spot")));
  }
  EXPECT_THAT(found_in(catalog), ElementsAre("BTCUSDT gap 672 2023-02-01T00:00:00.000Z 2023-02-28T23:00:00.000Z",
                                             "BTCUSDT gap 1 2023-03-24T13:00:00.000Z outage",
                                             "BTCUSDT zero_volume 1 2023-03-24T12:00:00.000Z outage",
                                             "BTCUSDT early_close 1 2023-03-24T12:00:00.000Z outage"));
}

TEST(CatalogQuality, FindsNothingInDaysWithoutDefects) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(testdata("vision/um-klines-1m/BTCUSDT-1m-2022-05-05.csv"),
                             {.kind = "klines", .venue = "binance-usdm", .symbol = "", .interval = ""}));
  ASSERT_TRUE(catalog.import(testdata("vision/zip/BTCUSD_PERP-aggTrades-2026-05-08.zip"), market("binance-coinm")));
  ASSERT_TRUE(catalog.import(testdata("vision/zip/BTCUSDT-1h-2026-05-08.zip"), market("binance-spot")));
  EXPECT_THAT(found_in(catalog), IsEmpty());
}

TEST(CatalogQuality, TellsMicrosecondsFrom2025On) {
  Catalog catalog;
  const std::string name = "X-aggTrades-2024-12.csv";
  ASSERT_TRUE(catalog.import(catalog.dir.write(name, "1,5,1,1,1,1735689599998,true,true\n"), market("binance-spot")));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2025-01.csv", "2,5,1,2,2,1735689600000123,true,true\n"),
                             market("binance-spot")));
  EXPECT_THAT(found_in(catalog), Contains(HasSubstr("unit_change 1 2025-01-01T00:00:00.000Z")));
}

}  // namespace
}  // namespace acts::history
