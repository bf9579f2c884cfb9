#include "recording/recording_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "recording/recording_reader.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::read_file;
using testing::TempDir;

constexpr std::int64_t kStart = 1'723'161'253'937'085'768;

std::vector<std::string> logs_in(const std::string& directory) {
  std::vector<std::string> logs;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".zst") logs.push_back(entry.path().string());
  }
  std::ranges::sort(logs);
  return logs;
}

struct ReadBack {
  std::vector<std::string> items;  // "7 {}@connection", or the name of an index entry's kind by its number
  std::vector<std::string> errors;
  std::vector<IndexEntry> entries;
};

ReadBack read_back(const std::string& directory) {
  ReadBack back;
  auto reader = RecordingReader::open(logs_in(directory)).value();
  for (;;) {
    auto item = reader.next();
    if (!item) {
      back.errors.push_back(item.error().message);
    } else if (!*item) {
      return back;
    } else if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      back.items.push_back(std::to_string(line->ts_recv.value) + " " + std::string(line->json) + "@" +
                           std::to_string(line->connection));
    } else {
      auto& entry = std::get<IndexEntry>(**item);
      if (std::holds_alternative<index::Durable>(entry.event)) continue;
      back.items.push_back("entry " + std::to_string(entry.ts.value));
      back.entries.push_back(std::move(entry));
    }
  }
}

TEST(RecordingWriter, WritesLinesAndEntriesThatReadBackInTheirOrder) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s0"});
  ASSERT_TRUE(writer.note({1}, index::RunStarted{"0.1", "v", "s0", ""}));
  ASSERT_TRUE(writer.append({2}, 1, "{\"a\":1}"));
  ASSERT_TRUE(writer.note({3}, index::RestAnswer{1, "depth", "BTCUSDT", 5000, 200, ""}));
  ASSERT_TRUE(writer.append({3}, 0, "{\"lastUpdateId\":1}"));
  ASSERT_TRUE(writer.append({4}, 1, "{\"a\":2}"));
  ASSERT_TRUE(writer.note({5}, index::Timer{"BTCUSDT", {4}}));
  ASSERT_TRUE(writer.close({6}));
  EXPECT_EQ(writer.lines(), 3U);
  EXPECT_EQ(writer.log_path(), dir / "s0-1.jsonl.zst");
  const ReadBack back = read_back(dir.string());
  EXPECT_THAT(back.items, ElementsAre("entry 1", "2 {\"a\":1}@1", "entry 3", "3 {\"lastUpdateId\":1}@0",
                                      "4 {\"a\":2}@1", "entry 5"));
  EXPECT_THAT(back.errors, ElementsAre());
  EXPECT_EQ(std::get<index::RestAnswer>(back.entries[1].event).symbol, "BTCUSDT");
}

