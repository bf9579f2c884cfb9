#include "history/import/importer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <tuple>
#include <utility>

#include "history/dying_ops.hpp"
#include "history/import/importer_fixture.hpp"
#include "history/import/unpack_limits.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

using test::Catalog;
using test::DyingOps;
using test::market;
using test::tree;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Hourly candles of spot from a day of 2021 on: `hours` of them from `first`.
std::string candles(int first, int hours, std::string_view close = "4.5") {
  std::string text;
  for (int i = first; i < first + hours; ++i) {
    const std::int64_t open = 1'609'459'200'000 + std::int64_t{i} * 3'600'000;
    text += fmt::format("{},1.5,9.0,1.0,{},10.5,{},100,7,5,50,0\n", open, close, open + 3'599'999);
  }
  return text;
}

const SourceHints kSpot = market("binance-spot");

TEST(Importer, TakesTheSameFileOnce) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 48));
  ASSERT_TRUE(catalog.import(path, kSpot));
  const auto before = tree(catalog.dir / "catalog");
  const auto again = catalog.import(path, kSpot);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(tree(catalog.dir / "catalog"), before);
  EXPECT_EQ(before.size(), 3U);  // two days, a manifest
}

TEST(Importer, GivesTheSameBytesElsewhere) {
  Catalog one;
  Catalog other;
  for (Catalog* catalog : {&one, &other}) {
    ASSERT_TRUE(catalog->import(catalog->dir.write("X-1h-2021-01-01.csv", candles(0, 48)), kSpot));
  }
  EXPECT_EQ(tree(one.dir / "catalog"), tree(other.dir / "catalog"));
}

TEST(Importer, TakesAMonthAfterItsDays) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpot));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-02.csv", candles(24, 20)), kSpot));
  const auto month = catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(0, 72)), kSpot);
  ASSERT_TRUE(month) << month.error().message;
  EXPECT_EQ(month->manifest.already_there, 44U);
  EXPECT_EQ(month->manifest.files.size(), 3U);
  EXPECT_EQ(month->manifest.replaced.size(), 1U);  // the day that had 20
  EXPECT_EQ(catalog.one("SELECT count(DISTINCT open_time) || ' of ' || count(*) FROM " + catalog.rows("klines")),
            "72 of 72");
  const CatalogCheck check = catalog.verify();
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_EQ(check.files, 3U);
}

TEST(Importer, EndsWithTheSameFilesInWhateverOrderSourcesCome) {
  const std::vector<std::string> texts{candles(0, 30), candles(20, 30), candles(40, 20)};
  std::vector<int> order{0, 1, 2};
  std::map<std::string, std::string> first;
  do {
    Catalog catalog;
    for (const int i : order) {
      const auto done = catalog.import(
          catalog.dir.write(fmt::format("X-1h-2021-01-0{}.csv", i + 1), texts[static_cast<std::size_t>(i)]), kSpot);
      ASSERT_TRUE(done) << done.error().message;
    }
    auto files = tree(catalog.dir / "catalog");
    std::erase_if(files, [](const auto& file) { return !file.first.starts_with("kind="); });
    if (first.empty()) first = files;
    EXPECT_EQ(files, first);
    EXPECT_EQ(files.size(), 3U);
    EXPECT_THAT(catalog.verify().problems, IsEmpty());
  } while (std::ranges::next_permutation(order).found);
}

TEST(Importer, RefusesWhatContradictsTheCatalog) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpot));
  const auto before = tree(catalog.dir / "catalog");
  const std::string error = catalog.error(catalog.dir.write("X-1h-2021-01.csv", candles(-30, 40, "4.6")), kSpot);
  EXPECT_THAT(error,
              HasSubstr("X-1h-2021-01.csv: open_time 2021-01-01T00:00:00.000Z: close is 4.6 here, and 4.5 in the "
                        "catalog: nothing of it is imported; --replace"));
  EXPECT_EQ(tree(catalog.dir / "catalog"), before);
}

