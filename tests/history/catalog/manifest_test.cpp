#include "history/catalog/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acts::history {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Manifest example() {
  Manifest manifest;
  manifest.id = std::string(16, 'a');
  manifest.code = "acts test";
  manifest.source_name = "币安人生USDT-1h-2021-01.csv";
  manifest.source_sha256 = std::string(64, 'b');
  manifest.time_unit = "us";
  manifest.facts.rows = 3;
  CatalogFile file;
  file.set = {.kind = find_kind("klines"), .venue = "binance-spot", .symbol = "币安人生USDT", .interval = "1h"};
  file.day = 18'628;
  file.first_time = 18'628 * 86'400'000'000;
  file.last_time = file.first_time + 1;
  file.first_key = file.first_time;
  file.last_key = file.last_time;
  file.digest = std::string(64, 'c');
  file.sha256 = std::string(64, 'd');
  manifest.files = {file};
  manifest.replaced = {"kind=klines/x.parquet"};
  return manifest;
}

TEST(Manifest, ReadsWhatItWrites) {
  const Result<std::string> text = to_json(example());
  ASSERT_TRUE(text) << text.error().message;
  const Result<Manifest> read = parse_manifest(*text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, example());
}

TEST(Manifest, KeepsIdsOfAnySize) {
  Manifest manifest = example();
  CatalogFile& file = manifest.files[0];
  file.set.kind = find_kind("agg_trades");
  file.set.interval.clear();
  file.columns = file.set.kind->columns.size();
  file.first_key = INT64_MIN;
  file.last_key = INT64_MAX;
  EXPECT_EQ(parse_manifest(to_json(manifest).value()).value(), manifest);
}

// The day of a time in nanoseconds, taken for microseconds, overflowed.
TEST(Manifest, RefusesTimesThatAreNone) {
  const auto error = [](std::int64_t CatalogFile::* field, std::int64_t value) {
    Manifest manifest = example();
    manifest.files[0].*field = value;
    return parse_manifest(to_json(manifest).value()).error().message;
  };
  for (const auto field : {&CatalogFile::first_time, &CatalogFile::last_time}) {
    for (const std::int64_t value : {std::int64_t{-1}, std::int64_t{17'750'016'000'000'000}, INT64_MAX}) {
      EXPECT_THAT(error(field, value), HasSubstr("a file's times are not of 1970 to 2199")) << value;
    }
  }
  EXPECT_THAT(error(&CatalogFile::last_key, INT64_MAX), HasSubstr("a file's keys are not of 1970 to 2199"));
}

TEST(Manifest, KeepsWhereCandlesLeaveTheirGrid) {
  Manifest manifest = example();
  EXPECT_THAT(to_json(manifest).value(), Not(HasSubstr("off_grid"))) << "bytes as they were before";
  manifest.facts.off_grid = 2;
  manifest.facts.first_off_grid = 1'606'784'400'000'000;
  const std::string text = to_json(manifest).value();
  EXPECT_EQ(parse_manifest(text).value(), manifest);
  std::string number = text;
  const std::string_view quoted = "\"1606784400000000\"";
  number.replace(number.find(quoted), quoted.size(), "1606784400000000");
  EXPECT_THAT(parse_manifest(number).error().message, HasSubstr("it is no manifest"));
}

// As versions wrote it that replaced no rows and read nothing but the archive.
TEST(Manifest, ReadsWhatLacksTheNewerFields) {
  std::string text = to_json(example()).value();
  for (const std::string_view part : {",\"generation\":0", "\"generation\":0,", ",\"superseded\":0",
                                      "\"superseded\":0,", ",\"read_as\":\"archive\"", "\"read_as\":\"archive\","}) {
    if (const std::size_t at = text.find(part); at != std::string::npos) text.erase(at, part.size());
  }
  EXPECT_THAT(text, Not(HasSubstr("superseded")));
  EXPECT_EQ(parse_manifest(text).value(), example());
}

// A path that is listed as replaced never counts again: rows that come back are another file.
TEST(CurrentFiles, HoldRowsThatCameBackUnderAnotherName) {
  Manifest first = example();
  first.replaced.clear();
  Manifest second = example();
  second.files[0].digest = std::string(64, 'e');
  second.replaced = {first.files[0].path()};
  Manifest third = first;
  third.files[0].generation = 1;
  third.replaced = {second.files[0].path()};
  ASSERT_EQ(current_files({first, second, third}).size(), 1U);
  EXPECT_EQ(current_files({first, second, third})[0].path(), third.files[0].path());
  EXPECT_THAT(third.files[0].path(), ::testing::EndsWith("cccccccccccccccc-1.parquet"));
}

TEST(Manifest, RefusesWhatLeadsElsewhere) {
  const auto error = [](auto change) {
    Manifest manifest = example();
    change(manifest);
    return parse_manifest(to_json(manifest).value()).error().message;
  };
  EXPECT_THAT(error([](Manifest& m) { m.replaced = {"kind=x/../../../etc/passwd.parquet"}; }), HasSubstr("is no path"));
  EXPECT_THAT(error([](Manifest& m) { m.replaced = {"/etc/passwd"}; }), HasSubstr("is no path"));
  EXPECT_THAT(error([](Manifest& m) { m.files[0].set.symbol = "../.."; }), HasSubstr("symbol, venue or origin"));
  EXPECT_THAT(error([](Manifest& m) { m.files[0].set.symbol = "*"; }), HasSubstr("symbol, venue or origin"));
  EXPECT_THAT(error([](Manifest& m) { m.files[0].set.interval = "../1h"; }), HasSubstr("interval"));
  EXPECT_THAT(error([](Manifest& m) { m.files[0].digest = "../" + std::string(61, 'a'); }), HasSubstr("sum"));
  EXPECT_THAT(error([](Manifest& m) { m.id = "../../x"; }), HasSubstr("id"));
}

TEST(Manifest, RefusesOtherTexts) {
  for (const char* text : {"", "{}", "[]", "{\"format\":1}", "{\"format\":2}", "null"}) {
    EXPECT_FALSE(parse_manifest(text)) << text;
  }
}

TEST(CurrentFiles, AreThoseThatNoOtherReplaced) {
  Manifest first = example();
  first.replaced.clear();
  Manifest second = example();
  second.files[0].digest = std::string(64, 'e');
  second.replaced = {first.files[0].path()};
  EXPECT_EQ(current_files({first}).size(), 1U);
  EXPECT_EQ(current_files({first, first}).size(), 1U);
  ASSERT_EQ(current_files({first, second}).size(), 1U);
  EXPECT_EQ(current_files({second, first})[0].digest, std::string(64, 'e'));
}

TEST(SourceId, BelongsToContentAndDataSet) {
  const DataSet spot = example().files[0].set;
  DataSet usdm = spot;
  usdm.venue = "binance-usdm";
  const auto id = [](std::string_view sum, const std::vector<DataSet>& sets, std::string_view read_as = "archive") {
    return source_id(sum, sets, read_as);
  };
  EXPECT_EQ(id("a", {spot}), id("a", {spot}));
  EXPECT_NE(id("a", {spot}), id("b", {spot}));
  EXPECT_NE(id("a", {spot}), id("a", {usdm}));
  EXPECT_NE(id("a", {spot}), id("a", {spot, usdm}));
  EXPECT_NE(id("a", {spot}), id("a", {spot}, "csv open_time=1"));
}

}  // namespace
}  // namespace acts::history
