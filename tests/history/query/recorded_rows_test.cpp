#include "history/query/recorded_rows.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "history/day_recording.hpp"
#include "history/import/importer.hpp"
#include "history/query/query_session.hpp"
#include "history/query/result_text.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

using acts::testing::make_segment;
using acts::testing::TempDir;
using ::testing::HasSubstr;

const UnixNanos kRecordedMonday = parse_iso8601("2026-03-02").value();

class RecordedRowsTest : public ::testing::Test {
 protected:
  // An hour of a day: a snapshot, then an update and a trade of each of these ids, a second apart. Gives its path.
  std::string record(const std::string& symbol, int day, const std::vector<int>& ids) {
    const UnixNanos first = kRecordedMonday + day * kDay;
    return make_segment(dir_.string(), "binance-spot", symbol, first, [&](SegmentWriter& writer) {
      UnixNanos at = first;
      EXPECT_TRUE(writer.note(at, index::RestAnswer{1, "depth", symbol, 1000, 200, {}}));
      writer.line(at, 0, LineUse::kTaken,
                  R"({"lastUpdateId":1,"bids":[["61.1","2"],["61","1"]],"asks":[["61.2","4"]]})");
      for (const int id : ids) {
        at = at + std::chrono::seconds{1};
        writer.line(at, 1, LineUse::kTaken,
                    fmt::format(R"({{"e":"depthUpdate","E":1772409600000,"s":"{}","U":{},"u":{},"b":[["61.1","{}"]],)"
                                R"("a":[]}})",
                                symbol, id, id, id));
        writer.line(at, 1, LineUse::kTaken,
                    fmt::format(R"({{"e":"trade","E":1772409600000,"s":"{}","t":{},"p":"61.15","q":"0.5",)"
                                R"("T":1772409600000,"m":true,"M":true}})",
                                symbol, id));
      }
    });
  }
  QuerySession session(bool with_recordings = true) {
    return QuerySession::open(real_file_ops(), dir_.string(),
                              {.temp_directory = {}, .with_recordings = with_recordings, .output = {}})
        .value();
  }
  static std::string answer(QuerySession& asked, const std::string& sql) {
    auto rows = asked.select(sql, [] { return false; });
    if (!rows) return rows.error().message;
    std::string text;
    ResultCells cells;
    for (;;) {
      const Result<bool> there = rows->next(cells);
      if (!there) return there.error().message;
      if (!*there) return text;
      append_csv_row(text, cells);
    }
  }
  std::string answer(const std::string& sql) {
    QuerySession asked = session();
    return answer(asked, sql);
  }

  TempDir dir_;
};

TEST_F(RecordedRowsTest, AreRowsOfTheViewsOfTheirKinds) {
  record("BTCUSDT", 0, {2, 3});
  record("BTCUSDT", 1, {4});
  record("ETHUSDT", 0, {2});
  EXPECT_EQ(
      answer("SELECT venue, symbol, origin, date, count(*), sum(quantity) FROM book_updates GROUP BY ALL ORDER BY "
             "symbol, date"),
      "binance-spot,BTCUSDT,raw,2026-03-02,5,12\n"
      "binance-spot,BTCUSDT,raw,2026-03-03,4,11\n"
      "binance-spot,ETHUSDT,raw,2026-03-02,4,9\n");
  EXPECT_EQ(answer("SELECT trade_id, price, is_buyer_maker, quote_quantity FROM trades WHERE symbol = 'ETHUSDT'"),
            "2,61.15,true,30.575\n");
  EXPECT_EQ(answer("SELECT count(*) FROM Book_Ticker"), "0\n");
}

// A segment that is none tells whether it was opened.
TEST_F(RecordedRowsTest, ReadsOnlyTheDaysAndSymbolsAskedFor) {
  record("BTCUSDT", 0, {2, 3});
  std::filesystem::resize_file(record("BTCUSDT", 1, {4}), 20);
  std::filesystem::resize_file(record("ETHUSDT", 0, {2}), 20);
  QuerySession asked = session();
  EXPECT_EQ(answer(asked, "SELECT count(*) FROM book_updates WHERE symbol = 'BTCUSDT' AND date <= '2026-03-02'"),
            "5\n");
  EXPECT_EQ(answer(asked, "SELECT count(*) FROM book_updates WHERE origin <> 'raw'"), "0\n");
  EXPECT_EQ(asked.unreadable(), 0U);
  EXPECT_EQ(answer(asked, "SELECT count(*) FROM book_updates WHERE symbol = 'BTCUSDT'"), "5\n");
  EXPECT_GT(asked.unreadable(), 0U);
}

// What a replay takes of the recording is what an import makes of it.
TEST_F(RecordedRowsTest, AreThoseThatAnImportMakes) {
  const std::string path = record("BTCUSDT", 0, {2, 3, 3, 2, 9});
  auto importer = Importer::open(real_file_ops(), dir_.string());
  ASSERT_TRUE(importer);
  const auto outcome = importer->import_file({.path = path, .hints = {}, .code = "test"});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(answer("SELECT origin, count(*) FROM book_updates GROUP BY origin ORDER BY origin"),
            "raw,6\nrecording,6\n");
  const std::string columns = "ts_recv_ns, row, first_update_id, update_id, is_snapshot, is_bid, price, quantity";
  EXPECT_EQ(
      answer(fmt::format("SELECT count(*) FROM (SELECT {0} FROM book_updates WHERE origin = 'raw' EXCEPT SELECT {0} "
                         "FROM book_updates WHERE origin = 'recording')",
                         columns)),
      "0\n");
  EXPECT_EQ(answer("SELECT count(*), count(DISTINCT trade_id) FROM trades WHERE origin = 'recording'"), "3,3\n");
  QuerySession without = session(false);
  EXPECT_EQ(answer(without, "SELECT DISTINCT origin FROM book_updates"), "recording\n");
}

TEST_F(RecordedRowsTest, AreReachedByNoFunctionOfTheirOwn) {
  record("BTCUSDT", 0, {2});
  QuerySession asked = session();
  EXPECT_EQ(answer(asked, "SELECT count(*) FROM trades"), "1\n");
  EXPECT_THAT(answer(asked, "SELECT * FROM acts_recorded_trades(0)"), HasSubstr("acts_recorded_trades"));
}

// What was left of the statement asked a counter that was gone, when the session ended.
TEST_F(RecordedRowsTest, CanBeInterruptedWhileTheyAreRead) {
  std::vector<int> ids;
  for (int id = 2; id < 30'000; ++id) ids.push_back(id);
  record("BTCUSDT", 0, ids);
  QuerySession asked = session();
  std::atomic<int> questions = 0;
  const auto rows = asked.select("SELECT sum(quantity) FROM book_updates", [&questions] { return ++questions > 2; });
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace acts::history