// Metrics of the archive are published so: they were refused.
TEST(Importer, SortsRowsThatAreOutOfOrder) {
  const std::vector<std::string> parts{candles(30, 20), candles(0, 5), candles(5, 26), "rubbish\n",
                                       candles(50, 22, "4.50000000001")};
  Catalog sorted;
  ASSERT_TRUE(
      sorted.import(sorted.dir.write("X-1h-2021-01.csv", candles(0, 50) + candles(50, 22, "4.50000000001")), kSpot));
  auto wanted = tree(sorted.dir / "catalog");
  std::erase_if(wanted, [](const auto& file) { return !file.first.starts_with("kind="); });
  ASSERT_EQ(wanted.size(), 3U);
  for (const auto& order : std::vector<std::vector<int>>{
           {0, 1, 2, 3, 4}, {4, 0, 2, 1, 3}, {1, 2, 0, 4, 3}, {1, 3, 2, 0, 4}, {2, 4, 3, 1, 0}}) {
    std::string text;
    for (const int i : order) text += parts[static_cast<std::size_t>(i)];
    Catalog catalog;
    const auto done = catalog.import(catalog.dir.write("X-1h-2021-01.csv", text), kSpot, 1);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->manifest.facts.rows, 72U);
    EXPECT_EQ(done->manifest.facts.repeated, 1U);  // the hour 30
    EXPECT_EQ(done->manifest.facts.gaps, 0U);
    EXPECT_EQ(done->manifest.bad_rows, 1U);
    EXPECT_EQ(done->manifest.lines, 74U);
    auto files = tree(catalog.dir / "catalog");
    std::erase_if(files, [](const auto& file) { return !file.first.starts_with("kind="); });
    EXPECT_EQ(files, wanted);
    EXPECT_THAT(catalog.verify().problems, IsEmpty());
  }
}

TEST(Importer, SaysWhichLineContradictsAnotherWhereItSorts) {
  Catalog catalog;
  const std::string path =
      catalog.dir.write("X-1h-2021-01-01.csv", candles(5, 3) + candles(0, 2) + candles(6, 1, "4.6"));
  const auto done = catalog.import(path, kSpot, 1);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.facts.rows, 5U);
  EXPECT_THAT(acts::testing::read_file(done->rejects_path),
              HasSubstr("6,\"its open_time is that of the row before, its values are not\""));
}

Result<ImportOutcome> replace_by(Catalog& catalog, const std::string& path) {
  auto importer = Importer::open(real_file_ops(), catalog.dir.string());
  if (!importer) return std::unexpected(importer.error());
  return importer->import_file(
      {.path = path, .hints = kSpot, .max_bad_rows = 0, .code = "acts test", .replaces = true});
}

TEST(Importer, PutsACorrectedFileInPlaceOfWhatItContradicts) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(0, 48)), kSpot));
  const std::string corrected = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 10) + candles(10, 5, "4.6"));
  const auto done = replace_by(catalog, corrected);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.superseded, 5U);
  EXPECT_EQ(done->manifest.already_there, 10U);
  EXPECT_EQ(done->manifest.replaced.size(), 1U);
  EXPECT_EQ(catalog.one("SELECT count(*) || ' ' || sum(close) FROM " + catalog.rows("klines")), "48 216.50000000");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_TRUE(replace_by(catalog, corrected)->was_there);
}

// The path of the first file was replaced for ever: the rows that came back were in no file that counted.
TEST(Importer, TakesRowsBackThatWereReplaced) {
  Catalog catalog;
  const std::string first = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24));
  ASSERT_TRUE(catalog.import(first, kSpot));
  ASSERT_TRUE(replace_by(catalog, catalog.dir.write("X-1h-2021-01-02.csv", candles(0, 24, "4.6"))));
  EXPECT_THAT(catalog.error(catalog.dir.write("X-1h-2021-01-03.csv", candles(0, 23)), kSpot), HasSubstr("--replace"));
  const auto back = replace_by(catalog, first);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(catalog.one("SELECT count(*) || ' ' || sum(close) FROM " + catalog.rows("klines")), "24 108.00000000");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_EQ(catalog.verify().files, 1U);
}

