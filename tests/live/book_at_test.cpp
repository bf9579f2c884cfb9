#include "live/book_at.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/book_file.hpp"
#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "support/testdata.hpp"

namespace acts {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SegmentMaker;
using testing::TempDir;

const UnixNanos kMoment = parse_iso8601("2024-08-08T23:57:00.123").value();
const UnixNanos kLater = parse_iso8601("2024-08-09T06:00").value();

// The real recording, of which what was received at `end` and later is left out.
void record(const std::string& data_dir, std::optional<UnixNanos> end = {}) {
  auto reader = RecordingReader::open({test::testdata("binance-feed/spot/btcusdt_20240808.gz")}).value();
  std::unique_ptr<SegmentMaker> segment;
  UnixNanos last;
  while (const auto item = reader.next().value()) {
    const auto& line = std::get<RecordedLine>(*item);
    if (end && line.ts_recv >= *end) continue;
    last = line.ts_recv;
    if (!segment) {
      segment = std::make_unique<SegmentMaker>(
          fmt::format("{}/raw/binance-spot/{}/{}.jsonl.zst", data_dir, segment_directory("BTCUSDT", last), last.value));
      ASSERT_TRUE(segment->writer().note(last, index::RunStarted{"1", "binance-spot", "0", ""}));
      ASSERT_TRUE(segment->writer().note(last, index::SymbolAdded{"BTCUSDT", "trading"}));
    }
    segment->writer().line(last, 1, LineUse::kTaken, line.json);
  }
  segment->finish(last);
}

Result<BookImage> book_of(const TempDir& dir, UnixNanos at) {
  std::vector<std::string> problems;
  auto book = book_at(dir.string(), Venue::kBinanceSpot, "BTCUSDT", at,
                      [&problems](const std::string& problem) { problems.push_back(problem); });
  EXPECT_THAT(problems, IsEmpty());
  return book;
}

// The end of that recording is known: the levels and ids that its publisher's rule gives.
TEST(BookAt, IsTheBookOfAllThatWasReceivedBefore) {
  const TempDir whole;
  record(whole.string());
  const BookImage last = book_of(whole, kLater).value();
  EXPECT_EQ(to_string(to_decimal(last.bids.front().price, last.scales)), "61685.99");
  EXPECT_EQ(to_string(to_decimal(last.asks.front().quantity, last.scales)), "2.29327");
  EXPECT_EQ(last.bids.size(), 1209U);
  EXPECT_EQ(last.asks.size(), 2196U);
  EXPECT_EQ(last.last_update_id, UpdateId{50093421584});

  const TempDir cut;
  record(cut.string(), kMoment);
  const BookImage then = book_of(whole, kMoment).value();
  EXPECT_EQ(then, book_of(cut, kLater).value());
  EXPECT_LT(then.last_update_id, last.last_update_id);
}

// A full book that no recording tells of was kept: all of the time before is read.
TEST(BookAt, ReadsTheRecordingWhereAKeptBookIsOfNoUse) {
  const TempDir dir;
  record(dir.string());
  BookFile kept{.symbol = "BTCUSDT", .saved_at = kMoment - kMinute, .recorded = true, .saved = {}};
  kept.saved.book.book = book_of(dir, kMoment).value();
  const std::string folder = full_book_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT");
  std::filesystem::create_directories(folder);
  std::ofstream(fmt::format("{}/{}", folder, book_file_name(kept.saved_at))) << book_text(kept);
  EXPECT_EQ(book_of(dir, kMoment).value(), kept.saved.book.book);
}

TEST(BookAt, SaysThatNothingIsRecorded) {
  const TempDir dir;
  EXPECT_THAT(book_of(dir, kMoment).error().message, HasSubstr("no snapshot of its book is recorded"));
  record(dir.string());
  EXPECT_EQ(book_of(dir, kMoment - kBookReach).error().code, ErrorCode::kUsage);
  EXPECT_EQ(book_of(dir, kLater + 2 * kBookReach).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace acts
