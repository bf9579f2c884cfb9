#include "history/query/query_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>

#include "history/import/importer_fixture.hpp"
#include "history/query/result_text.hpp"

namespace acts::history {
namespace {

using acts::test::testdata;
using test::Catalog;
using test::market;
using ::testing::HasSubstr;

bool never() { return false; }

// What a statement answers, as CSV, or its error.
std::string answer(QuerySession& session, const std::string& sql) {
  auto rows = session.select(sql, never);
  if (!rows) return rows.error().message;
  std::string text;
  append_csv_header(text, rows->columns());
  ResultCells cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return there.error().message;
    if (!*there) return text;
    append_csv_row(text, cells);
  }
}

QuerySession session_of(const Catalog& catalog, const std::string& output = {}) {
  auto session = QuerySession::open(real_file_ops(), catalog.dir.string(), {.temp_directory = {}, .output = output});
  if (!session) throw std::runtime_error(session.error().message);
  return *std::move(session);
}

TEST(QuerySession, AnswersAboutTheCatalog) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"), market("binance-spot")));
  QuerySession session = session_of(catalog);
  EXPECT_EQ(answer(session,
                   "SELECT venue, symbol, interval, origin, date, count(*) AS n, max(high) FROM klines "
                   "WHERE date = '2021-02-11' GROUP BY ALL"),
            "venue,symbol,interval,origin,date,n,max(high)\nbinance-spot,BTCUSDT,1h,archive,2021-02-11,23,48678.9\n");
  EXPECT_EQ(answer(session, "SELECT open_time, close_time, high * volume AS x FROM klines ORDER BY 1 LIMIT 1;"),
            "open_time,close_time,x\n2021-02-01T00:00:00.000Z,2021-02-01T00:59:59.999Z,145135704.89055226\n");
}

