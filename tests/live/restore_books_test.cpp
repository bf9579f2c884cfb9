#include "live/restore_books.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "acts/features/feature.hpp"

#include "live/book_file.hpp"
#include "live/retention_thread.hpp"
#include "recording/file_ops.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using testing::make_segment;
using testing::TempDir;

const UnixNanos kBegin = parse_iso8601("2026-03-01T12:00:10").value();

void begin_run(SegmentWriter& writer, UnixNanos at, const std::string& settings = "") {
  ASSERT_TRUE(writer.note(at, index::RunStarted{"0.1", "binance-spot", "0", settings}));
  ASSERT_TRUE(writer.note(at, index::SymbolAdded{"BTCUSDT", "trading"}));
}

void receive_book(SegmentWriter& writer, UnixNanos at) {
  writer.line(at, 1, LineUse::kTaken,
              R"({"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[["20","1"]],"a":[["21","1"]]})");
  ASSERT_TRUE(writer.note(at, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
  writer.line(at, 0, LineUse::kTaken, R"({"lastUpdateId":2,"bids":[["20","1"]],"asks":[["21","1"]]})");
}

RestoredBooks restore(const std::string& data_dir, std::optional<UnixNanos> last_row = {}) {
  RestoreOptions options{.data_dir = data_dir, .limit = 20s};
  options.wants = [](std::string_view) { return true; };
  options.last_row = [last_row](std::string_view) { return last_row; };
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

// A small limit had taken the hour that a checkpoint lies in, and with it the book and the rows of a killed run.
TEST(RestoreBooks, FindsWhatItNeedsAfterRetentionBySize) {
  const TempDir dir;
  for (const Nanos later : {0s, 3600s, 7200s}) {
    make_segment(dir.string(), "binance-spot", "BTCUSDT", kBegin + later, [&](SegmentWriter& writer) {
      begin_run(writer, kBegin + later);
      receive_book(writer, kBegin + later + 1s);
    });
  }
  const std::string checkpoints = checkpoint_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT");
  std::filesystem::create_directories(checkpoints);
  const UnixNanos saved_at = kBegin + 3660s;
  ASSERT_TRUE(write_whole_file(real_file_ops(), checkpoints + "/" + book_file_name(saved_at), "a book"));
  RetentionOptions options;
  options.data_dir = dir.string();
  options.recordings.bytes = 0;
  const auto removed_at = [&](UnixNanos now) {
    return run_retention(options, now, [] { return false; }, [] {}).recordings.files;
  };
  EXPECT_EQ(removed_at(kBegin + 7300s), 1U) << "what lies before the checkpoint's hour";
  EXPECT_EQ(removed_at(saved_at + kNeededFor), 0U);
  EXPECT_EQ(removed_at(saved_at + kNeededFor + 1s), 2U) << "nobody collects it any more";
}

TEST(RestoreBooks, NamesACheckpointThatCannotBeReadAndBeginsWithoutIt) {
  const TempDir dir;
  const std::string path =
      checkpoint_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT") + "/" + book_file_name(kBegin);
  ASSERT_TRUE(write_whole_file(real_file_ops(), path, "no zstd"));
  const RestoredBooks restored = restore(dir.string());
  EXPECT_TRUE(restored.books.empty());
  ASSERT_EQ(restored.problems.size(), 1U);
  EXPECT_THAT(
      restored.problems[0],
      ::testing::StartsWith(
          "BTCUSDT: a checkpoint is not used, but an older one, the recording or an empty book: " + path + ": "));
  EXPECT_THAT(restored.problems[0], ::testing::Not(::testing::HasSubstr("\n")));
}

// Else the run would begin with a book that no replay of its recording has.
TEST(RestoreBooks, TakesNoCheckpointAloneWhosePlaceAKillHasCutOff) {
  const TempDir dir;
  make_segment(dir.string(), "binance-spot", "BTCUSDT", kBegin, [](SegmentWriter& writer) {
    begin_run(writer, kBegin);
    ASSERT_TRUE(writer.note(kBegin + 1s, index::Alive{}));
  });
  BookFile book;
  book.symbol = "BTCUSDT";
  book.saved_at = kBegin + 2s;
  book.recorded = true;
  book.saved.book.book.bids = {{Price{20}, Quantity{3}, {UpdateId{10}, false}}};
  book.saved.book.book.last_update_id = UpdateId{10};
  const std::string checkpoints = checkpoint_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT");
  ASSERT_TRUE(
      write_whole_file(real_file_ops(), checkpoints + "/" + book_file_name(book.saved_at), pack_zstd(book_text(book))));
  EXPECT_TRUE(restore(dir.string()).books.empty());
}

// Somebody has moved raw/ away: the run began with empty books, though there were checkpoints.
TEST(RestoreBooks, TakesTheNewestCheckpointWhereTheSymbolHasNoRecording) {
  const TempDir dir;
  BookFile book;
  book.symbol = "BTCUSDT";
  book.recorded = true;
  book.saved.book.book.bids = {{Price{20}, Quantity{3}, {UpdateId{10}, false}}};
  for (const std::int64_t id : {10, 11}) {
    book.saved_at = kBegin + id * 1s;
    book.saved.book.book.last_update_id = UpdateId{id};
    ASSERT_TRUE(write_whole_file(
        real_file_ops(),
        checkpoint_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT") + "/" + book_file_name(book.saved_at),
        pack_zstd(book_text(book))));
  }
  make_segment(dir.string(), "binance-spot", "ETHUSDT", kBegin,
               [](SegmentWriter& writer) { ASSERT_TRUE(writer.note(kBegin, index::Alive{})); });
  const RestoredBooks restored = restore(dir.string());
  ASSERT_EQ(restored.books.size(), 1U);
  EXPECT_EQ(restored.books.at("BTCUSDT")->book.last_update_id, UpdateId{11});
  EXPECT_THAT(restored.problems, ::testing::Contains(::testing::HasSubstr("its newest checkpoint is its book")));
}

// The settings of the hour's first run were taken for those of the one that had saved the book.
TEST(RestoreBooks, MakesRowsAsTheRunDidThatSavedTheBookAndNotAsTheOneBefore) {
  const TempDir dir;
  const UnixNanos second = kBegin + 10min;
  const UnixNanos saved_at = second + 20s;
  make_segment(dir.string(), "binance-spot", "BTCUSDT", kBegin, [](SegmentWriter& writer) {
    begin_run(writer, kBegin, to_string(RunSettings{}));
    receive_book(writer, kBegin + 1s);
    ASSERT_TRUE(writer.note(kBegin + 5min, index::RunEnded{"test"}));
  });
  BookFile book;
  book.symbol = "BTCUSDT";
  book.saved_at = saved_at;
  book.recorded = true;
  book.saved.book.book.bids = {{Price{20}, Quantity{3}, {UpdateId{10}, false}}};
  book.saved.book.book.last_update_id = UpdateId{10};
  ASSERT_TRUE(write_whole_file(
      real_file_ops(),
      checkpoint_directory(dir.string(), Venue::kBinanceSpot, "BTCUSDT") + "/" + book_file_name(saved_at),
      pack_zstd(book_text(book))));
  make_segment(dir.string(), "binance-spot", "BTCUSDT", second, [&](SegmentWriter& writer) {
    begin_run(writer, second, to_string(RunSettings{BandList::parse("0.5").value(), kMinute}));
    receive_book(writer, second + 1s);
    ASSERT_TRUE(writer.note(saved_at, index::BookSaved{"BTCUSDT", 10, fingerprint(book.saved.book.book)}));
    ASSERT_TRUE(writer.note(saved_at + 3min, index::RunEnded{"test"}));
  });
  const RestoredBooks restored = restore(dir.string(), second + 1min);
  EXPECT_THAT(restored.problems, IsEmpty());
  ASSERT_EQ(restored.rows.at("BTCUSDT").size(), 1U);
  EXPECT_EQ(restored.rows.at("BTCUSDT").front().schema, make_schema(BandList::parse("0.5").value()));
  EXPECT_EQ(restored.rows.at("BTCUSDT").front().rows.size(), 3U);
}

}  // namespace
}  // namespace acts
