#include "history/query/query_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
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

TEST(QuerySession, TakesOneSelectOnly) {
  const Catalog catalog;
  QuerySession session = session_of(catalog);
  for (const char* sql :
       {"COPY (SELECT 1) TO '/tmp/x'", "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x'", "SET threads = 4",
        "ATTACH 'x.db'", "CREATE TABLE x (i INT)", "INSERT INTO x VALUES (1)", "INSTALL httpfs", "LOAD json",
        "PRAGMA version", "CALL pragma_version()", "EXPORT DATABASE 'x'", "EXPLAIN SELECT 1", "SELECT 1; SELECT 2",
        "DROP VIEW klines", "PREPARE x AS SELECT 1", "BEGIN", "", ";"}) {
    const auto refused = session.select(sql, never);
    ASSERT_FALSE(refused) << sql;
    EXPECT_TRUE(refused.error().code == ErrorCode::kUsage || refused.error().code == ErrorCode::kBadInput) << sql;
  }
  EXPECT_EQ(answer(session, "SELECT 1 AS x -- and a comment"), "x\n1\n");
  EXPECT_EQ(answer(session, "SELECT 1) TO 'x' --"), answer(session, "SELECT 1) TO 'x' --"));
}

TEST(QuerySession, OpensNothingBesidesTheCatalog) {
  const Catalog catalog;
  QuerySession session = session_of(catalog);
  for (const char* from :
       {"read_csv('/etc/passwd')", "read_text('/etc/passwd')", "read_blob('/etc/passwd')", "glob('/etc/*')",
        "sniff_csv('/etc/passwd')", "read_parquet('/x')", "parquet_metadata('/x')", "query('SELECT 1')",
        "query_table('klines')", "enable_profiling(save_location = '/tmp/x')",
        "enable_logging(storage_path = '/tmp/x')", "duckdb_secrets()", "(SELECT * FROM read_text('/etc/passwd'))"}) {
    EXPECT_THAT(answer(session, fmt::format("SELECT * FROM {}", from)), HasSubstr("is not taken")) << from;
    EXPECT_THAT(answer(session, fmt::format("SELECT (SELECT count(*) FROM {})", from)), HasSubstr("is not taken"))
        << from;
    EXPECT_THAT(answer(session, fmt::format("WITH a AS (SELECT * FROM {}) SELECT * FROM a", from)),
                HasSubstr("is not taken"))
        << from;
  }
  for (const char* name : {"'/etc/passwd'", "'/tmp/x.parquet'", "'../x.csv'", "'https://x.org/y.parquet'"}) {
    const auto refused = session.select(fmt::format("SELECT * FROM {}", name), never);
    EXPECT_FALSE(refused) << name;
  }
  EXPECT_THAT(answer(session, "SELECT getenv('HOME')"), HasSubstr("getenv"));
  EXPECT_EQ(answer(session, "SELECT sum(range) AS n FROM range(5)"), "n\n10\n");
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
  std::atomic<bool> has_first = false;
  std::atomic<int> asked = 0;
  auto rows = session.select("SELECT range AS x FROM range(1000000000000) WHERE range < 5000 OR range = -1",
                             [&] { return has_first && ++asked > 10; });
  ASSERT_TRUE(rows) << rows.error().message;
  ResultCells cells;
  const Result<bool> first = rows->next(cells);
  ASSERT_TRUE(first && *first);
  has_first = true;
  for (int i = 1;; ++i) {
    const Result<bool> next = rows->next(cells);
    if (!next) {
      EXPECT_EQ(next.error().code, ErrorCode::kCancelled);
      break;
    }
    ASSERT_TRUE(*next);
    ASSERT_LT(i, 5000);
  }
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
