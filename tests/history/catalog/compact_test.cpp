#include "history/catalog/compact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "history/dying_ops.hpp"
#include "history/import/importer_fixture.hpp"
#include "support/rounds.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

using test::candles;
using test::Catalog;
using test::market;
using test::tree;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void enter(Catalog& catalog, const std::string& text) {
  const auto done = catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", text), market("binance-spot"));
  ASSERT_TRUE(done) << done.error().message;
}

// As somebody who has two catalogs makes one of them by hand.
void put_together(const Catalog& from, const Catalog& to) {
  fs::copy(from.dir / "catalog", to.dir / "catalog", fs::copy_options::recursive | fs::copy_options::skip_existing);
}

Result<CompactOutcome> compact(const Catalog& catalog, FileOps& ops = real_file_ops()) {
  const auto duck = Duck::open({.temp_directory = ""}).value();
  return compact_catalog(ops, catalog.paths(), *duck, "acts test");
}

// The files that hold rows: their names are those rows' sums.
std::vector<std::string> data_files(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& [path, sum] : tree(catalog.dir / "catalog")) {
    if (path.starts_with("kind=")) names.push_back(fmt::format("{} {}", path, sum));
  }
  return names;
}

TEST(Compact, ChangesNothingOfATidyCatalog) {
  Catalog catalog;
  enter(catalog, candles(0, 30));
  const auto before = tree(catalog.dir / "catalog");
  const auto outcome = compact(catalog);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->joined_days + outcome->removed_files, 0U);
  EXPECT_THAT(outcome->problems, IsEmpty());
  EXPECT_EQ(tree(catalog.dir / "catalog"), before);
}

TEST(Compact, MakesNoCatalogWhereNoneIs) {
  const Catalog catalog;
  EXPECT_TRUE(compact(catalog));
  EXPECT_FALSE(fs::exists(catalog.dir / "catalog"));
}

TEST(Compact, RemovesWhatNoManifestCountsAndOnlyWhatIsOurs) {
  Catalog catalog;
  enter(catalog, candles(0, 24));
  const std::string folder = catalog.dir / "catalog/kind=klines/venue=v/symbol=S/date=2021-01-01/interval=1h/origin=o";
  fs::create_directories(folder);
  const std::string foreign = "kind=klines/venue=binance-spot/other.parquet";
  std::ofstream(folder + "/0123456789abcdef.parquet") << "12345";
  std::ofstream(catalog.dir / ("catalog/" + foreign)) << "x";
  const auto outcome = compact(catalog);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->removed_files, 1U);
  EXPECT_EQ(outcome->removed_bytes, 5U);
  EXPECT_THAT(outcome->problems, ElementsAre(HasSubstr("other.parquet: no manifest names it")));
  EXPECT_FALSE(fs::exists(catalog.dir / "catalog/kind=klines/venue=v"));
  EXPECT_TRUE(fs::exists(catalog.dir / ("catalog/" + foreign)));
  EXPECT_EQ(catalog.verify().rows, 24U);
}

// The same files as if all had been imported into one.
TEST(Compact, MakesOneFileOfSeveralOfADay) {
  Catalog one;
  Catalog other;
  Catalog whole;
  enter(one, candles(0, 20));
  enter(other, candles(10, 20));
  enter(whole, candles(0, 30));
  put_together(other, one);
  EXPECT_THAT(one.verify().problems, Contains(HasSubstr("there is another file of that day")));
  const auto outcome = compact(one);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->joined_days, 1U);
  EXPECT_EQ(outcome->joined_files, 2U);
  EXPECT_THAT(outcome->problems, IsEmpty());
  EXPECT_THAT(one.verify().problems, IsEmpty());
  EXPECT_EQ(one.verify().rows, 30U);
  EXPECT_EQ(data_files(one), data_files(whole));
}

TEST(Compact, KeepsTheFileThatHasAllTheRows) {
  Catalog one;
  Catalog other;
  enter(one, candles(0, 24));
  enter(other, candles(3, 5));
  const auto wanted = data_files(one);
  put_together(other, one);
  ASSERT_TRUE(compact(one));
  EXPECT_EQ(data_files(one), wanted);
  EXPECT_THAT(one.verify().problems, IsEmpty());
}

