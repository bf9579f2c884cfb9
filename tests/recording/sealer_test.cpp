#include "recording/sealer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/recording_writer.hpp"
#include "recording/sealing.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;
using acts::testing::at;
using acts::testing::Contents;
using acts::testing::contents;
using acts::testing::events;
using acts::testing::kSealStart;
using acts::testing::name_of;
using acts::testing::read_file;
using acts::testing::sealer_of;
using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two symbols, a gap of one of them, two REST answers, a message of none, one of a symbol that the run does not have.
std::string write_log(const TempDir& dir, bool ended = true, int messages = 50) {
  RecordingWriter writer({dir / "_open", "0"});
  EXPECT_TRUE(writer.note(at(0), index::RunStarted{"0.1", "v", "0", ""}));
  EXPECT_TRUE(writer.note(at(0), index::ConnectionOpened{1, "wss://x"}));
  for (const char* symbol : {"AAA", "BBB"}) EXPECT_TRUE(writer.note(at(1), index::SymbolAdded{symbol, "trading"}));
  EXPECT_TRUE(writer.note(at(2), index::RestAnswer{1, "depth", "BBB", 100, 200, ""}));
  EXPECT_TRUE(writer.append(at(2), 0, "{snapshot}"));
  EXPECT_TRUE(writer.note(at(2), index::RestAnswer{2, "time", "", 0, 200, ""}));
  EXPECT_TRUE(writer.append(at(2), 0, "{time}"));
  for (int i = 3; i < messages; ++i) {
    EXPECT_TRUE(writer.append(at(i), 1, fmt::format("{} message {}", i % 3 == 0 ? "BBB" : "AAA", i)));
    if (i % 10 == 0) {
      EXPECT_TRUE(writer.note(at(i), index::Alive{}));
      EXPECT_TRUE(writer.sync(at(i)));
    }
  }
  EXPECT_TRUE(writer.append(at(messages), 1, "AAA once more", LineUse::kHeld));
  EXPECT_TRUE(writer.note(at(messages), index::Audit{"AAA", 7, 1, 0, 0, 0}));
  EXPECT_TRUE(writer.note(at(messages), index::Timer{"AAA", at(messages)}));
  EXPECT_TRUE(writer.note(at(messages), index::Timer{"", at(messages)}));
  EXPECT_TRUE(writer.append(at(messages), 1, "../CCC is not ours"));
  if (!ended) {
    EXPECT_TRUE(writer.sync(at(messages)));
    return writer.log_path();  // and no more: as if killed
  }
  EXPECT_TRUE(writer.note(at(messages + 1), index::RunEnded{"test"}));
  EXPECT_TRUE(writer.close(at(messages + 1)));
  return writer.log_path();
}

TEST(Sealer, GivesEachSymbolItsLinesAndEntriesInTheirOrder) {
  const TempDir dir;
  const std::string log = write_log(dir, true, 8);
  const auto report = sealer_of(dir).seal(name_of(log));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 9U);
  EXPECT_EQ(report->segments, 3U);
  EXPECT_EQ(report->lost, "");
  const Contents all = contents(dir);
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_THAT(all.files, ElementsAre("AAA/2024-08-08/1723161254207652067.jsonl.zst",
                                     "BBB/2024-08-08/1723161254207652067.jsonl.zst",
                                     "_session/2024-08-08/1723161254206652067.jsonl.zst"));
  EXPECT_THAT(all.lines.at("AAA"), ElementsAre("4000000 AAA message 4@1", "5000000 AAA message 5@1",
                                               "7000000 AAA message 7@1", "8000000 AAA once more@1h"));
  EXPECT_THAT(all.lines.at("BBB"),
              ElementsAre("2000000 {snapshot}@0", "3000000 BBB message 3@1", "6000000 BBB message 6@1"));
  EXPECT_THAT(all.lines.at("_session"), ElementsAre("2000000 {time}@0", "8000000 ../CCC is not ours@1"));
  for (const char* symbol : {"AAA", "BBB"}) {
    const auto& entries = all.entries.at(symbol);
    EXPECT_EQ(events<index::RunStarted>(entries).size(), 1U);
    EXPECT_EQ(events<index::SymbolAdded>(entries).front().symbol, symbol);
    EXPECT_EQ(events<index::RunEnded>(entries).size(), 1U);
    EXPECT_EQ(events<index::Sealed>(entries).front().log, name_of(log));
    EXPECT_TRUE(std::holds_alternative<index::Sealed>(entries.back().event));
  }
  EXPECT_EQ(events<index::Audit>(all.entries.at("AAA")).size(), 1U);
  EXPECT_EQ(events<index::Audit>(all.entries.at("BBB")).size(), 0U);
  EXPECT_EQ(events<index::Timer>(all.entries.at("AAA")).size(), 2U);
  EXPECT_EQ(events<index::Timer>(all.entries.at("BBB")).size(), 1U);
  EXPECT_EQ(events<index::RestAnswer>(all.entries.at("BBB")).front().limit, 100);
  EXPECT_EQ(events<index::ConnectionOpened>(all.entries.at("_session")).size(), 1U);
  EXPECT_TRUE(fs::is_empty(dir / "_open"));
  EXPECT_TRUE(fs::is_empty(dir / "_sealing"));
}