TEST(QuerySession, AnswersTheSameOfChosenFilesWithoutKeepingWhatItFreed) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"), market("binance-spot")));
  const auto files = current_files(real_file_ops(), catalog.paths(),
                                   [](const CatalogFile& file) { return file.day >= day_of(1'613'001'600'000'000); });
  ASSERT_TRUE(files.has_value());
  auto session =
      QuerySession::open(real_file_ops(), catalog.dir.string(),
                         {.temp_directory = {}, .keeps_freed = false, .files = StoredFiles(*files), .output = {}});
  ASSERT_TRUE(session.has_value());
  const std::string sql =
      "SELECT date, count(*) AS n, max(high) FROM klines WHERE date >= '2021-02-11' GROUP BY ALL "
      "ORDER BY ALL";
  QuerySession whole = session_of(catalog);
  EXPECT_EQ(answer(*session, sql), answer(whole, sql));
  EXPECT_EQ(answer(*session, "SELECT min(date) AS first, count(DISTINCT date) AS days FROM klines"),
            "first,days\n2021-02-11,18\n");
}

TEST(QuerySession, HasViewsOfTheSameColumnsWithoutData) {
  Catalog catalog;
  QuerySession empty = session_of(catalog);
  EXPECT_EQ(answer(empty, "SELECT count(*) AS n FROM klines"), "n\n0\n");
  const std::string columns = "SELECT column_name, column_type FROM (DESCRIBE klines)";
  const std::string before = answer(empty, columns);
  EXPECT_THAT(before, HasSubstr("close,\"DECIMAL(38,12)\""));
  ASSERT_TRUE(catalog.import(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"), market("binance-spot")));
  QuerySession full = session_of(catalog);
  EXPECT_EQ(answer(full, columns), before);
}

// A day with narrow decimals and one with wide ones: neither loses a digit, whichever is read first.
TEST(QuerySession, LosesNoDigitOfDaysInDifferentForms) {
  Catalog catalog;
  const std::string first = "1,0.00000987,3,1,1,1735689600000,true\n";
  const std::string second = "2,0.000009872345,45000000000.5,2,2,1735776000000,true\n";
  ASSERT_TRUE(catalog.import(catalog.dir.write("X-aggTrades-2025-01.csv", first + second), market("binance-spot")));
  QuerySession session = session_of(catalog);
  EXPECT_EQ(answer(session, "SELECT date, price, quantity FROM agg_trades ORDER BY 1"),
            "date,price,quantity\n2025-01-01,0.00000987,3\n2025-01-02,0.000009872345,45000000000.5\n");
}

// What is refused was tried with files that are not there, or that nobody can read: it would have failed without a
// fence.
class QueryFence : public ::testing::Test {
 protected:
  QueryFence() : session_(session_of(catalog_)) {
    std::ignore = catalog_.dir.write("outside.csv", "a\n1\n");
    std::ignore = catalog_.dir.write("outside.json", "{\"a\":1}\n");
    const auto duck = Duck::open({.temp_directory = ""}).value();
    const auto written = duck->run(fmt::format("COPY (SELECT 1 AS a) TO '{}'", place("outside.parquet")));
    EXPECT_TRUE(written) << written.error().message;
    for (const char* name : {"outside.csv", "outside.json", "outside.parquet"}) {
      EXPECT_TRUE(duck->run(fmt::format("SELECT * FROM '{}'", place(name)))) << name << " can be read without a fence";
    }
    before_ = files();
  }
  // Whatever was asked has written nothing.
  ~QueryFence() override { EXPECT_EQ(files(), before_); }
  QueryFence(const QueryFence&) = delete;
  QueryFence& operator=(const QueryFence&) = delete;

  // With $D for the folder that has the catalog and the files beside it.
  [[nodiscard]] std::string here(std::string_view text) const {
    std::string out(text);
    for (std::size_t at = out.find("$D"); at != std::string::npos; at = out.find("$D", at)) {
      out.replace(at, 2, catalog_.dir.string());
    }
    return out;
  }
  std::optional<Error> refusal(const std::string& sql) {
    const auto rows = session_.select(sql, never);
    return rows ? std::nullopt : std::optional(rows.error());
  }

  Catalog catalog_;
  QuerySession session_;

 private:
  [[nodiscard]] std::string place(std::string_view name) const { return catalog_.dir / name; }
  [[nodiscard]] std::map<std::string, std::string> files() const { return test::tree(catalog_.dir.string()); }

  std::map<std::string, std::string> before_;
};

TEST_F(QueryFence, TakesOneSelectOnly) {
  for (const char* sql : {"COPY (SELECT 1) TO '$D/x'",
                          "EXPLAIN ANALYZE COPY (SELECT 1) TO '$D/x'",
                          "EXPLAIN ANALYZE SELECT 1",
                          "SET threads = 4",
                          "SET GLOBAL enable_external_access = true",
                          "RESET threads",
                          "ATTACH '$D/x.db'",
                          "CREATE TABLE x (i INT)",
                          "CREATE VIEW x AS SELECT 1",
                          "CREATE MACRO x() AS 1",
                          "INSERT INTO x VALUES (1)",
                          "INSTALL httpfs",
                          "LOAD json",
                          "PRAGMA version",
                          "PRAGMA enable_profiling",
                          "CALL pragma_version()",
                          "CALL enable_logging(storage_path = '$D/x')",
                          "CALL enable_profiling(save_location = '$D/x')",
                          "EXPORT DATABASE '$D/x'",
                          "EXPLAIN SELECT 1",
                          "SELECT 1; SELECT 2",
                          "DROP VIEW klines",
                          "PREPARE x AS SELECT 1",
                          "CHECKPOINT",
                          "VACUUM",
                          "USE memory",
                          "BEGIN"}) {
    const auto refused = refusal(here(sql));
    ASSERT_TRUE(refused) << sql;
    EXPECT_EQ(refused->code, ErrorCode::kUsage) << sql << ": " << refused->message;
    EXPECT_THAT(refused->message, HasSubstr("only one SELECT is taken")) << sql;
  }
  EXPECT_EQ(answer(session_, "SELECT 1 AS x -- and a comment"), "x\n1\n");
}

TEST_F(QueryFence, TakesNoTextThatIsNoStatement) {
  for (const char* sql : {"", ";", "-- nothing", "SELECT 1) TO '$D/x' --", "SELECT"}) {
    const auto refused = refusal(here(sql));
    ASSERT_TRUE(refused) << sql;
    EXPECT_TRUE(refused->code == ErrorCode::kUsage || refused->code == ErrorCode::kBadInput) << sql;
  }
}

TEST_F(QueryFence, TakesNoFunctionThatOpensFiles) {
  for (const char* function :
       {"read_csv('$D/outside.csv')", "read_csv_auto('$D/outside.csv')", "sniff_csv('$D/outside.csv')",
        "read_text('$D/outside.csv')", "read_blob('$D/outside.csv')", "glob('$D/*')", "read_json('$D/outside.json')",
        "read_json_auto('$D/outside.json')", "read_ndjson('$D/outside.json')", "read_parquet('$D/outside.parquet')",
        "parquet_scan('$D/outside.parquet')", "parquet_metadata('$D/outside.parquet')",
        "parquet_schema('$D/outside.parquet')", "query('SELECT 1')", "query_table('klines')",
        "enable_profiling(save_location = '$D/x')", "enable_logging(storage_path = '$D/x')", "duckdb_secrets()",
        "(SELECT * FROM read_text('$D/outside.csv'))"}) {
    const std::string from = here(function);
    for (const std::string& sql :
         {fmt::format("SELECT * FROM {}", from), fmt::format("SELECT (SELECT count(*) FROM {})", from),
          fmt::format("WITH a AS (SELECT * FROM {}) SELECT * FROM a", from),
          fmt::format("SELECT 1 AS x UNION ALL SELECT 1 FROM {}", from)}) {
      const auto refused = refusal(sql);
      ASSERT_TRUE(refused) << sql;
      EXPECT_EQ(refused->code, ErrorCode::kUsage) << sql;
      EXPECT_THAT(refused->message, HasSubstr("() is not taken: only range")) << sql;
    }
  }
  EXPECT_EQ(answer(session_, "SELECT sum(range) AS n FROM range(5)"), "n\n10\n");
}

TEST_F(QueryFence, OpensNoFileByItsName) {
  for (const char* name : {"$D/outside.csv", "$D/outside.json", "$D/outside.parquet", "$D/outside.*",
                           "$D/catalog/../outside.csv", "https://x.org/y.parquet"}) {
    for (const char* form : {"SELECT * FROM '{}'", "SELECT * FROM \"{}\"", "SELECT (SELECT count(*) FROM '{}')"}) {
      const std::string sql = fmt::format(fmt::runtime(form), here(name));
      EXPECT_TRUE(refusal(sql)) << sql;
    }
  }
}

TEST_F(QueryFence, TellsNothingOfTheProcess) {
  const auto refused = refusal("SELECT getenv('HOME') AS x");
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->message, HasSubstr("getenv"));
}

TEST(QuerySession, CanBeInterrupted) {
  const Catalog catalog;
  QuerySession session = session_of(catalog);
  std::atomic<int> asked = 0;
  const auto rows =
      session.select("SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range < 0",
                     [&asked] { return ++asked > 3; });
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(answer(session, "SELECT 1 AS x"), "x\n1\n");
}

// Behind the first rows DuckDB gives the thread back no more until the next are there: nothing but SIGKILL ended that.
TEST(QuerySession, CanBeInterruptedBehindItsFirstRows) {
  const Catalog catalog;
  QuerySession session = session_of(catalog);
  // More rows than DuckDB gathers before it hands out the first (1 MB, 125'000 rows), then none for hours: it blocks as
  // soon as it has less than that in hand.
  constexpr int kRows = 500'000;
  constexpr int kMost = 340'000;
  std::atomic<bool> has_most = false;
  std::atomic<int> asked = 0;
  auto rows = session.select("SELECT range AS x FROM range(1000000000000) WHERE range < 500000 OR range = -1",
                             [&] { return has_most && ++asked > 90; });
  ASSERT_TRUE(rows) << rows.error().message;
  ResultCells cells;
  Result<bool> there = true;
  int read = 0;
  for (; there && read < kRows; ++read) {
    // A question every 2048 rows, which are 78; the others are of the wait behind them.
    has_most = read > kMost;
    there = rows->next(cells);
  }
  if (there) there = rows->next(cells);
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().code, ErrorCode::kCancelled);
  EXPECT_GT(read, kMost);
}

TEST(QuerySession, WritesParquetWholeOrNotAtAll) {
  Catalog catalog;
  ASSERT_TRUE(catalog.import(testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-02.csv"), market("binance-spot")));
  const std::string output = catalog.dir / "out.parquet";
  QuerySession session = session_of(catalog, output);
  const auto failed = session.to_parquet("SELECT 1 / (symbol)::INT FROM klines", never);
  EXPECT_FALSE(failed);
  EXPECT_FALSE(std::filesystem::exists(output));
  EXPECT_FALSE(std::filesystem::exists(output + ".part"));
  const auto rows = session.to_parquet("SELECT * FROM klines; -- all", never);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, 671U);
  EXPECT_EQ(catalog.one(fmt::format("SELECT count(*) FROM read_parquet('{}')", output)), "671");
}

// A Parquet file in the catalog would be one that no manifest names, and that others count.
TEST(QuerySession, WritesNothingIntoTheCatalog) {
  const Catalog catalog;
  std::filesystem::create_directories(catalog.dir / "catalog");
  std::filesystem::create_directory_symlink(catalog.dir / "catalog", catalog.dir / "link");
  for (const char* name : {"catalog/x.parquet", "catalog/kind=klines/x.parquet", "a/../catalog/x", "link/x"}) {
    const auto session =
        QuerySession::open(real_file_ops(), catalog.dir.string(), {.temp_directory = {}, .output = catalog.dir / name});
    ASSERT_FALSE(session) << name;
    EXPECT_EQ(session.error().code, ErrorCode::kUsage);
    EXPECT_THAT(session.error().message, HasSubstr("is in the catalog, where only imports write"));
  }
  EXPECT_TRUE(QuerySession::open(real_file_ops(), catalog.dir.string(),
                                 {.temp_directory = {}, .output = catalog.dir / "catalog2.parquet"}));
}

class SyncFails final : public FileOps {
 public:
  int sync(int) override { return -EIO; }
};

// The result had its name before its bytes were on the disk: after a power cut, an empty file.
TEST(QuerySession, BringsItsResultToTheDiskBeforeItsName) {
  const Catalog catalog;
  const std::string output = catalog.dir / "out.parquet";
  SyncFails ops;
  auto session = QuerySession::open(ops, catalog.dir.string(), {.temp_directory = {}, .output = output});
  ASSERT_TRUE(session) << session.error().message;
  const auto rows = session->to_parquet("SELECT 1 AS x", never);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kStorage);
  EXPECT_FALSE(std::filesystem::exists(output));
  EXPECT_FALSE(std::filesystem::exists(output + ".part"));
}

// Nothing but 90 % of the disk bounded what a query spilled.
TEST(QuerySession, TellsDuckDbHowMuchItMaySpill) {
  const Catalog catalog;
  const acts::testing::TempDir spill;
  auto session = QuerySession::open(real_file_ops(), catalog.dir.string(),
                                    {.memory_bytes = std::uint64_t{64} << 20,
                                     .temp_directory = spill.string(),
                                     .spill_bytes = std::uint64_t{4} << 20,
                                     .output = {}});
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(answer(*session, "SELECT current_setting('max_temp_directory_size') AS x"), "x\n4.0 MiB\n");
}

// The limit was told to DuckDB, and nobody knew what happens at it.
TEST(QuerySession, EndsWhereItMaySpillNoMore) {
  const Catalog catalog;
  const acts::testing::TempDir spill;
  {
    auto session = QuerySession::open(real_file_ops(), catalog.dir.string(),
                                      {.memory_bytes = std::uint64_t{64} << 20,
                                       .temp_directory = spill.string(),
                                       .spill_bytes = std::uint64_t{4} << 20,
                                       .output = {}});
    ASSERT_TRUE(session) << session.error().message;
    const auto rows = session->select("SELECT range AS x FROM range(30000000) ORDER BY hash(range)", never);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::kStorage);
    EXPECT_EQ(rows.error().message,
              "it needs more temporary space than it may take: ask for less, or acts query for it with more --spill");
    EXPECT_EQ(answer(*session, "SELECT 1 AS x"), "x\n1\n");
  }
  EXPECT_TRUE(std::filesystem::is_empty(spill.string()));
}

TEST(QuerySession, EndsWhereItMaySpillNothing) {
  const Catalog catalog;
  auto session = QuerySession::open(real_file_ops(), catalog.dir.string(),
                                    {.memory_bytes = std::uint64_t{64} << 20, .temp_directory = {}, .output = {}});
  ASSERT_TRUE(session) << session.error().message;
  const auto rows = session->select("SELECT range AS x FROM range(30000000) ORDER BY hash(range)", never);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kStorage);
  EXPECT_EQ(rows.error().message,
            "it needs more memory than it may take: ask for less, or acts query for it with more --memory");
}