TEST(Compact, LeavesWhatContradictsItself) {
  Catalog one;
  Catalog other;
  enter(one, candles(0, 10));
  enter(other, candles(5, 10, "4.6"));
  put_together(other, one);
  const auto before = data_files(one);
  const auto outcome = compact(one);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_THAT(outcome->problems,
              ElementsAre(HasSubstr("open_time 2021-01-01T05:00:00.000Z: close is 4.6 here, and 4.5 in the catalog")));
  EXPECT_EQ(data_files(one), before);
  EXPECT_TRUE(fs::is_empty(one.paths().staging()));
}

const std::string kWideHours = candles(72, 4, "4.50000000001");

// The same files as if the wide day had been the first one.
TEST(Compact, MakesAllDaysOfASymbolWideWhereOneIs) {
  Catalog catalog;
  Catalog other;
  const std::string narrow = candles(0, 72 - 24) + candles(96, 24 * 40);
  enter(catalog, narrow);
  enter(catalog, kWideHours);
  EXPECT_THAT(catalog.verify().mixed, ElementsAre("kind=klines/venue=binance-spot/symbol=X"));
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  enter(other, kWideHours);
  enter(other, narrow);
  const auto outcome = compact(catalog);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->widened_files, 42U);
  EXPECT_THAT(outcome->problems, IsEmpty());
  EXPECT_EQ(data_files(catalog), data_files(other));
  EXPECT_EQ(catalog.verify().rows, 48U + 24 * 40 + 4);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_THAT(catalog.verify().mixed, IsEmpty());
  EXPECT_EQ(compact(catalog)->widened_files, 0U);
  // Its rows are known in the files that they are in now.
  const auto again = catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", narrow), market("binance-spot"));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->was_there);
}

TEST(Compact, LeavesADamagedFileAsItIs) {
  Catalog catalog;
  enter(catalog, candles(0, 48));
  enter(catalog, kWideHours);
  const auto files = current_files(read_manifests(real_file_ops(), catalog.paths()).value());
  std::fstream(catalog.paths().file(files.at(0).path()), std::ios::in | std::ios::out).seekp(100) << "x";
  const auto outcome = compact(catalog);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->widened_files, 1U);
  EXPECT_THAT(outcome->problems, ElementsAre(HasSubstr("it cannot be made wide: its SHA-256 is ")));
  EXPECT_TRUE(fs::exists(catalog.paths().file(files.at(0).path())));
}

// Wherever it dies, the rows are there; and once more, it ends with what an undisturbed one makes.
TEST(Compact, LosesNoRowWhereverItDies) {
  Catalog one;
  Catalog other;
  enter(one, candles(0, 20));
  enter(one, kWideHours);
  enter(other, candles(10, 20));
  const auto make = [&](const Catalog& catalog) {
    put_together(one, catalog);
    put_together(other, catalog);
    const std::string folder = catalog.dir / "catalog/kind=klines/venue=v";
    fs::create_directories(folder);
    std::ofstream(folder + "/0123456789abcdef.parquet") << "12345";
  };
  Catalog whole;
  make(whole);
  ASSERT_TRUE(compact(whole));
  const auto wanted = tree(whole.dir / "catalog");
  int died = 0;
  for (int lives = 0;; lives += static_cast<int>(acts::test::kFewerBy)) {
    SCOPED_TRACE(lives);
    Catalog catalog;
    make(catalog);
    test::DyingOps ops(lives);
    static_cast<void>(compact(catalog, ops));
    died += static_cast<int>(ops.is_dead());
    EXPECT_EQ(catalog.one("SELECT count(DISTINCT open_time) FROM " + catalog.rows("klines")), "34");
    ASSERT_TRUE(compact(catalog));
    EXPECT_EQ(tree(catalog.dir / "catalog"), wanted);
    if (!ops.is_dead()) break;
  }
  EXPECT_GT(died, 15 / static_cast<int>(acts::test::kFewerBy));
}

TEST(Compact, WaitsForNobody) {
  Catalog catalog;
  enter(catalog, candles(0, 1));
  const auto lock = lock_catalog(real_file_ops(), catalog.paths());
  ASSERT_TRUE(lock);
  const auto outcome = compact(catalog);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kStorage);
}

}  // namespace
}  // namespace acts::history
