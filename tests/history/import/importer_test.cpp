// What enters the catalog, once.
#include "history/import/importer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
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

TEST(Importer, TakesTheSameFileOnce) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 48));
  ASSERT_TRUE(catalog.import(path, kSpotMarket));
  const auto before = tree(catalog.dir / "catalog");
  const auto again = catalog.import(path, kSpotMarket);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->was_there);
  EXPECT_EQ(tree(catalog.dir / "catalog"), before);
  EXPECT_EQ(before.size(), 3U);  // two days, a manifest
}

TEST(Importer, GivesTheSameBytesElsewhere) {
  Catalog one;
  Catalog other;
  for (Catalog* catalog : {&one, &other}) {
    ASSERT_TRUE(catalog->import(catalog->dir.write("X-1h-2021-01-01.csv", candles(0, 48)), kSpotMarket));
  }
  EXPECT_EQ(tree(one.dir / "catalog"), tree(other.dir / "catalog"));
}

TEST(Importer, TakesAMonthAfterItsDays) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpotMarket));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-02.csv", candles(24, 20)), kSpotMarket));
  const auto month = catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(0, 72)), kSpotMarket);
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
          catalog.dir.write(fmt::format("X-1h-2021-01-0{}.csv", i + 1), texts[static_cast<std::size_t>(i)]),
          kSpotMarket);
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

// The days before stay as they are: catalog compact is for those.
TEST(Importer, IsWideFromTheSourceOnThatNeedsIt) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpotMarket));
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01.csv", candles(23, 25).substr(candles(23, 1).size()) +
                                                                       candles(48, 2, "4.50000000001")),
                             kSpotMarket));
  const std::vector<CatalogFile> files = current_files(read_manifests(real_file_ops(), catalog.paths()).value());
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].form, DecimalForm::kNarrow);
  EXPECT_EQ(files[1].form, DecimalForm::kWide);
  EXPECT_EQ(files[2].form, DecimalForm::kWide);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
  const auto later = catalog.import(catalog.dir.write("X-1h-2021-01-04.csv", candles(72, 3)), kSpotMarket);
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(later->manifest.files.at(0).form, DecimalForm::kWide);
  const auto other = catalog.import(catalog.dir.write("Y-1h-2021-01-04.csv", candles(72, 3)), kSpotMarket);
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->manifest.files.at(0).form, DecimalForm::kNarrow);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

// Days that were staged as narrow, before the first wide row was met, kept the second pass from staging them again.
TEST(Importer, TakesNarrowDaysInFrontOfAWideOne) {
  Catalog catalog;
  const auto outcome = catalog.import(
      catalog.dir.write("X-1h-2021-01.csv", candles(0, 48) + candles(48, 24, "4.50000000001")), kSpotMarket);
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_EQ(outcome->manifest.files.size(), 3U);
  for (const CatalogFile& file : outcome->manifest.files) EXPECT_EQ(file.form, DecimalForm::kWide);
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

TEST(Importer, MakesANarrowDayWideForAnothersRow) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 12)), kSpotMarket));
  ASSERT_TRUE(catalog.import(
      catalog.dir.write("X-1h-2021-01-02.csv", candles(11, 1) + candles(12, 12, "4.50000000001")), kSpotMarket));
  EXPECT_EQ(catalog.one("SELECT list(close ORDER BY open_time)[11:13]::VARCHAR FROM " + catalog.rows("klines")),
            "[4.500000000000, 4.500000000000, 4.500000000010]");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

class SyncCount final : public FileOps {
 public:
  int sync(int fd) override {
    ++files;
    return FileOps::sync(fd);
  }
  int sync_directory(const std::string& path) override {
    ++folders[path];
    return FileOps::sync_directory(path);
  }
  int files = 0;
  std::map<std::string, int> folders;
};

// All of a source together, whatever the number of its sets.
TEST(Importer, BringsEachFileAndFolderOfASourceToTheDiskOnce) {
  constexpr int kSymbols = 20;
  std::string text = R"({"t":"header","format":2,"exchange":"BYBIT"})"
                     "\n"
                     R"({"t":"connect","conn":"c","ts":1.5,"addr":"wss://stream.bybit.com/v5/public/linear"})"
                     "\n";
  for (int i = 0; i < kSymbols; ++i) {
    text += fmt::format(
        R"({{"t":"recv","conn":"c","ts":1700000000.5,"data":"{{\"topic\":\"publicTrade.S{0}\",\"data\":[)"
        R"({{\"s\":\"S{0}\",\"i\":\"1\",\"T\":1700000000000,\"p\":\"1.5\",\"v\":\"1\",\"S\":\"Buy\"}}]}}"}})"
        "\n",
        i);
  }
  Catalog catalog;
  SyncCount ops;
  auto importer = Importer::open(ops, catalog.dir.string());
  ASSERT_TRUE(importer) << importer.error().message;
  ops.files = 0;
  const auto done = importer->import_file(
      {.path = catalog.dir.write("x.jsonl", text), .hints = {}, .max_bad_rows = 0, .code = "acts test"});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->manifest.files.size(), static_cast<std::size_t>(kSymbols));
  EXPECT_EQ(ops.files, kSymbols + 1);  // and the manifest
  // Of each symbol three: its own, the day's, the origin's; and those of kind and venue.
  int folders = 0;
  for (const auto& [path, times] : ops.folders) {
    if (!path.contains("/kind=")) continue;
    ++folders;
    EXPECT_EQ(times, 1) << path;
  }
  EXPECT_EQ(folders, 3 * kSymbols + 2);
}

}  // namespace
}  // namespace acts::history
