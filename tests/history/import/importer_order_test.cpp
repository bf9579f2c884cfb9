// Files whose rows are not in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "history/import/importer_fixture.hpp"

namespace acts::history {
namespace {

using test::candles;
using test::Catalog;
using test::kSpotMarket;
using test::tree;
using ::testing::ElementsAre;
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

// 12 was traded before midnight, and got its id behind it; 14 is missing.
constexpr std::string_view kMidnight[] = {
    "10,1.5,2,20,21,1709251199000,true,true\n", "11,1.6,2,22,23,1709251200001,true,true\n",
    "12,1.7,2,24,25,1709251199999,true,true\n", "13,1.8,2,26,27,1709251201000,true,true\n",
    "15,1.8,2,28,28,1709251202000,true,true\n"};

// What verify says of gaps and steps back.
std::vector<std::string> order_findings(Catalog& catalog) {
  std::vector<std::string> told;
  const auto duck = Duck::open({.temp_directory = ""}).value();
  const auto check =
      verify_catalog(real_file_ops(), catalog.paths(), *duck, [&told](const DataSet&, const Finding& finding) {
        told.push_back(fmt::format("{} {}", to_string(finding.kind), finding.detail));
      });
  EXPECT_TRUE(check && check->problems.empty());
  return told;
}

TEST(Importer, TakesATradeOfBeforeMidnightForNoGap) {
  const std::vector<std::string> wanted{"step_back ts_event is 2000 us before that of the row before",
                                        "gap agg_trade_id 14 to 14"};
  for (const auto& order : std::vector<std::vector<std::size_t>>{{0, 1, 2, 3, 4}, {0, 2, 1, 3, 4}, {4, 2, 1, 3, 0}}) {
    std::string text;
    for (const std::size_t i : order) text += kMidnight[i];
    Catalog catalog;
    const auto done = catalog.import(catalog.dir.write("X-aggTrades-2024-03.csv", text), kSpotMarket);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->manifest.files.size(), 2U);
    EXPECT_EQ(done->manifest.facts.rows, 5U);
    EXPECT_EQ(done->manifest.facts.gaps, 1U);
    EXPECT_EQ(done->manifest.facts.missing, 1U);
    EXPECT_EQ(order_findings(catalog), wanted);
  }
}

// Each by itself has what the other lacks.
TEST(Importer, FindsNoGapBetweenDaysWhoseIdsOverlap) {
  Catalog catalog;
  const std::string first = std::string(kMidnight[0]).append(kMidnight[2]);
  const std::string second = std::string(kMidnight[1]).append(kMidnight[3]);
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2024-02-29.csv", first), kSpotMarket));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2024-03-01.csv", second), kSpotMarket));
  EXPECT_THAT(order_findings(catalog), ElementsAre("step_back ts_event is 2000 us before that of the row before"));
}

}  // namespace
}  // namespace acts::history
