#include "live/recorded_range.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "live/message_owner.hpp"
#include "live/replay.hpp"
#include "recording/file_ops.hpp"
#include "recording/layout.hpp"
#include "recording/recording_writer.hpp"
#include "recording/sealer.hpp"
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

// A log that began at `first`, as its writer or a crash leaves it; its path.
std::string leave_open_log(const TempDir& dir, UnixNanos first) {
  RecordingWriter writer({open_log_directory(dir.string(), "binance-spot"), "0"});
  EXPECT_TRUE(writer.note(first, index::RunStarted{"0.1", "binance-spot", "0", to_string(RunSettings{})}));
  EXPECT_TRUE(writer.note(first, index::SymbolAdded{"BTCUSDT", "trading"}));
  EXPECT_TRUE(writer.append(first, 1, R"({"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}})"));
  EXPECT_TRUE(writer.sync(first));
  return writer.log_path();
}

std::vector<std::string> names_of(const RecordedRange& range) {
  std::vector<std::string> names;
  for (const RecordingInput& input : range.inputs) {
    names.push_back(std::filesystem::path(input.name).filename().string());
  }
  return names;
}

// It was taken for one that is sealed already: what it had was in no replay. So it is after a clock was set back.
TEST(RecordedRange, HasAnOpenLogThatBeganBeforeASegmentOfAnotherOne) {
  const TempDir dir;
  make_hour(dir, 0);
  const std::string log = leave_open_log(dir, kBegin - 5s);
  EXPECT_THAT(names_of(range(dir, {}, {}).value()),
              ::testing::ElementsAre(std::filesystem::path(log).filename().string(),
                                     fmt::format("{}.jsonl.zst", kBegin.value)));
}

TEST(RecordedRange, HasALogThatIsBeingSealedOnce) {
  const TempDir dir;
  namespace fs = std::filesystem;
  const std::string log = leave_open_log(dir, kBegin);
  const std::string open = open_log_directory(dir.string(), "binance-spot");
  fs::copy(open, dir / "copy");
  Sealer sealer(recording_directory(dir.string(), "binance-spot"),
                [] { return std::make_unique<MessageOwner>(Venue::kBinanceSpot); });
  ASSERT_TRUE(sealer.seal(sealer.waiting().value().front()));
  ASSERT_FALSE(fs::exists(log));
  const std::vector<std::string> sealed = names_of(range(dir, {}, {}).value());
  EXPECT_EQ(sealed.size(), 1U);
  fs::copy(dir / "copy", open);
  const std::vector<std::string> both = names_of(range(dir, {}, {}).value());
  EXPECT_THAT(both, ::testing::ElementsAre(fs::path(log).filename().string())) << "its segment too";
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