TEST(QuerySession, ExplainsWithoutRunning) {
  const Catalog catalog;
  QuerySession session = session_of(catalog);
  const auto plan = session.explain("SELECT count(*) FROM range(10)", never);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(*plan, HasSubstr("RANGE"));
}

TEST(ResultText, QuotesForEachReader) {
  const std::vector<SelectColumn> columns{
      {"a,b", CellForm::kText}, {"n", CellForm::kNumber}, {"d", CellForm::kExact}, {"f", CellForm::kFlag}};
  const ResultCells cells{"x\"y\n", "nan", "1.5", "true"};
  const ResultCells unknown{"", std::nullopt, std::nullopt, std::nullopt};
  std::string csv;
  append_csv_header(csv, columns);
  append_csv_row(csv, cells);
  append_csv_row(csv, unknown);
  EXPECT_EQ(csv, "\"a,b\",n,d,f\n\"x\"\"y\n\",nan,1.5,true\n\"\",,,\n");
  std::string json;
  append_json_row(json, columns, cells);
  append_json_row(json, columns, unknown);
  EXPECT_EQ(json,
            "{\"a,b\":\"x\\\"y\\u000a\",\"n\":\"nan\",\"d\":\"1.5\",\"f\":true}\n"
            "{\"a,b\":\"\",\"n\":null,\"d\":null,\"f\":null}\n");
}

// A reader that takes numbers for doubles made 9007199254740992 of 9007199254740993, in silence.
TEST(ResultText, GivesWholeNumbersThatDoublesDoNotHoldAsStrings) {
  const std::vector<SelectColumn> columns{{"n", CellForm::kWhole}};
  std::string json;
  for (const char* number : {"9007199254740992", "-9007199254740992", "9007199254740993", "-9007199254740993",
                             "170141183460469231731687303715884105727"}) {
    append_json_row(json, columns, {number});
  }
  EXPECT_EQ(json,
            "{\"n\":9007199254740992}\n{\"n\":-9007199254740992}\n{\"n\":\"9007199254740993\"}\n"
            "{\"n\":\"-9007199254740993\"}\n{\"n\":\"170141183460469231731687303715884105727\"}\n");
}

TEST(ResultText, AlignsATable) {
  ResultTable table({{"name", CellForm::kText}, {"n", CellForm::kNumber}});
  std::string text;
  table.add({"币安", "10"}, text);
  table.add({"a\x1b[31m", "7"}, text);
  EXPECT_EQ(text, "");
  table.finish(text);
  EXPECT_EQ(text, "name     n\n------  --\n币安      10\na [31m   7\n");
}

}  // namespace
}  // namespace acts::history