// Each switch between two connections took an entry of its own: with 500 symbols the index was as large as the log.
TEST(RecordingWriter, TellsConnectionsThatTakeTurnsInAFewBytesALine) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s"});
  std::vector<std::string> expected;
  for (int i = 1; i <= 20'000; ++i) {
    const ConnectionId connection = 1 + static_cast<ConnectionId>(i % 7 % 2);
    ASSERT_TRUE(writer.append({i}, connection, "{}"));
    expected.push_back(std::to_string(i) + " {}@" + std::to_string(connection));
    if (i % 5'000 == 0) {
      ASSERT_TRUE(writer.sync({i}));
    }
    if (i % 6'000 == 0) {
      ASSERT_TRUE(writer.note({i}, index::Alive{}));
      expected.push_back("entry " + std::to_string(i));
    }
  }
  ASSERT_TRUE(writer.close({20'001}));
  EXPECT_LT(fs::file_size(index_path_for(writer.log_path())), 3 * 20'000U);
  const ReadBack back = read_back(dir.string());
  EXPECT_EQ(back.items, expected);
  EXPECT_THAT(back.errors, ElementsAre());
}

TEST(RecordingWriter, HasToldTheConnectionOfEveryLineThatReachedTheDisk) {
  const TempDir dir;
  {
    RecordingWriter writer({dir.string(), "s"});
    for (int i = 1; i <= 100; ++i) {
      ASSERT_TRUE(writer.append({i}, 1 + static_cast<ConnectionId>(i % 2), "{}"));
      if (i == 50 || i == 80) {
        ASSERT_TRUE(writer.flush());
      }
    }
  }
  std::vector<std::string> expected;
  for (int i = 1; i <= 80; ++i) expected.push_back(std::to_string(i) + " {}@" + std::to_string(1 + i % 2));
  EXPECT_EQ(read_back(dir.string()).items, expected);
}

TEST(RecordingWriter, MakesNewlinesInAMessageBlanks) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s"});
  ASSERT_TRUE(writer.append({7}, 0, "{\n  \"a\": [\n1]\n}\n"));
  ASSERT_TRUE(writer.close({8}));
  EXPECT_THAT(read_back(dir.string()).items, ElementsAre("7 {   \"a\": [ 1] } @0"));
}

TEST(RecordingWriter, RefusesWhatDoesNotFitALine) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s"});
  EXPECT_EQ(writer.append({1}, 0, "").error().code, ErrorCode::kBadInput);
  EXPECT_EQ(writer.append({-1}, 0, "{}").error().code, ErrorCode::kBadInput);
  EXPECT_EQ(writer.append({1}, 0, std::string(kMaxLineBytes, 'x')).error().code, ErrorCode::kBadInput);
  EXPECT_EQ(writer.note({1}, index::RunEnded{std::string(kMaxIndexTextBytes + 1, 'x')}).error().code,
            ErrorCode::kBadInput);
  EXPECT_EQ(writer.lines(), 0U);
  ASSERT_TRUE(writer.append({1}, 0, std::string(kMaxLineBytes - 20, 'x')));
  ASSERT_TRUE(writer.close({2}));
  EXPECT_THAT(read_back(dir.string()).errors, ElementsAre());
}

TEST(RecordingWriter, MakesNoFileBeforeThereIsSomethingToWrite) {
  const TempDir dir;
  RecordingWriter writer({dir / "raw", "s"});
  EXPECT_TRUE(writer.flush());
  EXPECT_TRUE(writer.sync({1}));
  EXPECT_TRUE(writer.close({1}));
  EXPECT_EQ(writer.log_path(), "");
  EXPECT_FALSE(fs::exists(dir / "raw"));
}

TEST(RecordingWriter, GivesBackAllThatWasFlushedWhenItIsNeverClosed) {
  const TempDir dir;
  std::vector<std::string> expected;
  {
    RecordingWriter writer({dir.string(), "s"});
    for (int i = 1; i <= 3000; ++i) {
      ASSERT_TRUE(writer.append({i}, 0, "{\"n\":" + std::to_string(i * 7919) + "}"));
      expected.push_back(std::to_string(i) + " {\"n\":" + std::to_string(i * 7919) + "}@0");
      if (i % 100 == 0) {
        ASSERT_TRUE(writer.flush());
      }
    }
    ASSERT_TRUE(writer.append({3001}, 0, "{}"));
  }
  const ReadBack back = read_back(dir.string());
  EXPECT_EQ(back.items, expected);
  ASSERT_EQ(back.errors.size(), 1U);
  EXPECT_THAT(back.errors[0], HasSubstr("its writer had not closed it: read up to line 3000"));
}

std::uint64_t crc_of(const std::string& bytes) {
  return ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

TEST(RecordingWriter, NotesHowMuchIsOnTheDisk) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s"});
  ASSERT_TRUE(writer.append({kStart}, 0, "{}"));
  EXPECT_EQ(writer.durable_log_bytes(), 0U);
  ASSERT_TRUE(writer.sync({kStart + 1}));
  EXPECT_GT(writer.durable_log_bytes(), 0U);
  EXPECT_EQ(writer.durable_log_bytes(), fs::file_size(writer.log_path()));
  EXPECT_EQ(read_file(index_path_for(writer.log_path())),
            "{\"n\":1,\"ts\":" + std::to_string(kStart + 1) +
                ",\"event\":\"durable\",\"bytes\":" + std::to_string(writer.durable_log_bytes()) +
                ",\"crc32\":" + std::to_string(crc_of(read_file(writer.log_path()))) + "}\n");
}

TEST(RecordingWriter, GoesOnInANewFileAfterARestartAndOverwritesNone) {
  const TempDir dir;
  const std::string taken_log = dir.write("s-5.jsonl.zst", "precious");
  const std::string taken_index = dir.write("s-6.index.jsonl", "precious too");
  for (int run = 0; run < 3; ++run) {
    RecordingWriter writer({dir.string(), "s"});
    ASSERT_TRUE(writer.append({5}, 0, "{}"));
    ASSERT_TRUE(writer.close({6}));
    EXPECT_EQ(writer.log_path(), dir / ("s-" + std::to_string(7 + run) + ".jsonl.zst"));
  }
  EXPECT_EQ(read_file(taken_log), "precious");
  EXPECT_EQ(read_file(taken_index), "precious too");
  EXPECT_FALSE(fs::exists(dir / "s-6.jsonl.zst"));
}

TEST(RecordingWriter, SaysWhenNoNameIsFree) {
  const TempDir dir;
  for (int i = 0; i < kMaxNameTries; ++i) std::ignore = dir.write("s-" + std::to_string(i) + ".jsonl.zst", "");
  RecordingWriter writer({dir.string(), "s"});
  EXPECT_THAT(writer.append({0}, 0, "{}").error().message,
              HasSubstr("has 1000 files of shard s from 0 on: move them away"));
}

TEST(RecordingWriter, SaysThatTheDirectoryCannotBeMade) {
  const TempDir dir;
  const std::string in_the_way = dir.write("file", "");
  RecordingWriter writer({in_the_way + "/raw", "s"});
  const auto result = writer.append({1}, 0, "{}");
  EXPECT_EQ(result.error().code, ErrorCode::kStorage);
  EXPECT_THAT(result.error().message, HasSubstr("/file/raw: cannot be made: Not a directory"));
}

TEST(RecordingWriterDeath, StopsAtUseAfterClose) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s"});
  ASSERT_TRUE(writer.append({1}, 0, "{}"));
  ASSERT_TRUE(writer.close({2}));
  EXPECT_TRUE(writer.close({2}));
  EXPECT_DEATH(std::ignore = writer.append({3}, 0, "{}"), "closed_");
  EXPECT_DEATH(RecordingWriter({dir.string(), "../s"}), "is_file_name_part");
}

