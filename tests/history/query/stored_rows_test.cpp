#include "history/query/stored_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "history/query/query_session.hpp"
#include "history/query/result_text.hpp"
#include "recording/temp_dir.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts::history {
namespace {

using acts::testing::small_row;
using acts::testing::small_schema;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StoredRowsTest : public ::testing::Test {
 protected:
  void store(const std::vector<MinuteRow>& rows) {
    auto store = SqliteStore::open(dir_ / "acts.db", small_schema());
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->upsert(rows));
  }
  // As CSV, or the error.
  std::string answer(const std::string& sql) {
    auto session = QuerySession::open(real_file_ops(), dir_.string(), {.temp_directory = {}, .output = {}});
    if (!session) return session.error().message;
    auto rows = session->select(sql, [] { return false; });
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

  TempDir dir_;
};

TEST_F(StoredRowsTest, AnswersAboutMinuteRows) {
  MinuteRow halted = small_row("BTCUSDT", 1);
  halted.values[3] = Value{};
  halted.values[4] = Value{};
  halted.values[7] = "halted";
  store({small_row("BTCUSDT", 0), halted, small_row("ETHUSDT", 0, 250'000'000'000'001)});
  EXPECT_EQ(
      answer("SELECT * FROM minute_rows ORDER BY symbol, sample_time"),
      "venue,symbol,sample_time,last_book_update,best_bid,book_bias_1,updates,state\n"
      "binance-spot,BTCUSDT,2024-08-08T23:55:00.000Z,2024-08-08T23:54:59.973Z,61685.99,0.30000000000000004,0,live\n"
      "binance-spot,BTCUSDT,2024-08-08T23:56:00.000Z,,,0.30000000000000004,1,halted\n"
      "binance-spot,ETHUSDT,2024-08-08T23:55:00.000Z,2024-08-08T23:54:59.973Z,2500000000000.01,"
      "0.30000000000000004,0,live\n");
  EXPECT_EQ(answer("SELECT count(*) AS n FROM minute_rows"), "n\n3\n");
  EXPECT_EQ(answer("SELECT a.symbol, b.state FROM minute_rows a JOIN minute_rows b USING (symbol) WHERE a.state = "
                   "'live' AND b.state <> 'live'"),
            "symbol,state\nBTCUSDT,halted\n");
}

TEST_F(StoredRowsTest, TellsGaps) {
  MinuteRow stale = small_row("BTCUSDT", 5);
  stale.values[7] = "stale";
  store({small_row("BTCUSDT", 0), small_row("BTCUSDT", 1), small_row("BTCUSDT", 4), stale, small_row("BTCUSDT", 6),
         small_row("ETHUSDT", 0), small_row("ETHUSDT", 2)});
  EXPECT_EQ(answer("SELECT symbol, first, last, minutes, state FROM gaps ORDER BY symbol, first"),
            "symbol,first,last,minutes,state\n"
            "BTCUSDT,2024-08-08T23:57:00.000Z,2024-08-08T23:58:00.000Z,2,missing\n"
            "BTCUSDT,2024-08-09T00:00:00.000Z,2024-08-09T00:00:00.000Z,1,stale\n"
            "ETHUSDT,2024-08-08T23:56:00.000Z,2024-08-08T23:56:00.000Z,1,missing\n");
  EXPECT_EQ(answer("SELECT sum(minutes) AS n FROM gaps"), "n\n4\n");
}

TEST_F(StoredRowsTest, HasMoreRowsThanAChunk) {
  std::vector<MinuteRow> rows;
  for (int i = 0; i < 5000; ++i) rows.push_back(small_row("BTCUSDT", 2 * i));
  store(rows);
  EXPECT_EQ(answer("SELECT count(*) AS n, sum(updates) AS s, max(best_bid) AS b FROM minute_rows"),
            "n,s,b\n5000,24995000,61685.99\n");
  EXPECT_EQ(answer("SELECT count(*) AS n FROM gaps"), "n\n4999\n");
}

TEST_F(StoredRowsTest, HasEmptyViewsWithoutAStore) {
  EXPECT_EQ(answer("SELECT count(*) AS n, max(mid_price) AS m FROM minute_rows"), "n,m\n0,\n");
  EXPECT_EQ(answer("SELECT * FROM gaps"), "venue,symbol,first,last,minutes,state,reason\n");
}

// Whoever asks something else is not held up by it.
TEST_F(StoredRowsTest, TellsADamagedStoreToWhoeverAsksForIt) {
  std::ignore = dir_.write("acts.db", "this is no database, whatever its name is, and never was one");
  EXPECT_THAT(answer("SELECT count(*) AS n FROM minute_rows"), HasSubstr("acts.db"));
  EXPECT_EQ(answer("SELECT count(*) AS n FROM klines"), "n\n0\n");
}

// One damaged file of features failed whatever was asked.
TEST_F(StoredRowsTest, TellsDamagedFeaturesToWhoeverAsksForThem) {
  store({small_row("BTCUSDT", 0)});
  std::filesystem::create_directory(dir_ / "features");
  std::filesystem::copy_file(dir_ / "acts.db", dir_ / "features/10s.db");
  std::ignore = dir_.write("features/1m.db", "this is no database, whatever its name is, and never was one");
  EXPECT_EQ(answer("SELECT count(*) AS n FROM klines"), "n\n0\n");
  EXPECT_EQ(answer("SELECT count(*) AS n FROM features_10s"), "n\n1\n");
  for (const char* sql :
       {"SELECT * FROM features_1m", "SELECT count(*) AS n FROM features_1m", "SELECT mid_price FROM features_1m"}) {
    EXPECT_THAT(answer(sql), HasSubstr("features/1m.db: ")) << sql;
  }
}

TEST_F(StoredRowsTest, CannotBeReachedPastItsViews) {
  EXPECT_THAT(answer("SELECT * FROM acts_minute_rows()"), StartsWith("the function acts_minute_rows() is not taken"));
}

}  // namespace
}  // namespace acts::history
