// Files whose rows are not in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
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

// Metrics of the archive are published so: they were refused.
TEST(Importer, SortsRowsThatAreOutOfOrder) {
  const std::vector<std::string> parts{candles(30, 20), candles(0, 5), candles(5, 26), "rubbish\n",
                                       candles(50, 22, "4.50000000001")};
  Catalog sorted;
  ASSERT_TRUE(sorted.import(sorted.dir.write("X-1h-2021-01.csv", candles(0, 50) + candles(50, 22, "4.50000000001")),
                            kSpotMarket));
  auto wanted = tree(sorted.dir / "catalog");
  std::erase_if(wanted, [](const auto& file) { return !file.first.starts_with("kind="); });
  ASSERT_EQ(wanted.size(), 3U);
  for (const auto& order : std::vector<std::vector<int>>{
           {0, 1, 2, 3, 4}, {4, 0, 2, 1, 3}, {1, 2, 0, 4, 3}, {1, 3, 2, 0, 4}, {2, 4, 3, 1, 0}}) {
    std::string text;
    for (const int i : order) text += parts[static_cast<std::size_t>(i)];
    Catalog catalog;
    const auto done = catalog.import(catalog.dir.write("X-1h-2021-01.csv", text), kSpotMarket, 1);
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
  const auto done = catalog.import(path, kSpotMarket, 1);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.facts.rows, 5U);
  EXPECT_THAT(acts::testing::read_file(done->rejects_path),
              HasSubstr("6,\"its open_time is that of the row before, its values are not\""));
}

}  // namespace
}  // namespace acts::history
