// What readers of the catalog see while others write into it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "history/catalog/compact.hpp"
#include "history/import/importer_fixture.hpp"
#include "history/query/query_session.hpp"

namespace acts::history {
namespace {

using test::candles;
using test::Catalog;
using test::market;
using test::tree;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Result<ImportOutcome> enter(Importer& importer, const std::string& path) {
  return importer.import_file(
      {.path = path, .hints = market("binance-spot"), .max_bad_rows = 0, .code = "acts test", .replaces = true});
}

std::ptrdiff_t day_files(const Catalog& catalog) {
  const auto files = tree(catalog.dir / "catalog");
  return std::ranges::count_if(files, [](const auto& file) { return file.first.ends_with(".parquet"); });
}

class CatalogReaders : public ::testing::Test {
 protected:
  void SetUp() override { put("X-1h-2021-01-01.csv", candles(0, 48, "4.5")); }

  void put(const std::string& name, const std::string& text) {
    auto importer = Importer::open(real_file_ops(), catalog_.dir.string());
    ASSERT_TRUE(importer) << importer.error().message;
    const auto done = enter(*importer, catalog_.dir.write(name, text));
    ASSERT_TRUE(done) << done.error().message;
  }

  Catalog catalog_;
};

// The files of a query were gone when it came to them.
TEST_F(CatalogReaders, FindWhatAnImportReplacesMeanwhile) {
  {
    auto session = QuerySession::open(real_file_ops(), catalog_.dir.string(), {.temp_directory = {}, .output = {}});
    ASSERT_TRUE(session) << session.error().message;
    put("X-1h-2021-01-02.csv", candles(0, 48, "4.6"));
    auto rows = session->select("SELECT count(*) || ' ' || sum(close) FROM klines", [] { return false; });
    ASSERT_TRUE(rows) << rows.error().message;
    std::vector<std::optional<std::string>> cells;
    const auto there = rows->next(cells);
    ASSERT_TRUE(there) << there.error().message;
    EXPECT_EQ(cells.at(0), "48 216.000000000000");
  }
  // Both days twice, which verify says, and is no problem.
  EXPECT_EQ(day_files(catalog_), 4);
  const CatalogCheck check = catalog_.verify();
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_THAT(check.unfinished, IsEmpty());
  EXPECT_THAT(check.kept_replaced, ElementsAre("X-1h-2021-01-02.csv"));
  EXPECT_EQ(check.rows, 48U);
  ASSERT_TRUE(Importer::open(real_file_ops(), catalog_.dir.string()));
  EXPECT_EQ(day_files(catalog_), 2);
  EXPECT_THAT(catalog_.verify().kept_replaced, IsEmpty());
}

TEST_F(CatalogReaders, KeepFilesOfSeveralSourcesUntilTheLastOfThemEnds) {
  auto first = hold_files(catalog_.paths());
  put("X-1h-2021-01-02.csv", candles(0, 48, "4.6"));
  auto second = hold_files(catalog_.paths());
  first.reset();
  put("X-1h-2021-01-03.csv", candles(0, 48, "4.7"));
  EXPECT_EQ(day_files(catalog_), 6);
  EXPECT_EQ(catalog_.verify().kept_replaced.size(), 2U);
  second.reset();
  put("X-1h-2021-01-04.csv", candles(0, 24, "4.8"));
  EXPECT_EQ(day_files(catalog_), 2);
  EXPECT_THAT(catalog_.verify().problems, IsEmpty());
}

TEST_F(CatalogReaders, AreSweptBehindByTheImportThatGoesOn) {
  auto held = hold_files(catalog_.paths());
  auto importer = Importer::open(real_file_ops(), catalog_.dir.string());
  ASSERT_TRUE(importer);
  ASSERT_TRUE(enter(*importer, catalog_.dir.write("X-1h-2021-01-02.csv", candles(0, 48, "4.6"))));
  EXPECT_EQ(day_files(catalog_), 4);
  held.reset();
  ASSERT_TRUE(enter(*importer, catalog_.dir.write("X-1h-2021-01-03.csv", candles(48, 3, "4.6"))));
  EXPECT_EQ(day_files(catalog_), 3);
}

TEST_F(CatalogReaders, KeepFilesFromCompact) {
  const auto duck = Duck::open({.temp_directory = ""}).value();
  const auto compact = [&] { return compact_catalog(real_file_ops(), catalog_.paths(), *duck, "acts test").value(); };
  auto held = hold_files(catalog_.paths());
  put("X-1h-2021-01-02.csv", candles(0, 48, "4.6"));
  const CompactOutcome kept = compact();
  EXPECT_EQ(kept.kept_files, 2U);
  EXPECT_EQ(kept.removed_files, 0U);
  EXPECT_THAT(kept.problems, IsEmpty());
  EXPECT_EQ(day_files(catalog_), 4);
  held.reset();
  EXPECT_EQ(compact().kept_files, 0U);
  EXPECT_EQ(day_files(catalog_), 2);
}

// Its first listing misses a name: it began before that was made, and saw another that was made later.
class LateListing final : public FileOps {
 public:
  int list(const std::string& path, std::vector<std::string>& names) override {
    const int status = FileOps::list(path, names);
    if (++listings_ == 1 && names.size() > 1) names.erase(names.begin());
    return status;
  }
  [[nodiscard]] int listings() const { return listings_; }

 private:
  int listings_ = 0;
};

TEST_F(CatalogReaders, MissNoManifestThatAnotherKnows) {
  put("X-1h-2021-01-02.csv", candles(0, 48, "4.6"));
  LateListing ops;
  const auto manifests = read_manifests(ops, catalog_.paths());
  ASSERT_TRUE(manifests);
  EXPECT_EQ(manifests->size(), 2U);
  EXPECT_TRUE(std::ranges::is_sorted(*manifests, {}, &Manifest::id));
  EXPECT_EQ(current_files(*manifests).size(), 2U);
  EXPECT_GT(ops.listings(), 2);
}

TEST_F(CatalogReaders, TellWhatIsWantedAsAllManifestsDo) {
  put("X-1h-2021-01-02.csv", candles(0, 48, "4.6"));
  const auto all = current_files(read_manifests(real_file_ops(), catalog_.paths()).value());
  ASSERT_EQ(all.size(), 2U);
  LateListing ops;
  const auto asked = [&](auto is_wanted) { return current_files(ops, catalog_.paths(), is_wanted).value(); };
  EXPECT_EQ(asked([](const CatalogFile&) { return true; }), all);
  EXPECT_EQ(asked([&all](const CatalogFile& file) { return file.day == all[1].day; }), std::vector{all[1]});
}

}  // namespace
}  // namespace acts::history