// Who came back was known by its id, and nothing happened.
TEST(Importer, TakesASourceBackAsOftenAsItReplacesAnother) {
  Catalog catalog;
  const std::string a = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24));
  const std::string b = catalog.dir.write("X-1h-2021-01-02.csv", candles(0, 24, "4.6"));
  const auto sum = [&catalog] { return catalog.one("SELECT sum(close) FROM " + catalog.rows("klines")); };
  ASSERT_TRUE(catalog.import(a, kSpot));
  for (int i = 0; i < 3; ++i) {
    for (const auto& [path, wanted] : {std::pair(b, "110.40000000"), std::pair(a, "108.00000000")}) {
      SCOPED_TRACE(i);
      const auto done = replace_by(catalog, path);
      ASSERT_TRUE(done) << done.error().message;
      EXPECT_FALSE(done->was_there);
      EXPECT_EQ(done->manifest.superseded, 24U);
      EXPECT_EQ(sum(), wanted);
      EXPECT_TRUE(replace_by(catalog, path)->was_there);
      EXPECT_EQ(catalog.verify().files, 1U);
      EXPECT_THAT(catalog.verify().problems, IsEmpty());
    }
  }
  // It does not take its rows back by itself.
  ASSERT_TRUE(replace_by(catalog, b));
  EXPECT_THAT(catalog.error(a, kSpot), HasSubstr("--replace takes its rows in place"));
}

TEST(Importer, KnowsASourceWhoseRowsAreInOthersFiles) {
  Catalog catalog;
  const std::string first = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 20));
  ASSERT_TRUE(catalog.import(first, kSpot));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-02.csv", candles(10, 12)), kSpot));
  const auto merged = tree(catalog.dir / "catalog");
  EXPECT_TRUE(catalog.import(first, kSpot)->was_there);
  EXPECT_EQ(tree(catalog.dir / "catalog"), merged);
  // Of whoever contradicts other rows of the day nobody knows whether it contradicted these: they are read again.
  ASSERT_TRUE(replace_by(catalog, catalog.dir.write("X-1h-2021-01-03.csv", candles(21, 1, "4.6"))));
  const auto replaced = tree(catalog.dir / "catalog");
  EXPECT_TRUE(catalog.import(first, kSpot)->was_there);
  EXPECT_EQ(tree(catalog.dir / "catalog"), replaced);
}

TEST(Importer, MakesADayNarrowAgainWhereItsWideRowsAreReplaced) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 23) + candles(23, 1, "4.50000000001")),
                             kSpot));
  ASSERT_TRUE(replace_by(catalog, catalog.dir.write("X-1h-2021-01-02.csv", candles(20, 4))));
  Catalog plain;
  ASSERT_TRUE(plain.import(plain.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpot));
  const auto digest = [](Catalog& of) {
    return current_files(read_manifests(real_file_ops(), of.paths()).value()).at(0).digest;
  };
  EXPECT_EQ(digest(catalog), digest(plain));
}

// Of one file with updates and trades: both enter, or neither.
TEST(Importer, TakesAllSetsOfAFileAsOneSource) {
  Catalog catalog;
  const std::string path = acts::test::testdata("depth-csv/merged_usd_m_futures_trxusdt_14-04-2025_positive.csv.gz");
  const auto done = catalog.import(path, {});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->sets.size(), 2U);
  EXPECT_EQ(done->manifest.facts.rows, 288U);
  EXPECT_EQ(done->manifest.files.size(), 3U);  // updates of two days, trades
  EXPECT_EQ(done->manifest.facts.zero_price, 0U);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_TRUE(catalog.import(path, {})->was_there);
  EXPECT_EQ(catalog.one("SELECT count(DISTINCT ts_recv_ns) || ' ' || sum(is_snapshot::INT) FROM " +
                        catalog.rows("book_updates")),
            catalog.one("SELECT count(DISTINCT ts_recv_ns) || ' 139' FROM " + catalog.rows("book_updates")));
}

