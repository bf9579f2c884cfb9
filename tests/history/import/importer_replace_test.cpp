// Sources that take the place of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

using test::candles;
using test::Catalog;
using test::kSpotMarket;
using test::tree;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<ImportOutcome> replace_by(Catalog& catalog, const std::string& path) {
  auto importer = Importer::open(real_file_ops(), catalog.dir.string());
  if (!importer) return std::unexpected(importer.error());
  return importer->import_file(
      {.path = path, .hints = kSpotMarket, .max_bad_rows = 0, .code = "acts test", .replaces = true});
}

TEST(Importer, PutsACorrectedFileInPlaceOfWhatItContradicts) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(0, 48)), kSpotMarket));
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
  ASSERT_TRUE(catalog.import(first, kSpotMarket));
  ASSERT_TRUE(replace_by(catalog, catalog.dir.write("X-1h-2021-01-02.csv", candles(0, 24, "4.6"))));
  EXPECT_THAT(catalog.error(catalog.dir.write("X-1h-2021-01-03.csv", candles(0, 23)), kSpotMarket),
              HasSubstr("--replace"));
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
  ASSERT_TRUE(catalog.import(a, kSpotMarket));
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
  EXPECT_THAT(catalog.error(a, kSpotMarket), HasSubstr("--replace takes its rows in place"));
}

TEST(Importer, KnowsASourceWhoseRowsAreInOthersFiles) {
  Catalog catalog;
  const std::string first = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 20));
  ASSERT_TRUE(catalog.import(first, kSpotMarket));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-02.csv", candles(10, 12)), kSpotMarket));
  const auto merged = tree(catalog.dir / "catalog");
  EXPECT_TRUE(catalog.import(first, kSpotMarket)->was_there);
  EXPECT_EQ(tree(catalog.dir / "catalog"), merged);
  // Of whoever contradicts other rows of the day nobody knows whether it contradicted these: they are read again.
  ASSERT_TRUE(replace_by(catalog, catalog.dir.write("X-1h-2021-01-03.csv", candles(21, 1, "4.6"))));
  const auto replaced = tree(catalog.dir / "catalog");
  EXPECT_TRUE(catalog.import(first, kSpotMarket)->was_there);
  EXPECT_EQ(tree(catalog.dir / "catalog"), replaced);
}

// What is read as one table has one form, also where nothing needs it any more.
TEST(Importer, KeepsASetWideWhereItsWideRowsAreReplaced) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 23) + candles(23, 1, "4.50000000001")),
                             kSpotMarket));
  ASSERT_TRUE(replace_by(catalog, catalog.dir.write("X-1h-2021-01-02.csv", candles(20, 4))));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-03.csv", candles(24, 4)), kSpotMarket));
  const std::vector<CatalogFile> files = current_files(read_manifests(real_file_ops(), catalog.paths()).value());
  ASSERT_EQ(files.size(), 2U);
  for (const CatalogFile& file : files) EXPECT_EQ(file.form, DecimalForm::kWide);
  EXPECT_EQ(catalog.one("SELECT count(*) || ' ' || sum(close) FROM " + catalog.rows("klines")), "28 126.000000000000");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  EXPECT_THAT(catalog.verify().mixed, IsEmpty());
}

}  // namespace
}  // namespace acts::history