// A disk that fails at one operation, `failures` times in a row, writes in small pieces, and forgets what was not
// synced when a sync fails.
class FaultyDisk final : public FileOps {
 public:
  FaultyDisk(int fail_at, int failures) : fail_at_(fail_at), failures_(failures) {}

  int make_directories(const std::string& path) override { return fails() ? -EROFS : FileOps::make_directories(path); }
  int create(const std::string& path) override { return fails() ? -ENOSPC : FileOps::create(path); }
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    if (fails()) return -ENOSPC;
    unsynced_.emplace_back(fd, offset, std::min<std::size_t>(bytes.size(), 50));
    return FileOps::write_at(fd, bytes.substr(0, 50), offset);
  }
  int sync(int fd) override {
    const bool failing = fails();
    for (const auto& [file, offset, size] : unsynced_) {
      if (failing && file == fd) FileOps::write_at(fd, std::string(size, '?'), offset);
    }
    std::erase_if(unsynced_, [fd](const auto& piece) { return std::get<0>(piece) == fd; });
    return failing ? -EIO : FileOps::sync(fd);
  }
  int sync_directory(const std::string& path) override { return fails() ? -EIO : FileOps::sync_directory(path); }
  int close(int fd) override {
    const int status = FileOps::close(fd);
    return fails() ? -EIO : status;
  }
  [[nodiscard]] int operations() const { return operations_; }

 private:
  bool fails() {
    const int operation = operations_++;
    return operation >= fail_at_ && operation < fail_at_ + failures_;
  }

  int fail_at_;
  int failures_;
  int operations_ = 0;
  std::vector<std::tuple<int, std::uint64_t, std::size_t>> unsynced_;
};

// A directory whose parent could not be synced was there at the next attempt, and taken for durable.
TEST(FileOps, MakesADirectoryAnewWhoseNameMayNotBeOnTheDisk) {
  class Disk final : public FileOps {
   public:
    int sync_directory(const std::string& path) override { return ++syncs == 2 ? -EIO : FileOps::sync_directory(path); }
    int syncs = 0;
  } disk;
  const TempDir dir;
  EXPECT_EQ(disk.make_directories(dir / "a/b"), -EIO);
  EXPECT_EQ(disk.make_directories(dir / "a/b"), 0);
  EXPECT_EQ(disk.syncs, 3);
  EXPECT_TRUE(disk.exists(dir / "a/b"));
}

// Repeats a step until it works, as the writer thread does.
int until_it_works(const std::function<Result<void>()>& step) {
  for (int errors = 0; errors < 20; ++errors) {
    const auto result = step();
    if (result) return errors;
    EXPECT_EQ(result.error().code, ErrorCode::kStorage) << result.error().message;
  }
  ADD_FAILURE() << "it never worked";
  return 0;
}