TEST(Sealer, SaysWhereEachFrameBegins) {
  const TempDir dir;
  RecordingWriter writer({dir / "_open", "0"});
  ASSERT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
  const std::string text(200'000, 'x');
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(writer.append(at(i), 1, fmt::format("AAA {} {}", i, text)));
  ASSERT_TRUE(writer.close(at(12)));
  ASSERT_TRUE(sealer_of(dir).seal(name_of(writer.log_path())));
  const Contents all = contents(dir);
  EXPECT_EQ(all.lines.at("AAA").size(), 12U);
  std::vector<IndexEntry> frames = all.entries.at("AAA");
  std::erase_if(frames, [](const IndexEntry& e) { return !std::holds_alternative<index::Frame>(e.event); });
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].lines_before, 0U);
  const std::string bytes = read_file(dir / all.files.front());
  const std::string tail = bytes.substr(std::get<index::Frame>(frames[1].event).bytes);
  const TempDir other;
  auto reader = RecordingReader::open({other.write("tail.zst", tail)}).value();
  const auto item = reader.next().value();
  EXPECT_THAT(std::string(std::get<RecordedLine>(*item).json),
              ::testing::StartsWith(fmt::format("AAA {} ", frames[1].lines_before)));
}

// Counts what is read.
class Counted final : public ByteSource {
 public:
  Counted(std::unique_ptr<ByteSource> source, std::uint64_t& bytes) : source_(std::move(source)), bytes_(bytes) {}
  Result<std::size_t> read(std::span<char> out) override {
    auto count = source_->read(out);
    if (count) bytes_ += *count;
    return count;
  }
  Result<void> skip(std::uint64_t bytes) override { return source_->skip(bytes); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::uint64_t& bytes_;
};

// A log of an hour was read four times, and taken apart twice.
TEST(Sealer, ReadsALogThatAKillHasLeftOnceToHoldItAgainstItsMarksAndOnceToTakeItApart) {
  const TempDir dir;
  RecordingWriter writer({dir / "_open", "0", 3, 100'000});
  ASSERT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
  std::uint64_t noise = 1;
  for (int i = 1; i <= 20'000; ++i) {
    noise = noise * 6364136223846793005U + 1442695040888963407U;
    ASSERT_TRUE(writer.append(at(i), 1, fmt::format("AAA {:x}", noise)));
    if (i % 500 == 0) {
      ASSERT_TRUE(writer.sync(at(i)));
    }
  }
  ASSERT_TRUE(writer.append(at(20'001), 1, "AAA is cut off"));
  ASSERT_TRUE(writer.flush());
  const std::uint64_t size = fs::file_size(writer.log_path());
  std::uint64_t bytes = 0;
  const auto open = [&bytes](const std::string& path) -> Result<std::unique_ptr<ByteSource>> {
    auto source = open_file(path);
    if (!source || !path.ends_with(kLogEnding)) return source;
    return std::make_unique<Counted>(std::move(*source), bytes);
  };
  Sealer sealer(dir.string(), [] { return std::make_unique<acts::testing::FirstWord>(); }, real_file_ops(), open);
  const auto report = sealer.seal(name_of(writer.log_path()));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 20'000U);
  EXPECT_THAT(report->lost, HasSubstr("behind its last durable mark"));
  EXPECT_FALSE(report->damaged);
  EXPECT_GT(bytes, 2 * size - 1000);
  EXPECT_LT(bytes, 2 * size + size / 2);
}

// Whoever reads it before it is sealed need not begin at its beginning.
TEST(Sealer, TakesFramesOfAnOpenLogForNoneOfASegment) {
  const TempDir dir;
  RecordingWriter writer({dir / "_open", "0", 3, 10'000});
  ASSERT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
  for (int i = 1; i <= 1000; ++i) {
    ASSERT_TRUE(writer.append(at(i), 1, fmt::format("AAA message {}", i)));
    if (i % 100 == 0) {
      ASSERT_TRUE(writer.sync(at(i)));
    }
  }
  ASSERT_TRUE(writer.close(at(1001)));
  auto tail = RecordingReader::open({writer.log_path()}, at(901)).value();
  std::uint64_t lines = 0;
  for (auto item = tail.next(); item && *item; item = tail.next()) {
    const auto* line = std::get_if<RecordedLine>(&**item);
    if (line == nullptr) continue;
    EXPECT_THAT(std::string(line->json), ::testing::StartsWith("AAA message "));
    ++lines;
  }
  EXPECT_GE(lines, 100U);
  EXPECT_LT(lines, 700U);
  ASSERT_TRUE(sealer_of(dir).seal(name_of(writer.log_path())));
  const Contents all = contents(dir);
  EXPECT_THAT(all.errors, IsEmpty());
  EXPECT_EQ(all.lines.at("AAA").size(), 1000U);
  EXPECT_EQ(events<index::Frame>(all.entries.at("AAA")).size(), 1U);
}

// Entries were not counted as held, but as given away: the count fell below zero, and sealing never ended.
TEST(Sealer, EndsWithManyEntriesAndShortLines) {
  const TempDir dir;
  RecordingWriter writer({dir / "_open", "0"});
  ASSERT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
  const std::string text(2'000, 'x');
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(writer.note(at(i), index::Timer{"", at(i)}));
    ASSERT_TRUE(writer.append(at(i), 1, i % 600 < 530 ? "AAA " + text : "AAA"));
  }
  ASSERT_TRUE(writer.close(at(1'000)));
  const auto report = sealer_of(dir).seal(name_of(writer.log_path()));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 1'000U);
}

TEST(Sealer, KeepsWhatCanBeReadOfALogThatWasCutAnywhere) {
  const TempDir whole;
  const std::string log = write_log(whole, false);
  const std::string log_bytes = read_file(log);
  const std::string index_bytes = read_file(index_path_for(log));
  std::size_t most = 0;
  for (std::size_t left = 0; left <= log_bytes.size(); left += 7) {
    const std::size_t size = log_bytes.size() - left;
    SCOPED_TRACE(size);
    const TempDir dir;
    fs::create_directories(dir / "_open");
    const std::string cut = dir.write("_open/" + fs::path(log).filename().string(), log_bytes.substr(0, size));
    (void)dir.write("_open/" + fs::path(index_path_for(log)).filename().string(), index_bytes);
    std::size_t readable = 0;
    auto reader = RecordingReader::open({cut}).value();
    for (auto item = reader.next(); !item || *item; item = reader.next()) {
      readable += item && std::holds_alternative<RecordedLine>(**item) ? 1U : 0U;
    }
    const auto report = sealer_of(dir).seal(name_of(log));
    ASSERT_TRUE(report) << report.error().message;
    const Contents all = contents(dir);
    std::size_t kept = 0;
    for (const auto& [symbol, lines] : all.lines) kept += lines.size();
    ASSERT_EQ(kept, readable);
    ASSERT_THAT(all.errors, IsEmpty());
    // All of it had been on the disk.
    const bool lost = left > 0;
    ASSERT_EQ(report->damaged, lost);
    ASSERT_EQ(fs::exists(dir / "_damaged"), lost);
    if (lost) {
      ASSERT_NE(report->lost, "");
      ASSERT_NE(events<index::Sealed>(all.entries.at("_session")).front().lost, "");
    }
    most = std::max(most, kept);
  }
  EXPECT_EQ(most, 51U);
}

// Fails from the operation with this number on, so often, or for good: what a process that was killed there leaves.
class DyingDisk final : public FileOps {
 public:
  explicit DyingDisk(int lives, int failures = std::numeric_limits<int>::max()) : lives_(lives), failures_(failures) {}
  int make_directories(const std::string& path) override { return dead() ? -EIO : FileOps::make_directories(path); }
  int create(const std::string& path) override { return dead() ? -EIO : FileOps::create(path); }
  int reopen(const std::string& path) override { return dead() ? -EIO : FileOps::reopen(path); }
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    return dead() ? -EIO : FileOps::write_at(fd, bytes, offset);
  }
  int sync(int fd) override { return dead() ? -EIO : FileOps::sync(fd); }
  int sync_directory(const std::string& path) override { return dead() ? -EIO : FileOps::sync_directory(path); }
  int remove(const std::string& path) override { return dead() ? -EIO : FileOps::remove(path); }
  int rename(const std::string& from, const std::string& to) override {
    return dead() ? -EIO : FileOps::rename(from, to);
  }
  int list(const std::string& path, std::vector<std::string>& names) override {
    return dead() ? -EIO : FileOps::list(path, names);
  }
  [[nodiscard]] bool survived() const { return lives_ >= 0; }

 private:
  bool dead() { return lives_-- <= 0 && failures_-- > 0; }
  int lives_;
  int failures_;
};

std::vector<std::string> open_files(const TempDir& dir) {
  std::vector<std::string> names;
  EXPECT_EQ(real_file_ops().list(dir / "_open", names), 0);
  return names;
}

TEST(Sealer, EndsWithTheSameFilesWhereverItWasKilled) {
  const TempDir whole;
  const std::string log = write_log(whole);
  const std::string log_bytes = read_file(log);
  const std::string index_bytes = read_file(index_path_for(log));
  ASSERT_TRUE(sealer_of(whole).seal(name_of(log)));
  const Contents expected = contents(whole);
  bool finished = false;
  for (int lives = 0; !finished; ++lives) {
    SCOPED_TRACE(lives);
    ASSERT_LT(lives, 1000);
    const TempDir dir;
    fs::create_directories(dir / "_open");
    (void)dir.write("_open/" + fs::path(log).filename().string(), log_bytes);
    (void)dir.write("_open/" + fs::path(index_path_for(log)).filename().string(), index_bytes);
    DyingDisk disk(lives);
    const bool sealed = sealer_of(dir, disk).seal(name_of(log)).has_value();
    finished = disk.survived();
    ASSERT_EQ(sealed, finished);
    Sealer again = sealer_of(dir);
    const std::vector<std::string> waiting = again.waiting().value();
    for (const std::string& name : waiting) {
      const auto report = again.seal(name);
      ASSERT_TRUE(report) << report.error().message;
      ASSERT_EQ(report->lost, "");
    }
    ASSERT_THAT(again.waiting().value(), IsEmpty());
    const Contents all = contents(dir);
    ASSERT_EQ(all.files, expected.files);
    ASSERT_EQ(all.lines, expected.lines);
    ASSERT_EQ(all.entries, expected.entries);
    ASSERT_THAT(all.errors, IsEmpty());
    ASSERT_FALSE(fs::exists(dir / "_damaged"));
    ASSERT_TRUE(fs::is_empty(dir / "_sealing"));
    ASSERT_THAT(open_files(dir), IsEmpty());
  }
}

// What could not be removed behind the last segment was asked for the log that was gone, again and again.
TEST(Sealer, EndsWithTheSameFilesWhateverFailsOnce) {
  const TempDir whole;
  const std::string log = write_log(whole);
  const std::string log_bytes = read_file(log);
  const std::string index_bytes = read_file(index_path_for(log));
  ASSERT_TRUE(sealer_of(whole).seal(name_of(log)));
  const Contents expected = contents(whole);
  for (int lives = 0, finished = 0; finished == 0; ++lives) {
    SCOPED_TRACE(lives);
    ASSERT_LT(lives, 1000);
    const TempDir dir;
    fs::create_directories(dir / "_open");
    (void)dir.write("_open/" + fs::path(log).filename().string(), log_bytes);
    (void)dir.write("_open/" + fs::path(index_path_for(log)).filename().string(), index_bytes);
    DyingDisk disk(lives, 1);
    Sealer sealer = sealer_of(dir, disk);
    if (sealer.seal(name_of(log))) {
      finished = 1;
    } else {
      const auto report = sealer.seal(name_of(log));
      ASSERT_TRUE(report) << report.error().message;
    }
    const Contents all = contents(dir);
    ASSERT_EQ(all.lines, expected.lines);
    ASSERT_EQ(all.entries, expected.entries);
    ASSERT_TRUE(fs::is_empty(dir / "_sealing"));
    ASSERT_THAT(open_files(dir), IsEmpty());
  }
}

// A process that ended between the removal of a log and that of its index had left the index for ever.
TEST(Sealer, RemovesAnIndexWhoseLogIsGone) {
  const TempDir dir;
  const std::string log = write_log(dir, false);
  const std::string waits = fs::path(log).filename().string();
  const std::string of_waiting = fs::path(index_path_for(log)).filename().string();
  (void)dir.write("_open/0-1723161254206652000.index.jsonl", "{}\n");
  (void)dir.write("_open/1-1723161254206652000.index.jsonl", "");
  (void)dir.write("_open/notes.txt", "not ours");
  EXPECT_THAT(sealer_of(dir).waiting().value(), ElementsAre(name_of(log)));
  EXPECT_THAT(open_files(dir), ElementsAre(of_waiting, waits, "notes.txt"));
}

// The listing of a directory tells a writer's log and index or one of them, whichever was made while it went on.
class DiskWithAWriter final : public FileOps {
 public:
  explicit DiskWithAWriter(std::string log) : log_(std::move(log)) {}
  int list(const std::string& path, std::vector<std::string>& names) override {
    const int status = FileOps::list(path, names);
    std::erase(names, log_);
    return status;
  }

 private:
  std::string log_;
};

TEST(Sealer, LeavesTheIndexThatAWriterHasMadeWhileItListed) {
  const TempDir dir;
  const std::string log = write_log(dir, false);
  DiskWithAWriter disk(fs::path(log).filename().string());
  EXPECT_THAT(sealer_of(dir, disk).waiting().value(), IsEmpty());
  EXPECT_THAT(open_files(dir),
              ElementsAre(fs::path(index_path_for(log)).filename().string(), fs::path(log).filename().string()));
}

TEST(Sealer, KeepsTheIndexOfADamagedLogWithIt) {
  const TempDir dir;
  const std::string log = fs::path(write_log(dir, false)).filename().string();
  const std::string index = fs::path(index_path_for(log)).filename().string();
  fs::create_directories(dir / "_damaged");
  fs::rename(dir / ("_open/" + log), dir / ("_damaged/" + log));
  EXPECT_THAT(sealer_of(dir).waiting().value(), IsEmpty());
  EXPECT_THAT(open_files(dir), IsEmpty());
  EXPECT_TRUE(fs::exists(dir / ("_damaged/" + index)));
}

// A power cut had left zeros in the middle of what was written and not synced, in the log and its index: what was read
// behind them was not what had been received.
TEST(Sealer, LeavesOutWhatLiesBehindTheLastMarkOfACutLog) {
  const TempDir dir;
  RecordingWriter writer({dir / "_open", "0"});
  ASSERT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
  for (int i = 1; i <= 10; ++i) ASSERT_TRUE(writer.append(at(i), 1, fmt::format("AAA message {}", i)));
  ASSERT_TRUE(writer.sync(at(10)));
  ASSERT_TRUE(writer.append(at(11), 1, "AAA unsynced", LineUse::kHeld));
  ASSERT_TRUE(writer.note(at(11), index::Timer{"AAA", at(11)}));
  ASSERT_TRUE(writer.flush());
  const auto report = sealer_of(dir).seal(name_of(writer.log_path()));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->lost,
              ::testing::MatchesRegex(
                  "cut off: left out [0-9]+ bytes behind its last durable mark, of 2024-08-08T23:54:14.216Z"));
  EXPECT_FALSE(report->damaged);
  const Contents all = contents(dir);
  EXPECT_EQ(all.lines.at("AAA").size(), 10U);
  EXPECT_EQ(all.lines.at("AAA").back(), "10000000 AAA message 10@1");
  EXPECT_EQ(events<index::Timer>(all.entries.at("AAA")).size(), 0U);
  EXPECT_EQ(events<index::Sealed>(all.entries.at("AAA")).front().lost, report->lost);
  EXPECT_TRUE(fs::is_empty(dir / "_open"));
}

// A process that was killed between making a log and its index left one that could never be sealed.
TEST(Sealer, SealsALogWithoutAnIndex) {
  const TempDir dir;
  fs::create_directories(dir / "_open");
  (void)dir.write("_open/0-1723161254206652067.jsonl.zst", "");
  const auto report = sealer_of(dir).seal("0-1723161254206652067");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->segments, 0U);
  EXPECT_FALSE(report->damaged);
  EXPECT_TRUE(fs::is_empty(dir / "_open"));
  EXPECT_FALSE(sealer_of(dir).seal("0-1723161254206652067"));
}

TEST(Sealer, OverwritesNoSegment) {
  const TempDir dir;
  ASSERT_TRUE(sealer_of(dir).seal(name_of(write_log(dir))));
  const Contents before = contents(dir);
  ASSERT_TRUE(sealer_of(dir).seal(name_of(write_log(dir))));
  const Contents after = contents(dir);
  EXPECT_EQ(after.files.size(), 2 * before.files.size());
  EXPECT_EQ(after.lines.at("AAA").size(), 2 * before.lines.at("AAA").size());
}

TEST(Sealer, StopsWhenToldTo) {
  const TempDir dir;
  const std::string log = write_log(dir);
  const auto report = sealer_of(dir).seal(name_of(log), [] { return true; });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
  EXPECT_THAT(contents(dir).files, IsEmpty());
  EXPECT_THAT(sealer_of(dir).waiting().value(), ElementsAre(name_of(log)));
}

TEST(Sealer, TakesTheOldestLogFirst) {
  const TempDir dir;
  fs::create_directories(dir / "_open");
  for (const char* name : {"1-1723161254206652068", "0-1723161254206652069", "2-1723161254206652067"}) {
    (void)dir.write(fmt::format("_open/{}.jsonl.zst", name), "");
  }
  EXPECT_THAT(sealer_of(dir).waiting().value(),
              ElementsAre("2-1723161254206652067", "1-1723161254206652068", "0-1723161254206652069"));
}

TEST(Layout, TellsNamesOfSymbolsFromOthers) {
  EXPECT_TRUE(is_segment_name("BTCUSDT"));
  EXPECT_TRUE(is_segment_name("币安人生USDT"));
  for (const char* name : {"", "_open", "..", ".", "a/b", "a\nb"}) EXPECT_FALSE(is_segment_name(name)) << name;
  EXPECT_EQ(open_log_directory("data", "binance-spot"), "data/raw/binance-spot/_open");
  EXPECT_EQ(segment_directory("BTCUSDT", UnixNanos{kSealStart}), "BTCUSDT/2024-08-08");
}

}  // namespace
}  // namespace acts
