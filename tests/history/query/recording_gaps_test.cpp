#include "history/query/recording_gaps.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "history/day_recording.hpp"
#include "history/query/query_session.hpp"
#include "history/query/result_text.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

using acts::testing::make_segment;
using acts::testing::TempDir;

const UnixNanos kMonday = parse_iso8601("2026-03-02").value();

class RecordingGapsTest : public ::testing::Test {
 protected:
  // An hour of a day with an update of each of these ids, a minute apart.
  void record(const std::string& symbol, int day, const std::vector<std::int64_t>& ids) {
    const UnixNanos first = kMonday + day * kDay;
    make_segment(dir_.string(), "binance-spot", symbol, first, [&](SegmentWriter& writer) {
      UnixNanos at = first;
      for (const std::int64_t id : ids) {
        writer.line(at, 1, LineUse::kTaken,
                    fmt::format(R"({{"stream":"{}@depth","data":{{"e":"depthUpdate","E":1723161256787,"s":"{}",)"
                                R"("U":{},"u":{},"b":[["61.1","2"]],"a":[]}}}})",
                                symbol == "BTCUSDT" ? "btcusdt" : "ethusdt", symbol, id, id));
        at = at + kMinute;
      }
    });
  }
  QuerySession session() {
    return QuerySession::open(real_file_ops(), dir_.string(), {.temp_directory = {}, .output = {}}).value();
  }
  std::string answer(const std::string& sql) {
    QuerySession asked = session();
    auto rows = asked.select(sql, [] { return false; });
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

TEST_F(RecordingGapsTest, TellsWhatIsMissingInEverySymbolAndDay) {
  record("BTCUSDT", 0, {10, 11, 15, 16});
  record("BTCUSDT", 1, {17, 20});
  record("ETHUSDT", 0, {1, 2, 3});
  EXPECT_EQ(answer("SELECT venue, symbol, first, last, cause, last_update_before AS a, first_update_after AS b FROM "
                   "recording_gaps ORDER BY symbol, last"),
            "venue,symbol,first,last,cause,a,b\n"
            "binance-spot,BTCUSDT,2026-03-02T00:01:00.000Z,2026-03-02T00:02:00.000Z,sequence_gap,11,15\n"
            "binance-spot,BTCUSDT,2026-03-03T00:00:00.000Z,2026-03-03T00:01:00.000Z,sequence_gap,17,20\n");
}

TEST_F(RecordingGapsTest, IsEmptyWhereNothingIsRecorded) {
  EXPECT_EQ(answer("SELECT count(*) AS n FROM recording_gaps"), "n\n0\n");
}

TEST_F(RecordingGapsTest, CanBeInterruptedWhileItReads) {
  std::vector<std::int64_t> ids;
  for (std::int64_t id = 0; id < 1000; ++id) ids.push_back(id);
  for (int day = 0; day < 20; ++day) record("BTCUSDT", day, ids);
  QuerySession asked = session();
  std::atomic<int> questions = 0;
  const auto rows = asked.select("SELECT count(*) FROM recording_gaps", [&questions] { return ++questions > 2; });
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace acts::history