// Returns how many errors the steps gave.
int write_through(FaultyDisk& disk, const std::string& directory, std::vector<std::string>& expected) {
  RecordingWriter writer({directory, "s"}, disk);
  int errors = 0;
  for (int i = 1; i <= 12; ++i) {
    if (i % 4 == 0) {
      errors += until_it_works([&] { return writer.note({i}, index::Timer{"BTCUSDT", {i}}); });
      expected.push_back("entry " + std::to_string(i));
    }
    const std::string json = "{\"n\":" + std::to_string(i * 7919) + "}";
    errors += until_it_works([&] { return writer.append({i}, 1, json); });
    expected.push_back(std::to_string(i) + " " + json + "@1");
    if (i % 3 == 0) errors += until_it_works([&] { return writer.flush(); });
    if (i % 5 == 0) errors += until_it_works([&] { return writer.sync({i}); });
  }
  errors += until_it_works([&] { return writer.close({13}); });
  return errors;
}

TEST(RecordingWriter, LosesNothingWhicheverOperationFails) {
  int operations = 1'000'000;
  for (int failures : {1, 3}) {
    for (int fail_at = 0; fail_at < operations; ++fail_at) {
      const TempDir dir;
      FaultyDisk disk(fail_at, failures);
      std::vector<std::string> expected;
      const int errors = write_through(disk, dir / "raw", expected);
      if (fail_at == 0) {
        FaultyDisk sound(-1, 0);
        const TempDir other;
        std::vector<std::string> ignored;
        EXPECT_EQ(write_through(sound, other / "raw", ignored), 0);
        operations = sound.operations();
        EXPECT_GT(operations, 20);
      }
      EXPECT_GT(errors, 0) << fail_at;
      const ReadBack back = read_back(dir / "raw");
      EXPECT_EQ(back.items, expected) << "operation " << fail_at;
      EXPECT_THAT(back.errors, ElementsAre()) << "operation " << fail_at;
    }
  }
}

TEST(RecordingWriter, HoldsABoundedAmountWhileTheDiskIsFull) {
  const TempDir dir;
  class FullDisk final : public FileOps {
   public:
    std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
      return full ? -ENOSPC : FileOps::write_at(fd, bytes, offset);
    }
    bool full = true;
  } disk;
  RecordingWriter writer({dir.string(), "s"}, disk);
  std::string noise(10'000, ' ');
  std::uint64_t state = 1;
  std::uint64_t taken = 0;
  std::optional<Error> error;
  for (int i = 1; i <= 1000 && !error; ++i) {
    for (char& c : noise) {
      state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
      c = static_cast<char>(' ' + (state >> 40) % 90);
    }
    if (auto result = writer.append({i}, 0, noise); result) {
      ++taken;
    } else {
      error = result.error();
    }
  }
  ASSERT_TRUE(error.has_value());
  EXPECT_THAT(error->message, HasSubstr("s-1.jsonl.zst cannot be written: No space left on device; "));
  // It said what was wrong, and not what to do.
  EXPECT_THAT(error->message, HasSubstr(" bytes are kept in memory until it works: free some space on its disk"));
  EXPECT_LT(taken * noise.size(), 4 * kMaxUnwrittenBytes);
  EXPECT_EQ(writer.lines(), taken);
  disk.full = false;
  ASSERT_TRUE(writer.close({2000}));
  EXPECT_EQ(read_back(dir.string()).items.size(), taken);
}

TEST(RecordingWriter, SyncsByItselfWhenMuchIsWrittenWithoutASync) {
  const TempDir dir;
  RecordingWriter writer({dir.string(), "s", -5});
  std::string noise(1'000'000, ' ');
  std::uint64_t state = 1;
  for (char& c : noise) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    c = static_cast<char>(state >> 40);
  }
  for (int i = 1; i <= 40; ++i) {
    noise[static_cast<std::size_t>(i)] = 'x';
    std::ranges::rotate(noise, noise.begin() + 77'777);
    ASSERT_TRUE(writer.append({i}, 0, noise));
  }
  EXPECT_GT(writer.durable_log_bytes(), kMaxUnsyncedBytes / 2);
  ASSERT_TRUE(writer.close({41}));
}

}  // namespace
}  // namespace acts