TEST(Importer, JoinsStreamsOfOneDay) {
  const auto updates = [](int first, int count) {
    std::string text = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n";
    for (int i = first; i < first + count; ++i) {
      text += fmt::format("deribit,X,{0},{0},false,bid,{1},1\n", 1'598'918'400'000'000 + i / 2, i + 1);
    }
    return text;
  };
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("b.csv", updates(100, 50)), {}));
  ASSERT_TRUE(catalog.import(catalog.dir.write("a.csv", updates(0, 100)), {}));
  ASSERT_TRUE(catalog.import(catalog.dir.write("c.csv", updates(90, 100)), {}));  // the same where both are
  EXPECT_THAT(catalog.error(catalog.dir.write("d.csv", updates(101, 10)), {}), HasSubstr("nothing of it is imported"));
  EXPECT_EQ(catalog.one("SELECT count(*) || ' ' || sum(price) FROM " + catalog.rows("book_updates")),
            "190 18145.00000000");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_EQ(catalog.verify().files, 1U);
}

TEST(Importer, KeepsADayWideWhereOneValueNeedsIt) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpot));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(23, 25).substr(candles(23, 1).size()) +
                                                                       candles(48, 2, "4.50000000001")),
                             kSpot));
  const std::vector<CatalogFile> files = current_files(read_manifests(real_file_ops(), catalog.paths()).value());
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[1].form, DecimalForm::kNarrow);
  EXPECT_EQ(files[2].form, DecimalForm::kWide);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

// Days that were staged as narrow, before the first wide row was met, kept the second pass from staging them again.
TEST(Importer, TakesNarrowDaysInFrontOfAWideOne) {
  Catalog catalog;
  const auto outcome =
      catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(0, 48) + candles(48, 24, "4.50000000001")), kSpot);
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(outcome->manifest.files.size(), 3U);
  EXPECT_EQ(outcome->manifest.files[0].form, DecimalForm::kNarrow);
  EXPECT_EQ(outcome->manifest.files[1].form, DecimalForm::kNarrow);
  EXPECT_EQ(outcome->manifest.files[2].form, DecimalForm::kWide);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

TEST(Importer, MakesANarrowDayWideForAnothersRow) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 12)), kSpot));
  ASSERT_TRUE(catalog.import(
      catalog.dir.write("X-1h-2021-01-02.csv", candles(11, 1) + candles(12, 12, "4.50000000001")), kSpot));
  EXPECT_EQ(catalog.one("SELECT list(close ORDER BY open_time)[11:13]::VARCHAR FROM " + catalog.rows("klines")),
            "[4.500000000000, 4.500000000000, 4.500000000010]");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

TEST(Importer, LeavesNothingOfAFileWithTooManyBadRows) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 30) + "rubbish\n");
  EXPECT_THAT(catalog.error(path, kSpot), HasSubstr("line 31: it has 1 fields, not 12"));
  EXPECT_EQ(catalog.verify().files, 0U);
  const auto left = tree(catalog.dir / "catalog");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_THAT(left.begin()->first, HasSubstr("_rejects/"));
  const auto outcome = catalog.import(path, kSpot, 1);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.bad_rows, 1U);
  EXPECT_EQ(acts::testing::read_file(outcome->rejects_path),
            "line,reason,text\n31,\"it has 1 fields, not 12\",\"rubbish\"\n");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

// Only "it holds no row" was said of it.
TEST(Importer, SaysWhyNoRowOfAFileIsRight) {
  Catalog catalog;
  std::string text = "1609459200000,1.5,9.0,x,4.5,10.5,1609462799999,100,7,5,50,0\n";
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", text + "rubbish\n");
  const std::string error = catalog.error(path, kSpot, 100);
  EXPECT_THAT(error,
              HasSubstr("X-1h-2021-01-01.csv: it holds no row but 2 bad ones, the first in line 1: low 'x' is no "
                        "decimal number"));
  const auto left = tree(catalog.dir / "catalog");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_THAT(error, HasSubstr(left.begin()->first + " lists them"));
  EXPECT_THAT(acts::testing::read_file(catalog.dir / ("catalog/" + left.begin()->first)),
              HasSubstr("\n2,\"it has 1 fields, not 12\",\"rubbish\"\n"));
}

