#include "live/book_retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "live/books.hpp"
#include "recording/temp_dir.hpp"
#include "store/rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::minute;
using testing::save_full_book;
using testing::small_schema;
using testing::some_book;
using testing::TempDir;

using Names = std::vector<std::string>;

struct Place {
  TempDir dir;

  // Of two symbols, half a day apart.
  Place() {
    for (int i = 0; i < 6; ++i) {
      save_full_book(dir.string(), some_book("BTCUSDT", minute(0) + i * 12h, 4));
      save_full_book(dir.string(), some_book("ETHUSDT", minute(0) + i * 12h, 4));
    }
  }
  // "BTC0 ETH0 ...", in order of time.
  [[nodiscard]] std::string left() const {
    std::vector<BookDump> dumps;
    each_full_book(dir.string(), [&](const BookDump& dump) { dumps.push_back(dump); });
    std::ranges::sort(dumps, {}, [](const BookDump& dump) { return std::pair(dump.saved_at, dump); });
    std::string text;
    for (const BookDump& dump : dumps) {
      text += dump.symbol.substr(0, 3) + std::to_string((dump.saved_at - minute(0)) / 12h) + " ";
    }
    return text;
  }
  [[nodiscard]] BookPrune prune(const BookPruneOptions& options, Nanos since_last = 1min) const {
    return prune_books(dir.string(), options, minute(0) + 60h + since_last);
  }
};

BookPruneOptions by_age(Nanos age) {
  BookPruneOptions options;
  options.limits.age = age;
  return options;
}

TEST(BookRetention, RemovesWhatIsTooOldAndSaysHowMuch) {
  const Place place;
  BookPruneOptions options = by_age(30h);
  options.dry_run = true;
  const BookPrune told = place.prune(options);
  EXPECT_EQ(told.files, 6U);
  EXPECT_THAT(place.left(), HasSubstr("BTC0"));
  const BookPrune done = place.prune(by_age(30h));
  EXPECT_EQ(done, told);
  EXPECT_GT(done.bytes, 600U);
  EXPECT_EQ(done.oldest, minute(0) + 36h);
  EXPECT_EQ(place.left(), "BTC3 ETH3 BTC4 ETH4 BTC5 ETH5 ");
  EXPECT_EQ(place.prune(by_age(30h)).files, 0U);
}

TEST(BookRetention, RemovesTheOldestBeyondTheSize) {
  const Place place;
  std::uint64_t total = 0;
  each_full_book(place.dir.string(),
                 [&](const BookDump& dump) { total += std::filesystem::file_size(path_of(place.dir.string(), dump)); });
  BookPruneOptions options;
  options.limits.bytes = total - 1;
  EXPECT_EQ(place.prune(options).files, 1U);
  EXPECT_THAT(place.left(), ::testing::StartsWith("ETH0 BTC1"));
}

