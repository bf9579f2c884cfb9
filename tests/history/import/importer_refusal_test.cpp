// What does not enter, and what is said of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "history/import/importer_fixture.hpp"
#include "history/import/unpack_limits.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

using test::candles;
using test::Catalog;
using test::kSpotMarket;
using test::tree;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Importer, RefusesWhatContradictsTheCatalog) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24)), kSpotMarket));
  const auto before = tree(catalog.dir / "catalog");
  const std::string error = catalog.error(catalog.dir.write("X-1h-2021-01.csv", candles(-30, 40, "4.6")), kSpotMarket);
  EXPECT_THAT(error,
              HasSubstr("X-1h-2021-01.csv: open_time 2021-01-01T00:00:00.000Z: close is 4.6 here, and 4.5 in the "
                        "catalog: nothing of it is imported; --replace"));
  EXPECT_EQ(tree(catalog.dir / "catalog"), before);
}

TEST(Importer, LeavesNothingOfAFileWithTooManyBadRows) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 30) + "rubbish\n");
  EXPECT_THAT(catalog.error(path, kSpotMarket), HasSubstr("line 31: it has 1 fields, not 12"));
  EXPECT_EQ(catalog.verify().files, 0U);
  const auto left = tree(catalog.dir / "catalog");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_THAT(left.begin()->first, HasSubstr("_rejects/"));
  const auto outcome = catalog.import(path, kSpotMarket, 1);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->manifest.bad_rows, 1U);
  EXPECT_EQ(acts::testing::read_file(outcome->rejects_path),
            "line,reason,text\n31,\"it has 1 fields, not 12\",\"rubbish\"\n");
  EXPECT_THAT(catalog.verify().problems, IsEmpty());
}

// "text that is not UTF-8" was all that was said, once the rows had been read.
TEST(Importer, RefusesANameThatCannotBeKept) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-\xe9-1h-2021-01.csv", candles(0, 24));
  EXPECT_THAT(catalog.error(path, kSpotMarket), HasSubstr("its name, which the catalog keeps, is not UTF-8"));
}

// They were passed over, and the file entered a second time, as one that was read otherwise.
TEST(Importer, RefusesHintsThatAFormatMakesNothingOf) {
  Catalog catalog;
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", candles(0, 24));
  const auto error = [&](void (*hint)(SourceHints&)) {
    SourceHints hints = kSpotMarket;
    hint(hints);
    return catalog.error(path, hints);
  };
  EXPECT_THAT(error([](SourceHints& hints) { hints.columns = "open_time=1"; }),
              HasSubstr("X-1h-2021-01-01.csv: --map is of --format csv, and it is read as archive: leave it out, or "
                        "give the --format"));
  EXPECT_THAT(error([](SourceHints& hints) { hints.tick_size = "0.1"; }), HasSubstr("--tick-size is of --format npz"));
  EXPECT_THAT(error([](SourceHints& hints) { hints.time_format = "ms"; }),
              HasSubstr("--time-format is of --format csv and candles"));
  EXPECT_TRUE(catalog.import(path, kSpotMarket));
}

// Only "it holds no row" was said of it.
TEST(Importer, SaysWhyNoRowOfAFileIsRight) {
  Catalog catalog;
  std::string text = "1609459200000,1.5,9.0,x,4.5,10.5,1609462799999,100,7,5,50,0\n";
  const std::string path = catalog.dir.write("X-1h-2021-01-01.csv", text + "rubbish\n");
  const std::string error = catalog.error(path, kSpotMarket, 100);
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
  EXPECT_THAT(catalog.error(path, kSpotMarket),
              HasSubstr("and not what X-1h-2021-01-01.csv.CHECKSUM says: fetch it again"));
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
  const std::string error = catalog.error(catalog.dir.write("X-1h-2021-01-01.csv.zst", pack_zstd(text)), kSpotMarket);
  EXPECT_THAT(error, HasSubstr("X-1h-2021-01-01.csv.zst: "));
  EXPECT_THAT(error, HasSubstr("it unpacks to more than "));
  EXPECT_EQ(catalog.verify().files, 0U);
}

// Whatever it is taken for: one line that a terminal may show, and nothing of it in the catalog.
TEST(Importer, RefusesHostileTextInEveryFormat) {
  constexpr std::size_t kMost = std::size_t{8} << 20;
  const std::vector<std::pair<std::string, std::string>> texts{
      {"zeros", std::string(4096, '\0') + "\n" + std::string(4096, '\0')},
      {"columns", std::string(kMost / 8, ',') + "\n" + std::string(kMost / 8, ',')},
      {"line", std::string(kMost, '1')},
      {"escapes", "\x1b[2J\x1b]0;x\x07,1,2,3\n\xff\xfe\xfd,\x1b[31m\n"},
      {"brackets", std::string(kMost / 8, '[')},
      {"digits", "1609459200000," + std::string(kMost / 8, '9') + ",1,1,1,1,1609462799999,1,1,1,1,0\n"}};
  for (const SourceFormat& format : source_formats()) {
    for (const auto& [name, text] : texts) {
      SCOPED_TRACE(fmt::format("{} as {}", name, format.name));
      Catalog catalog;
      const std::string kind = format.name == "npz" ? "" : format.name == "ccxt" ? "agg_trades" : "klines";
      const SourceHints hints{.kind = kind,
                              .venue = "binance-spot",
                              .symbol = "XUSDT",
                              .interval = "1h",
                              .format = std::string(format.name)};
      const std::string error = catalog.error(catalog.dir.write(name + "-1h-2021-01-01.csv", text), hints, 1);
      EXPECT_NE(error, "");
      EXPECT_LT(error.size(), 1000U);
      EXPECT_TRUE(std::ranges::none_of(error, [](char c) { return c >= 0 && c < ' '; })) << error;
      EXPECT_EQ(catalog.verify().files, 0U);
    }
  }
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
  EXPECT_THAT(catalog.error(catalog.dir.write("X-1h-2021-01-01.csv", ""), kSpotMarket), HasSubstr("it holds no row"));
  EXPECT_THAT(catalog.error(catalog.dir / "missing-1h-2021-01-01.csv", kSpotMarket), HasSubstr("No such file"));
}

}  // namespace
}  // namespace acts::history
