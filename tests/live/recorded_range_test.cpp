#include "live/recorded_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "live/replay.hpp"
#include "recording/file_ops.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::make_segment;
using testing::TempDir;

const UnixNanos kBegin = parse_iso8601("2026-03-01T12:00:10").value();

// An hour's segment of a run that began at `kBegin`, with an update a minute.
void make_hour(const TempDir& dir, int hour) {
  const UnixNanos first = kBegin + hour * 1h;
  make_segment(dir.string(), "binance-spot", "BTCUSDT", first, [&](SegmentWriter& writer) {
    if (hour == 0) {
      ASSERT_TRUE(writer.note(first, index::RunStarted{"0.1", "binance-spot", "0", to_string(RunSettings{})}));
      ASSERT_TRUE(writer.note(first, index::SymbolAdded{"BTCUSDT", "trading"}));
    } else {
      ASSERT_TRUE(writer.note(first, index::RunContinued{"0.1", "binance-spot", "0", to_string(RunSettings{})}));
      ASSERT_TRUE(writer.note(first, index::SymbolAdded{"BTCUSDT", "trading"}));
    }
  });
}

Result<RecordedRange> range(const TempDir& dir, std::optional<UnixNanos> from, std::optional<UnixNanos> to) {
  return recorded_range({.data_dir = dir.string(), .symbol = "BTCUSDT", .from = from, .to = to});
}

BookFile book_of(UnixNanos saved_at) {
  BookFile book;
  book.symbol = "BTCUSDT";
  book.saved_at = saved_at;
  book.recorded = true;
  book.saved.book.book.bids = {{Price{20}, Quantity{3}, {UpdateId{10}, false}}};
  book.saved.book.book.last_update_id = UpdateId{10};
  return book;
}

void save(const TempDir& dir, const BookFile& book) {
  ASSERT_TRUE(write_whole_file(
      real_file_ops(),
      full_book_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT") + "/" + book_file_name(book.saved_at),
      pack_zstd(book_text(book))));
}

TEST(RecordedRange, IsWholeWithoutABookToBeginWith) {
  const TempDir dir;
  for (int hour = 0; hour < 4; ++hour) make_hour(dir, hour);
  const auto found = range(dir, kBegin + 2h, kBegin + 3h);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->inputs.size(), 3U) << "what begins at the end is not wanted";
  EXPECT_FALSE(found->book);
  EXPECT_FALSE(found->from);
  EXPECT_EQ(found->settings, RunSettings{});
  EXPECT_EQ(range(dir, {}, {})->inputs.size(), 4U);
}

TEST(RecordedRange, BeginsWithTheNewestBookFromBeforeIt) {
  const TempDir dir;
  for (int hour = 0; hour < 4; ++hour) make_hour(dir, hour);
  for (const Nanos after : {Nanos{-5h}, Nanos{5min}, Nanos{70min}, Nanos{3h}}) save(dir, book_of(kBegin + after));
  const auto found = range(dir, kBegin + 2h, {});
  ASSERT_TRUE(found.has_value());
  ASSERT_TRUE(found->book.has_value());
  EXPECT_EQ(found->book->saved_at, kBegin + 70min);
  EXPECT_EQ(found->from, kBegin + 70min);
  EXPECT_EQ(found->inputs.size(), 3U) << "the hour of the book and those behind it";
  EXPECT_EQ(range(dir, kBegin + 60min, {})->book->saved_at, kBegin + 5min);
  EXPECT_FALSE(range(dir, kBegin, {})->book) << "that of before the recording is of no use";
}

TEST(RecordedRange, TakesAnOlderBookForOneThatCannotBeRead) {
  const TempDir dir;
  for (int hour = 0; hour < 4; ++hour) make_hour(dir, hour);
  save(dir, book_of(kBegin + 5min));
  ASSERT_TRUE(write_whole_file(
      real_file_ops(),
      full_book_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT") + "/" + book_file_name(kBegin + 6min), "x"));
  const auto found = range(dir, kBegin + 2h, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->book->saved_at, kBegin + 5min);
  EXPECT_EQ(found->problems.size(), 1U);
}

TEST(RecordedRange, SaysThatNothingIsThere) {
  const TempDir dir;
  EXPECT_FALSE(range(dir, {}, {}).has_value());
  make_hour(dir, 0);
  const auto none = range(dir, {}, kBegin);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kUsage);
  EXPECT_THAT(none.error().message, HasSubstr("nothing of binance-spot BTCUSDT is recorded in "));
}

}  // namespace
}  // namespace acts