// A clock that is wrong by years would empty the folder.
TEST(BookRetention, TrustsNoClockThatIsFarAheadOfTheBooksAndKeepsEachSymbolsNewest) {
  const Place place;
  EXPECT_EQ(place.prune(by_age(48h), 10'000h).files, 6U);
  EXPECT_EQ(place.prune(by_age(1h), 10'000h).files, 4U);
  EXPECT_EQ(place.left(), "BTC5 ETH5 ");
}

TEST(BookRetention, NeverRemovesWhatASinkHasNotGotAndSaysSo) {
  const Place place;
  const std::string path = place.dir / "acts.db";
  ASSERT_TRUE(SqliteStore::open(path, small_schema()));
  const auto outbox = BookOutbox::open(path, "mongodb").value();
  std::vector<BookDump> dumps;
  each_full_book(place.dir.string(), [&](const BookDump& dump) { dumps.push_back(dump); });
  std::ranges::sort(dumps, {}, [](const BookDump& dump) { return std::pair(dump.saved_at, dump); });
  dumps.pop_back();
  ASSERT_TRUE(outbox->add(dumps, [](const BookDump&) { return true; }));
  ASSERT_TRUE(outbox->advance(3));
  BookPruneOptions options = by_age(13h);
  options.sinks = Names{"mongodb"};
  const BookPrune first = place.prune(options);
  EXPECT_EQ(first.files, 3U);
  EXPECT_EQ(first.waiting, 5U);
  EXPECT_EQ(place.left(), "ETH1 BTC2 ETH2 BTC3 ETH3 BTC4 ETH4 BTC5 ETH5 ");
  options.sinks = Names{"mongodb", "new"};
  EXPECT_EQ(place.prune(options).waiting, 5U);
  options.sinks = std::nullopt;  // nobody says which: those that have had some
  EXPECT_EQ(place.prune(options).files, 0U);
  options.sinks = Names{};
  EXPECT_EQ(place.prune(options).files, 5U);
  EXPECT_EQ(outbox->next().value()->dump, (BookDump{"binance-spot", "BTCUSDT", minute(0) + 48h}))
      << "gone ones forgotten";
}

// A power cut could bring back files whose number was forgotten: they would be sent once more.
TEST(BookRetention, ForgetsNoNumberBeforeTheFilesAreGoneDurably) {
  struct Disk final : FileOps {
    int sync_directory(const std::string& path) override {
      synced.insert(path);
      return works ? FileOps::sync_directory(path) : -EIO;
    }
    std::set<std::string> synced;
    bool works = false;
  };
  const Place place;
  const std::string path = place.dir / "acts.db";
  ASSERT_TRUE(SqliteStore::open(path, small_schema()));
  const auto outbox = BookOutbox::open(path, "mongodb").value();
  const std::vector<BookDump> first{{"binance-spot", "BTCUSDT", minute(0)}};
  ASSERT_TRUE(outbox->add(first, [](const BookDump&) { return true; }));
  BookPruneOptions options = by_age(49h);
  options.sinks = Names{};
  Disk disk;
  const BookPrune failed = prune_books(place.dir.string(), options, minute(0) + 60h + 1min, disk);
  EXPECT_THAT(failed.failure, HasSubstr("books/binance-spot/BTCUSDT: Input/output error"));
  EXPECT_EQ(outbox->next().value()->dump, first[0]) << "its number is left over";
  EXPECT_THAT(place.left(), ::testing::StartsWith("BTC1"));
  disk.works = true;
  (void)place.dir.write("books/binance-spot/BTCUSDT/" + book_file_name(minute(0)), "there again");
  EXPECT_EQ(prune_books(place.dir.string(), options, minute(0) + 60h + 1min, disk).failure, "");
  EXPECT_FALSE(outbox->next().value().has_value());
  EXPECT_TRUE(disk.synced.contains(place.dir / "books/binance-spot/BTCUSDT"));
}

TEST(BookRetention, RemovesNothingWhileItCannotLearnWhoHasWhat) {
  const Place place;
  (void)place.dir.write("acts.db", "no database");
  const BookPrune prune = place.prune(by_age(1h));
  EXPECT_EQ(prune.files, 0U);
  EXPECT_THAT(prune.failure, HasSubstr("acts.db"));
  std::filesystem::remove(place.dir / "acts.db");
  BookPruneOptions options = by_age(13h);
  options.sinks = Names{"mongodb"};
  EXPECT_EQ(place.prune(options).waiting, 8U) << "it has had none yet";
}

TEST(BookRetention, LeavesAloneWhatIsNoBook) {
  const Place place;
  std::filesystem::create_directories(place.dir / "books/elsewhere/X");
  const std::string other = place.dir.write("books/elsewhere/X/1.book.csv.zst", "x");
  const std::string note = place.dir.write("books/binance-spot/BTCUSDT/note.txt", "x");
  EXPECT_EQ(place.prune(by_age(1h)).files, 10U);
  EXPECT_TRUE(std::filesystem::exists(other));
  EXPECT_TRUE(std::filesystem::exists(note));
}

}  // namespace
}  // namespace acts