TEST(Importer, HoldsFilesToTheirChecksum) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 3));
  std::ignore = catalog.dir.write("X-1h-2021-01-01.csv.CHECKSUM", std::string(64, 'a') + "  X-1h-2021-01-01.csv");
  EXPECT_THAT(catalog.error(path, kSpot), HasSubstr("and not what X-1h-2021-01-01.csv.CHECKSUM says: fetch it again"));
}

// DuckDB took the catalog's own folder for a pattern: its files were not there, or others' were read.
TEST(Importer, RefusesAPlaceThatIsAPattern) {
  const Catalog catalog;
  for (const char* name : {"a[1]", "a*", "what?", "{a,b}", "a\\b"}) {
    const auto importer = Importer::open(real_file_ops(), catalog.dir / name);
    ASSERT_FALSE(importer) << name;
    EXPECT_EQ(importer.error().code, ErrorCode::kUsage);
    EXPECT_THAT(importer.error().message, HasSubstr("choose another --data-dir"));
    EXPECT_FALSE(std::filesystem::exists(catalog.dir / name));
  }
}

TEST(Importer, TellsASecondOneToWait) {
  Catalog catalog;
  const auto first = Importer::open(real_file_ops(), catalog.dir.string());
  ASSERT_TRUE(first);
  const auto second = Importer::open(real_file_ops(), catalog.dir.string());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kStorage);
  EXPECT_THAT(second.error().message, HasSubstr("another import writes into this catalog: wait for its end"));
}

// Only zips had a limit: of a zstd file of a few kilobytes any number of gigabytes was read.
TEST(Importer, EndsABombOfAnyKind) {
  Catalog catalog;
  std::string text;
  while (text.size() < std::size_t{4} << 20) text += candles(0, 1);
  const std::string error = catalog.error(catalog.dir.write("X-1h-2021-01-01.csv.zst", pack_zstd(text)), kSpot);
  EXPECT_THAT(error, HasSubstr("X-1h-2021-01-01.csv.zst: "));
  EXPECT_THAT(error, HasSubstr("it unpacks to more than "));
  EXPECT_EQ(catalog.verify().files, 0U);
}

TEST(UnpackLimits, AreTheLessOfBoth) {
  const UnpackLimits limits{.most_bytes = 1000, .most_ratio = 10, .free_bytes = 7};
  EXPECT_EQ(limits.most_of(0), 7U);
  EXPECT_EQ(limits.most_of(99), 997U);
  EXPECT_EQ(limits.most_of(100), 1000U);
  EXPECT_EQ(limits.most_of(UINT64_MAX), 1000U);
}

TEST(Importer, RefusesEmptyFiles) {
  Catalog catalog;
  EXPECT_THAT(catalog.error(catalog.dir.write("X-1h-2021-01-01.csv", ""), kSpot), HasSubstr("it holds no row"));
  EXPECT_THAT(catalog.error(catalog.dir / "missing-1h-2021-01-01.csv", kSpot), HasSubstr("No such file"));
}

std::uint64_t parquet_files(const std::string& folder) {
  const auto files = tree(folder);
  return static_cast<std::uint64_t>(
      std::ranges::count_if(files, [](const auto& file) { return file.first.ends_with(".parquet"); }));
}

struct Deaths {
  int died = 0;
  int unfinished = 0;
};

