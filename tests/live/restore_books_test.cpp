#include "live/restore_books.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using testing::make_segment;
using testing::TempDir;

const UnixNanos kBegin = parse_iso8601("2026-03-01T12:00:10").value();

void begin_run(SegmentWriter& writer, UnixNanos at) {
  ASSERT_TRUE(writer.note(at, index::RunStarted{"0.1", "binance-spot", "0", ""}));
  ASSERT_TRUE(writer.note(at, index::SymbolAdded{"BTCUSDT", "trading"}));
}

void receive_book(SegmentWriter& writer, UnixNanos at) {
  writer.line(at, 1, LineUse::kTaken,
              R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[["20","1"]],"a":[["21","1"]]})");
  ASSERT_TRUE(writer.note(at, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
  writer.line(at, 0, LineUse::kTaken, R"({"lastUpdateId":2,"bids":[["20","1"]],"asks":[["21","1"]]})");
}

RestoredBooks restore(const std::string& data_dir) {
  RestoreOptions options{.data_dir = data_dir, .limit = 20s};
  options.wants = [](std::string_view) { return true; };
  options.last_row = [](std::string_view) { return std::optional<UnixNanos>(); };
  return restore_books(options);
}

// A run whose log was cut between the symbol and the book that it began with had emptied the book for good.
TEST(RestoreBooks, GoesOnFromTheRunBeforeOneThatWasCutAtItsBeginning) {
  const TempDir dir;
  make_segment(dir.string(), "binance-spot", "BTCUSDT", kBegin, [](SegmentWriter& writer) {
    begin_run(writer, kBegin);
    receive_book(writer, kBegin + 1s);
  });
  const RestoredBooks before = restore(dir.string());
  ASSERT_EQ(before.books.size(), 1U);
  make_segment(dir.string(), "binance-spot", "BTCUSDT", kBegin + 20s,
               [](SegmentWriter& writer) { begin_run(writer, kBegin + 20s); });
  const RestoredBooks after = restore(dir.string());
  EXPECT_THAT(after.problems, IsEmpty());
  ASSERT_EQ(after.books.size(), 1U);
  EXPECT_EQ(fingerprint(after.books.at("BTCUSDT")->book), fingerprint(before.books.at("BTCUSDT")->book));
}

}  // namespace
}  // namespace acts
