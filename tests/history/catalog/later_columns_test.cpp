// Files of an older version, without the columns that kinds have got since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "history/canonical_json.hpp"
#include "history/import/importer_fixture.hpp"
#include "history/query/query_session.hpp"

namespace acts::history {
namespace {

using test::Catalog;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kBegin = 1'700'000'000'000;  // milliseconds

// Updates of USD-M that were made at kBegin + n and sent `later` milliseconds behind that.
std::string updates(int first, int count, int later) {
  std::string text;
  for (int n = first; n < first + count; ++n) {
    text += fmt::format(
        R"({}000000 {{"e":"depthUpdate","E":{},"T":{},"s":"BTCUSDT","U":{},"u":{},"pu":{},"b":[["100.5","{}"]],"a":[]}})"
        "\n",
        kBegin + n + 100, kBegin + n + later, kBegin + n, n + 1, n + 1, n, n + 1);
  }
  return text;
}

class LaterColumns : public ::testing::Test {
 protected:
  void enter(const std::string& name, const std::string& text, bool replaces = false) {
    auto importer = Importer::open(real_file_ops(), catalog_.dir.string());
    ASSERT_TRUE(importer) << importer.error().message;
    const auto done = importer->import_file({.path = catalog_.dir.write(name, text),
                                             .hints = test::market("binance-usdm"),
                                             .max_bad_rows = 0,
                                             .code = "acts test",
                                             .replaces = replaces});
    ASSERT_TRUE(done) << done.error().message;
  }

  // As the version before wrote it: the same rows and the same sum of them, without the column.
  void make_old() {
    const std::vector<Manifest> manifests = read_manifests(real_file_ops(), catalog_.paths()).value();
    ASSERT_EQ(manifests.size(), 1U);
    const CatalogFile& file = manifests[0].files.at(0);
    const std::string path = catalog_.paths().file(file.path());
    const auto duck = Duck::open({.temp_directory = ""}).value();
    ASSERT_TRUE(
        duck->run(fmt::format("COPY (SELECT * EXCLUDE (ts_sent) FROM read_parquet({}, hive_partitioning = "
                              "false)) TO {} (FORMAT parquet, COMPRESSION zstd)",
                              quoted_sql_text(path), quoted_sql_text(path + ".old"))));
    std::filesystem::rename(path + ".old", path);
    const std::string manifest = catalog_.paths().manifest(manifests[0].id);
    auto json = nlohmann::json::parse(acts::testing::read_file(manifest));
    json["files"][0].erase("columns");
    json["files"][0]["bytes"] = std::filesystem::file_size(path);
    json["files"][0]["sha256"] = sha256_of(acts::testing::read_file(path));
    std::ofstream(manifest, std::ios::trunc) << canonical_json(json).value();
  }

  std::string answer(const std::string& sql) {
    auto session = QuerySession::open(real_file_ops(), catalog_.dir.string(), {.temp_directory = {}, .output = {}});
    if (!session) return session.error().message;
    auto rows = session->select(sql, [] { return false; });
    if (!rows) return rows.error().message;
    std::vector<std::optional<std::string>> cells;
    const auto there = rows->next(cells);
    return there ? cells.at(0).value_or("NULL") : there.error().message;
  }

  Catalog catalog_;
};

TEST_F(LaterColumns, AreNullInFilesThatLackThem) {
  enter("a.jsonl", updates(0, 10, 0));
  make_old();
  EXPECT_THAT(catalog_.verify().problems, IsEmpty());
  EXPECT_EQ(answer("SELECT count(*) || ' ' || count(ts_sent) FROM book_updates"), "10 0");
  // Of a day that is beside it.
  std::string next = updates(90'000'000, 5, 3);
  enter("b.jsonl", next);
  EXPECT_EQ(
      answer("SELECT count(*) || ' ' || count(ts_sent) || ' ' || max(epoch_ms(ts_sent) - epoch_ms(ts_event)) FROM "
             "book_updates"),
      "15 5 3");
  EXPECT_THAT(catalog_.verify().problems, IsEmpty());
}

// Who imports the recording again with --replace gets them.
TEST_F(LaterColumns, ComeFromTheSameRowsToldAgain) {
  enter("a.jsonl", updates(0, 10, 0));
  make_old();
  enter("a2.jsonl", updates(0, 10, 4));
  EXPECT_EQ(
      answer("SELECT count(*) || ' ' || count(ts_sent) || ' ' || max(epoch_ms(ts_sent) - epoch_ms(ts_event)) FROM "
             "book_updates"),
      "10 10 4");
  EXPECT_THAT(catalog_.verify().problems, IsEmpty());
  // And do not go where a source does not tell them.
  enter("a3.jsonl", updates(0, 12, 0));
  EXPECT_EQ(answer("SELECT count(*) || ' ' || count(ts_sent) FROM book_updates"), "12 10");
}

TEST_F(LaterColumns, RefuseManifestsOfALaterVersion) {
  enter("a.jsonl", updates(0, 10, 0));
  const std::vector<Manifest> manifests = read_manifests(real_file_ops(), catalog_.paths()).value();
  Manifest later = manifests.at(0);
  later.files.at(0).columns = 12;
  const auto read = parse_manifest(to_json(later).value());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, ::testing::HasSubstr("columns that this version does not know"));
}

}  // namespace
}  // namespace acts::history