// One file is in, and the import of a second dies: wherever it does, the catalog is sound at once, and the same import
// again ends with what an undisturbed one makes. `rows`: before it, and after.
void die_everywhere(const std::string& before, const std::string& text, bool replaces,
                    const std::pair<std::uint64_t, std::uint64_t>& rows, Deaths& deaths) {
  const auto import = [replaces](FileOps& ops, Catalog& catalog, const std::string& path) {
    auto importer = Importer::open(ops, catalog.dir.string());
    const auto done =
        importer ? importer->import_file(
                       {.path = path, .hints = kSpot, .max_bad_rows = 1, .code = "acts test", .replaces = replaces})
                 : std::unexpected(importer.error());
    return done.has_value();
  };
  Catalog whole;
  ASSERT_TRUE(whole.import(whole.dir.write("X-1h-2021-01-01.csv", before), kSpot));
  ASSERT_TRUE(import(real_file_ops(), whole, whole.dir.write("X-1h-2021-01.csv", text)));
  const auto wanted = tree(whole.dir / "catalog");
  EXPECT_THAT(whole.verify().unfinished, IsEmpty());
  for (int lives = 0;; ++lives) {
    SCOPED_TRACE(lives);
    Catalog catalog;
    ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", before), kSpot));
    const std::string path = catalog.dir.write("X-1h-2021-01.csv", text);
    DyingOps ops(lives);
    import(ops, catalog, path);
    deaths.died += static_cast<int>(ops.is_dead());
    const CatalogCheck check = catalog.verify();
    EXPECT_THAT(check.problems, IsEmpty());
    EXPECT_TRUE(check.rows == rows.first || check.rows == rows.second) << check.rows;
    // A file beside the one that replaces it was no problem, and nothing else was said.
    const bool is_more = parquet_files(catalog.dir / "catalog") > check.files;
    EXPECT_TRUE(!is_more || !check.unfinished.empty());
    deaths.unfinished += static_cast<int>(is_more);
    ASSERT_TRUE(import(real_file_ops(), catalog, path));
    EXPECT_EQ(tree(catalog.dir / "catalog"), wanted);
    if (!ops.is_dead()) break;
  }
}

TEST(Importer, IsWholeOrNotAtAllWhereverItDies) {
  Deaths deaths;
  die_everywhere(candles(0, 30), candles(0, 72) + "rubbish\n", false, {30, 72}, deaths);
  EXPECT_GT(deaths.died, 25);
  EXPECT_GT(deaths.unfinished, 2);
}

TEST(Importer, ReplacesAllOrNothingWhereverItDies) {
  Deaths deaths;
  die_everywhere(candles(0, 30), candles(40, 32) + candles(0, 40, "4.6"), true, {30, 72}, deaths);
  EXPECT_GT(deaths.died, 25);
  EXPECT_GT(deaths.unfinished, 2);
}

// One rename fails, of all that are made: the n-th.
class StumblingOps final : public FileOps {
 public:
  explicit StumblingOps(int nth) : left_(nth) {}
  int rename(const std::string& from, const std::string& to) override {
    return left_-- == 0 ? -EIO : FileOps::rename(from, to);
  }
  [[nodiscard]] bool has_stumbled() const { return left_ < 0; }

 private:
  int left_;
};

// A source that was in, but not yet in its places, was unknown to the next file of the same call: two files of one day.
TEST(Importer, KnowsASourceThatItCouldNotMoveIn) {
  int nth = 0;
  for (bool has_stumbled = true; has_stumbled; ++nth) {
    SCOPED_TRACE(nth);
    Catalog catalog;
    StumblingOps ops(nth);
    {
      auto importer = Importer::open(ops, catalog.dir.string());
      ASSERT_TRUE(importer) << importer.error().message;
      for (const int first : {0, 20}) {
        const std::string name = fmt::format("X-1h-2021-01-0{}.csv", first / 10 + 1);
        std::ignore = importer->import_file({.path = catalog.dir.write(name, candles(first, 24)),
                                             .hints = kSpot,
                                             .max_bad_rows = 0,
                                             .code = "acts test"});
      }
    }
    has_stumbled = ops.has_stumbled();
    ASSERT_TRUE(Importer::open(real_file_ops(), catalog.dir.string()));
    EXPECT_THAT(catalog.verify().problems, IsEmpty());
  }
  EXPECT_GT(nth, 4);
}

}  // namespace
}  // namespace acts::history
