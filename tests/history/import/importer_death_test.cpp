// Imports that end in the middle: whole, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <tuple>
#include <utility>

#include "history/dying_ops.hpp"
#include "history/import/importer_fixture.hpp"
#include "support/rounds.hpp"

namespace acts::history {
namespace {

using test::candles;
using test::Catalog;
using test::DyingOps;
using test::kSpotMarket;
using test::tree;
using ::testing::IsEmpty;

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
        importer
            ? importer->import_file(
                  {.path = path, .hints = kSpotMarket, .max_bad_rows = 1, .code = "acts test", .replaces = replaces})
            : std::unexpected(importer.error());
    return done.has_value();
  };
  Catalog whole;
  ASSERT_TRUE(whole.import(whole.dir.write("X-1h-2021-01-01.csv", before), kSpotMarket));
  ASSERT_TRUE(import(real_file_ops(), whole, whole.dir.write("X-1h-2021-01.csv", text)));
  const auto wanted = tree(whole.dir / "catalog");
  EXPECT_THAT(whole.verify().unfinished, IsEmpty());
  for (int lives = 0;; lives += static_cast<int>(acts::test::kFewerBy)) {
    SCOPED_TRACE(lives);
    Catalog catalog;
    ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", before), kSpotMarket));
    const std::string path = catalog.dir.write("X-1h-2021-01.csv", text);
    DyingOps ops(lives);
    import(ops, catalog, path);
    deaths.died += static_cast<int>(ops.is_dead());
    const CatalogCheck check = catalog.verify();
    EXPECT_THAT(check.problems, IsEmpty());
    EXPECT_TRUE(check.rows == rows.first || check.rows == rows.second) << check.rows;
    // A file beside the one that replaces it was no problem, and nothing else was said.
    const bool is_more = parquet_files(catalog.dir / "catalog") > check.files;
    EXPECT_TRUE(!is_more || !check.unfinished.empty() || !check.kept_replaced.empty());
    deaths.unfinished += static_cast<int>(is_more);
    ASSERT_TRUE(import(real_file_ops(), catalog, path));
    EXPECT_EQ(tree(catalog.dir / "catalog"), wanted);
    if (!ops.is_dead()) break;
  }
}

TEST(Importer, IsWholeOrNotAtAllWhereverItDies) {
  Deaths deaths;
  die_everywhere(candles(0, 30), candles(0, 72) + "rubbish\n", false, {30, 72}, deaths);
  EXPECT_GT(deaths.died, 25 / static_cast<int>(acts::test::kFewerBy));
  EXPECT_GT(deaths.unfinished, 2 / static_cast<int>(acts::test::kFewerBy));
}

TEST(Importer, ReplacesAllOrNothingWhereverItDies) {
  Deaths deaths;
  die_everywhere(candles(0, 30), candles(40, 32) + candles(0, 40, "4.6"), true, {30, 72}, deaths);
  EXPECT_GT(deaths.died, 25 / static_cast<int>(acts::test::kFewerBy));
  EXPECT_GT(deaths.unfinished, 2 / static_cast<int>(acts::test::kFewerBy));
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
                                             .hints = kSpotMarket,
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
