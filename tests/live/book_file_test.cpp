#include "live/book_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "acts/market/order_book.hpp"

#include "live/book_writer.hpp"
#include "recording/temp_dir.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

BookFile example() {
  BookFile file;
  file.venue = Venue::kBinanceUsdm;
  file.symbol = "BTCUSDT";
  file.saved_at = UnixNanos{1'700'000'000'000'000'000};
  file.recorded = true;
  BookImage& book = file.saved.book.book;
  book.scales = {2, 3};
  book.bids = {{Price{6'100'001}, Quantity{500}, {UpdateId{12}, false}},
               {Price{6'100'000}, Quantity{1}, {UpdateId{7}, true}}};
  book.asks = {{Price{6'100'002}, Quantity{2'000}, {UpdateId{10}, true}}};
  book.coverage = {{CoverageSet::kNoLowerEnd, Price{6'100'001}}, {Price{6'200'000}, Price{6'300'000}}};
  book.last_update_id = UpdateId{12};
  book.suspect_upto = UpdateId{8};
  book.epoch = 3;
  book.ghosts = 1;
  file.saved.book.last_event_time = UnixNanos{1'699'999'999'000'000'000};
  file.saved.book.gap_event_time = UnixNanos{5};
  file.saved.book.gaps = {{UpdateId{8}, UnixNanos{6}}};
  file.saved.status = collector::SymbolStatus::kHalted;
  file.saved.connected = false;
  file.saved.minute = {.in_sync = false,
                       .was_in_sync = true,
                       .start = UnixNanos{7},
                       .begin = UnixNanos{1'699'999'980'000'000'000},
                       .changed_at = UnixNanos{1'699'999'990'000'000'000},
                       .lost_at = UnixNanos{9},
                       .unsynced_reported = 10,
                       .out_of_sync = Nanos{11},
                       .counts = {.updates = 12, .gaps = 13, .reconnects = 14}};
  return file;
}

TEST(BookFile, IsCsvWithTheStateOfEveryLevel) {
  const std::string text = book_text(example());
  EXPECT_THAT(text, HasSubstr("\nside,price,quantity,update_id,origin,state,covered\n"
                              "bid,61000.01,0.5,12,update,exact,true\n"
                              "bid,61000,0.001,7,snapshot,suspect,true\n"
                              "ask,61000.02,2,10,snapshot,exact,false\n"));
  EXPECT_THAT(text, HasSubstr(R"("coverage":[[null,"61000.01"],["62000","63000"]])"));
}

TEST(BookFile, ReadsWhatItWrote) {
  const auto read = parse_book_text(book_text(example()));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const BookFile file = example();
  EXPECT_EQ(read->venue, file.venue);
  EXPECT_EQ(read->symbol, file.symbol);
  EXPECT_EQ(read->saved_at, file.saved_at);
  EXPECT_TRUE(read->recorded);
  EXPECT_EQ(read->saved, file.saved);
}

TEST(BookFile, RefusesEveryChangedLineAndNamesIt) {
  const std::string text = book_text(example());
  const auto error_of = [&text](std::string_view from, std::string_view to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto read = parse_book_text(changed);
    return read ? std::string("no error") : read.error().message;
  };
  EXPECT_THAT(error_of("acts book 1", "acts book 2"), HasSubstr("line 1"));
  EXPECT_THAT(error_of("\"epoch\"", "\"epoche\""), HasSubstr("line 2"));
  EXPECT_THAT(error_of("\"epoch\":3", "\"epoch\":\"3\""), HasSubstr("line 2"));
  EXPECT_THAT(error_of("\"epoch\":3", "\"epoch\":4"), HasSubstr("fingerprint"));
  EXPECT_THAT(error_of("binance-usdm", "binance"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("\"price_decimals\":2", "\"price_decimals\":19"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("\"last_update_id\":12", "\"last_update_id\":-1"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("\"62000\",\"63000\"", "\"63000\",\"62000\""), HasSubstr("line 2"));
  EXPECT_THAT(error_of("origin,state", "state,origin"), HasSubstr("line 3"));
  EXPECT_THAT(error_of("bid,61000.01", "bid,61000.011"), HasSubstr("line 4"));
  EXPECT_THAT(error_of("bid,61000.01", "ask,61000.01"), HasSubstr("line 4"));
  EXPECT_THAT(error_of("0.5,12,", "0,12,"), HasSubstr("line 4"));
  EXPECT_THAT(error_of("0.5,12,", "0.5,13,"), HasSubstr("line 4"));
  EXPECT_THAT(error_of("bid,61000,", "bid,61001,"), HasSubstr("line 5"));
  EXPECT_THAT(error_of("61000.02,2,", "61000.02,3,"), HasSubstr("fingerprint"));
  EXPECT_THAT(error_of(",false\n", ",false\nask,1,1,1,update,exact,true\n"), HasSubstr("line 7"));
  EXPECT_THAT(error_of("ask,61000.02,2,10,snapshot,exact,false\n", ""), HasSubstr("ends too early"));
  EXPECT_FALSE(parse_book_text("").has_value());
}

TEST(WholeFile, AppearsWholeAndIsReadBack) {
  const TempDir dir;
  const std::string path = dir / "a/b/one.zst";
  const std::string text(100'000, 'x');
  ASSERT_TRUE(write_whole_file(real_file_ops(), path, pack_zstd(text)).has_value());
  EXPECT_EQ(read_whole_file(path, 1'000'000).value(), text);
  EXPECT_THAT(read_whole_file(path, 1'000).error().message, HasSubstr("more than 1000 bytes"));
  EXPECT_FALSE(write_whole_file(real_file_ops(), path, "other").has_value()) << "one of that name stays as it is";
  EXPECT_EQ(read_whole_file(path, 1'000'000).value(), text);
  EXPECT_EQ(read_whole_file(dir / "none", 10).error().code, ErrorCode::kUsage);
  std::vector<std::string> names;
  ASSERT_EQ(real_file_ops().list(dir / "a/b", names), 0);
  EXPECT_THAT(names, ::testing::ElementsAre("one.zst"));
}

void wait_until_idle(const BookWriter& writer) {
  while (writer.status().waiting > 0) std::this_thread::yield();
}

TEST(BookWriter, KeepsTheNewestCheckpointsAndEveryFullBook) {
  const TempDir dir;
  BookWriter writer(dir.string());
  BookFile file = example();
  for (int i = 0; i < 5; ++i) {
    file.saved_at = file.saved_at + std::chrono::seconds{1};
    writer.push(BookWriter::Kind::kCheckpoint, file);
    writer.push(BookWriter::Kind::kFullBook, file);
    wait_until_idle(writer);
  }
  EXPECT_EQ(writer.status().written, 10U);
  EXPECT_THAT(writer.status().failure, IsEmpty());
  std::vector<std::string> names;
  ASSERT_EQ(real_file_ops().list(checkpoint_directory(dir.string(), file.venue, file.symbol), names), 0);
  // All are of one minute: the first one stays as well.
  EXPECT_THAT(names, ::testing::UnorderedElementsAre(book_file_name(file.saved_at),
                                                     book_file_name(file.saved_at - std::chrono::seconds{1}),
                                                     book_file_name(example().saved_at + std::chrono::seconds{1})));
  const auto read = read_book_file(
      fmt::format("{}/{}", full_book_directory(dir.string(), file.venue, file.symbol), book_file_name(file.saved_at)));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->saved, file.saved);
}

// The row of a checkpoint's minute may not be stored yet when the process is killed.
TEST(BookWriter, KeepsTheLastCheckpointOfAnEarlierMinute) {
  const TempDir dir;
  BookWriter writer(dir.string());
  BookFile file = example();
  std::vector<std::string> written;
  for (int i = 0; i < 12; ++i) {
    file.saved_at = example().saved_at + i * std::chrono::seconds{10};
    written.push_back(book_file_name(file.saved_at));
    writer.push(BookWriter::Kind::kCheckpoint, file);
    wait_until_idle(writer);
  }
  std::vector<std::string> names;
  ASSERT_EQ(real_file_ops().list(checkpoint_directory(dir.string(), file.venue, file.symbol), names), 0);
  // The example is of second 20: the last one of second 10, and that of the minute before of second 50.
  EXPECT_THAT(names, ::testing::UnorderedElementsAre(written[11], written[10], written[9]));
}

// The newest by name were kept, which are of the time before: what was just written was removed.
TEST(BookWriter, KeepsWhatItWroteAfterTheClockWasSetBack) {
  const TempDir dir;
  BookWriter writer(dir.string());
  BookFile file = example();
  for (const Nanos back : {Nanos{0}, Nanos{0}, Nanos{std::chrono::hours{1}}, Nanos{std::chrono::hours{1}}}) {
    file.saved_at = file.saved_at + std::chrono::seconds{1} - back;
    writer.push(BookWriter::Kind::kCheckpoint, file);
    wait_until_idle(writer);
    std::vector<std::string> names;
    ASSERT_EQ(real_file_ops().list(checkpoint_directory(dir.string(), file.venue, file.symbol), names), 0);
    EXPECT_THAT(names, ::testing::Contains(book_file_name(file.saved_at)));
    EXPECT_EQ(std::ranges::max(names), book_file_name(file.saved_at));
  }
}

TEST(BookWriter, LeavesNothingOfWhatItCouldNotWrite) {
  class FullDisk final : public FileOps {
   public:
    std::int64_t write_at(int, std::string_view, std::uint64_t) override { return -ENOSPC; }
  };
  const TempDir dir;
  FullDisk disk;
  EXPECT_FALSE(write_whole_file(disk, dir / "a/book", "text").has_value());
  std::vector<std::string> names;
  ASSERT_EQ(real_file_ops().list(dir / "a", names), 0);
  EXPECT_THAT(names, IsEmpty());
}

// The next attempt found a file of that name, and so did all others.
TEST(BookWriter, BringsAFullBookToTheDiskWhoseFirstAttemptFailedBehindItsRenaming) {
  class UnsyncedNames final : public FileOps {
   public:
    int sync_directory(const std::string& path) override {
      // Those above it are made first.
      if (!path.ends_with("BTCUSDT") || !std::exchange(fails_, false)) return FileOps::sync_directory(path);
      return -EIO;
    }

   private:
    bool fails_ = true;
  };
  const TempDir dir;
  UnsyncedNames disk;
  const BookFile book = example();
  EXPECT_FALSE(BookWriter::write(disk, dir.string(), BookWriter::Kind::kFullBook, book));
  const Result<void> again = BookWriter::write(disk, dir.string(), BookWriter::Kind::kFullBook, book);
  EXPECT_TRUE(again) << again.error().message;
}

TEST(BookWriter, TellsHowMuchOfTheDiskIsFree) {
  const TempDir dir;
  const BookWriter writer(dir.string());
  while (writer.status().disk_total_bytes == 0) std::this_thread::yield();
  EXPECT_GT(writer.status().disk_free_bytes, 0U);
}

class DiskWithoutFullBooks final : public FileOps {
 public:
  explicit DiskWithoutFullBooks(std::atomic<bool>& takes_full_books) : takes_full_books_(takes_full_books) {}
  int create(const std::string& path) override {
    const bool is_full_book = path.contains("/books/");
    return is_full_book && !takes_full_books_ ? -ENOSPC : FileOps::create(path);
  }

 private:
  std::atomic<bool>& takes_full_books_;
};

// However long: it is of its midnight, and none takes its place.
TEST(BookWriter, TriesAFullBookUntilTheDiskTakesItAndWritesOthersMeanwhile) {
  const TempDir dir;
  std::atomic<bool> takes_full_books = false;
  BookWriter writer(dir.string(), std::make_shared<DiskWithoutFullBooks>(takes_full_books),
                    std::chrono::milliseconds{50});
  BookFile book = example();
  while (writer.takes_full_books(0)) {
    book.saved_at = book.saved_at + kMinute;
    writer.push(BookWriter::Kind::kFullBook, book);
    while (!writer.has_room(0)) std::this_thread::yield();
  }
  writer.push(BookWriter::Kind::kCheckpoint, example());
  // Those that are just being tried were not counted, so that as many again came.
  bool takes_more = false;
  while (writer.status().written == 0 || writer.status().failures < 100) {
    takes_more = takes_more || writer.takes_full_books(0);
    std::this_thread::yield();
  }
  EXPECT_FALSE(takes_more);
  const std::size_t waiting = writer.status().waiting;
  EXPECT_EQ(waiting, BookWriter::kMaxFullBooks);
  EXPECT_THAT(writer.status().failure, HasSubstr("No space left"));
  takes_full_books = true;
  wait_until_idle(writer);
  EXPECT_EQ(writer.status().written, waiting + 1);
  EXPECT_EQ(writer.status().failure, "");
}

// The next checkpoint had it told as healed: an alert for what fails without a break never came.
TEST(BookWriter, TellsThatAFullBookCannotBeWrittenWhileCheckpointsAre) {
  const TempDir dir;
  std::atomic<bool> takes_full_books = false;
  BookWriter writer(dir.string(), std::make_shared<DiskWithoutFullBooks>(takes_full_books), std::chrono::hours{1});
  writer.push(BookWriter::Kind::kFullBook, example());
  writer.push(BookWriter::Kind::kCheckpoint, example());
  while (writer.status().written == 0) std::this_thread::yield();
  EXPECT_EQ(writer.status().failures, 1U);
  EXPECT_THAT(writer.status().failure, HasSubstr("No space left"));
  takes_full_books = true;
  BookFile later = example();
  later.saved_at = later.saved_at + kMinute;
  writer.push(BookWriter::Kind::kFullBook, later);
  while (writer.status().written < 2) std::this_thread::yield();
  EXPECT_THAT(writer.status().failure, HasSubstr("No space left")) << "one is still to be tried";
}

TEST(BookWriter, SaysWhatItCouldNotWriteAndGoesOn) {
  class FullDisk final : public FileOps {
   public:
    std::int64_t write_at(int, std::string_view, std::uint64_t) override { return -ENOSPC; }
  };
  const TempDir dir;
  BookWriter writer(dir.string(), std::make_shared<FullDisk>());
  EXPECT_TRUE(writer.has_room(BookWriter::kMaxQueued - 1));
  EXPECT_FALSE(writer.has_room(BookWriter::kMaxQueued));
  writer.push(BookWriter::Kind::kCheckpoint, example());
  wait_until_idle(writer);
  EXPECT_EQ(writer.status().failures, 1U);
  EXPECT_THAT(writer.status().failure, HasSubstr("No space left"));
}

}  // namespace
}  // namespace acts
