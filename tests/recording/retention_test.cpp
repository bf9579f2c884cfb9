#include "recording/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <map>

#include "recording/archive.hpp"
#include "recording/layout.hpp"
#include "recording/recording_writer.hpp"
#include "recording/sealer.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::make_segment;
using testing::TempDir;

constexpr Nanos kHour = std::chrono::hours{1};
constexpr Nanos kDay = std::chrono::hours{24};
const UnixNanos kStart = parse_iso8601("2026-03-01").value();

TEST(Retention, RemovesFromTheFrontWhatIsTooOldOrTooMuch) {
  const std::vector<AgedFile> files{{{10}, 5}, {{20}, 5}, {{30}, 5}};
  const auto count = [&](RecordingLimits limits, std::int64_t now = 40) {
    return count_to_remove(files, 18, limits, {now});
  };
  EXPECT_EQ(count({}), 0U);
  EXPECT_EQ(count({.age = Nanos{20}}), 1U);  // not the one that is just as old
  EXPECT_EQ(count({.age = Nanos{0}}), 3U);
  EXPECT_EQ(count({.bytes = 18}), 0U);
  EXPECT_EQ(count({.bytes = 17}), 1U);
  EXPECT_EQ(count({.bytes = 8}), 2U);
  EXPECT_EQ(count({.bytes = 0}), 3U);
  EXPECT_EQ(count({.age = Nanos{20}, .bytes = 8}), 2U);
  EXPECT_EQ(count({.age = Nanos{20}}, 0), 0U);  // a clock that went back
}

struct Archive {
  TempDir dir;

  void add(const std::string& symbol, int hour, const std::string& venue = "v") const {
    make_segment(dir.string(), venue, symbol, kStart + hour * kHour + std::chrono::minutes{3},
                 [&](SegmentWriter& writer) { writer.line(kStart + hour * kHour, 1, LineUse::kTaken, "{}"); });
  }
  // "v/AAA 3 4": hours since kStart of what is there.
  [[nodiscard]] std::vector<std::string> segments() const {
    std::map<std::string, std::string> all;
    const auto all_files = list_recordings(dir.string()).value();
    for (const RecordingFile& file : all_files) {
      if (file.symbol.empty()) continue;
      all[file.venue + "/" + file.symbol] += fmt::format(" {}", (file.first - kStart) / kHour);
    }
    std::vector<std::string> lines;
    for (const auto& [name, hours] : all) lines.push_back(name + hours);
    return lines;
  }
  void expect_sound() const {
    const auto all_files = list_recordings(dir.string()).value();
    for (const RecordingFile& file : all_files) {
      EXPECT_THAT(check_recording(file).problems, IsEmpty());
    }
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(dir.string())) {
      names.push_back(fs::relative(entry.path(), dir.string()).string());
    }
    return names;
  }
  RecordingPrune prune(RecordingLimits limits, UnixNanos now, FileOps& ops = real_file_ops()) const {
    return prune_recordings(dir.string(), {.limits = limits}, now, ops);
  }
};

TEST(Retention, RemovesSegmentsWithTheirIndexesAndEmptyFolders) {
  const Archive archive;
  for (const int hour : {0, 1, 23, 24, 25}) archive.add("AAA", hour);
  archive.add("OLD", 2);
  archive.add("CCC", 22);
  archive.add("BBB", 24, "w");
  const auto now = kStart + 25 * kHour + std::chrono::minutes{30};
  RecordingPruneOptions dry{.limits = {.age = kHour}, .dry_run = true};
  const RecordingPrune would = prune_recordings(archive.dir.string(), dry, now);
  EXPECT_EQ(would.files, 5U);
  const RecordingPrune done = archive.prune({.age = kHour}, now);
  EXPECT_EQ(done.failure, "");
  EXPECT_EQ(done.files, 5U);
  EXPECT_EQ(done.bytes, would.bytes);
  EXPECT_EQ(done.oldest, kStart + 24 * kHour + std::chrono::minutes{3});
  EXPECT_THAT(archive.segments(), ElementsAre("v/AAA 24 25", "w/BBB 24"));
  EXPECT_FALSE(fs::exists(archive.dir / "raw/v/AAA/2026-03-01"));
  EXPECT_FALSE(fs::exists(archive.dir / "raw/v/OLD"));
  EXPECT_EQ(archive.files().size(), 6U + 7U);  // files, folders
  archive.expect_sound();
}

TEST(Retention, RemovesTheOldestOfAllSymbolsWhenThereIsTooMuch) {
  const Archive archive;
  for (int hour = 0; hour < 50; hour += 5) archive.add("AAA", hour);
  for (int hour = 1; hour < 50; hour += 5) archive.add("BBB", hour, "w");
  std::uint64_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(archive.dir.string())) {
    if (entry.is_regular_file()) total += entry.file_size();
  }
  EXPECT_EQ(archive.prune({.bytes = total}, kStart + 50 * kHour).files, 0U);
  const RecordingPrune done = archive.prune({.bytes = total / 4}, kStart + 50 * kHour);
  EXPECT_EQ(done.files, 15U);
  EXPECT_LE(total - done.bytes, total / 4);
  EXPECT_THAT(archive.segments(), ElementsAre("v/AAA 40 45", "w/BBB 36 41 46"));
  archive.expect_sound();
}

TEST(Retention, LeavesWhatIsNotSealed) {
  const Archive archive;
  archive.add("AAA", 30);
  const std::string venue = archive.dir / "raw/v";
  RecordingWriter writer({venue + "/_open", "0"});
  ASSERT_TRUE(writer.append(kStart, 1, "{}"));
  ASSERT_TRUE(writer.close(kStart));
  for (const char* name : {"_damaged", "_sealing/0-1/AAA/2026-01-01"}) {
    fs::create_directories(venue + "/" + name);
    std::ofstream(venue + "/" + name + "/1.jsonl.zst") << "x";
  }
  const auto before = archive.files();
  const RecordingPrune done = archive.prune({.age = kHour, .bytes = 0}, kStart + 31 * kHour);
  EXPECT_EQ(done.files, 1U);
  EXPECT_EQ(done.oldest, std::nullopt);
  EXPECT_EQ(archive.files().size(), before.size() - 4);  // log, index, day, symbol
}

TEST(Retention, LeavesWhatARestartNeedsWhateverItsSize) {
  const Archive archive;
  for (const int hour : {0, 1, 2, 24, 25}) archive.add("AAA", hour);
  archive.add("BBB", 24);
  const RecordingPruneOptions options{.limits = {.bytes = 0}, .needed = {{{"v", "AAA"}, kStart + 24 * kHour}}};
  const RecordingPrune done = prune_recordings(archive.dir.string(), options, kStart + 26 * kHour);
  EXPECT_EQ(done.failure, "");
  EXPECT_EQ(done.files, 4U);
  EXPECT_EQ(done.oldest, kStart + 24 * kHour + std::chrono::minutes{3});
  EXPECT_THAT(archive.segments(), ElementsAre("v/AAA 24 25"));
  archive.expect_sound();
}

TEST(Archive, ListsOneSymbolsDayByItself) {
  const Archive archive;
  for (const int hour : {0, 23, 24}) archive.add("AAA", hour);
  archive.add("BBB", 1);
  RecordingWriter writer({archive.dir / "raw/v/_open", "0"});
  ASSERT_TRUE(writer.append(kStart, 1, "{}"));
  const auto count = [&](const std::string& symbol, int hour) {
    return list_segments(archive.dir.string(), "v", symbol, kStart + hour * kHour).value().size();
  };
  EXPECT_EQ(count("AAA", 5), 2U);
  EXPECT_EQ(count("AAA", 24), 1U);
  EXPECT_EQ(count("AAA", 48), 0U);
  EXPECT_EQ(count("", 0), 1U);
  EXPECT_EQ(list_segments(archive.dir.string(), "v", "AAA", kStart).value()[0].symbol, "AAA");
}

// A line is of the symbol that it is.
class WholeLine final : public LineOwner {
 public:
  void add_symbol(std::string_view) override {}
  std::string_view symbol_of(std::string_view json) override { return json; }
};

// Two runs within an hour; the first one's log is sealed, and there as long as not all its segments are in place.
TEST(Archive, ListsEachMessageOnceWhileALogIsSealed) {
  const TempDir dir;
  const std::string venue = dir / "raw/v";
  const auto write = [&](UnixNanos first) {
    RecordingWriter writer({venue + "/_open", "0"});
    EXPECT_TRUE(writer.note(first, index::RunStarted{"0.1", "v", "0", ""}));
    for (const char* const symbol : {"AAA", "BBB"}) {
      EXPECT_TRUE(writer.note(first, index::SymbolAdded{symbol, "trading"}));
      EXPECT_TRUE(writer.append(first, 1, symbol));
    }
    EXPECT_TRUE(writer.close(first));
    return fs::path(writer.log_path()).filename().string();
  };
  const std::string name = write(kStart + std::chrono::minutes{1});
  fs::copy(venue + "/_open", dir / "before");
  ASSERT_TRUE(Sealer(venue, [] {
                return std::make_unique<WholeLine>();
              }).seal(name.substr(0, name.size() - kLogEnding.size())));
  const std::string later = write(kStart + std::chrono::minutes{2});
  const auto names = [&] {
    auto files = list_recordings(dir.string()).value();
    leave_out_doubled(files);
    std::vector<std::string> found;
    for (const RecordingFile& file : files)
      found.push_back(file.symbol.empty() ? fs::path(file.path).filename().string() : file.symbol);
    return found;
  };
  EXPECT_THAT(names(), ElementsAre(later, "AAA", "BBB", "_session"));
  fs::copy(dir / "before", venue + "/_open");
  EXPECT_THAT(names(), ElementsAre(name, later)) << "its segments are of the log";
  fs::remove_all(venue + "/BBB");
  EXPECT_THAT(names(), ElementsAre(name, later)) << "and so are those that are not in place yet";
}

// A wall clock of the year 2099 would have emptied the archive.
TEST(Retention, CountsAgeFromTheLastSegment) {
  const Archive archive;
  archive.add("AAA", 0);
  archive.add("AAA", 72);
  archive.add("_session", 24 * 400);  // what comes while nothing is collected
  EXPECT_EQ(archive.prune({.age = 4 * kDay}, kStart + 400 * kDay).files, 0U);
  EXPECT_EQ(archive.prune({.age = 3 * kDay}, kStart + 400 * kDay).files, 1U);
}

// Fails once, at its operation N.
class FailingOps final : public FileOps {
 public:
  explicit FailingOps(int at) : left_(at) {}
  int remove(const std::string& path) override { return fails() ? -EIO : FileOps::remove(path); }
  int sync_directory(const std::string& path) override { return fails() ? -EIO : FileOps::sync_directory(path); }
  [[nodiscard]] bool failed() const { return left_ < 0; }

 private:
  bool fails() { return left_-- == 0; }
  int left_;
};

TEST(Retention, LeavesASoundArchiveWhereverItIsCutOff) {
  for (int at = 0;; ++at) {
    const Archive archive;
    for (const int hour : {0, 1, 2, 24, 60}) archive.add(hour < 2 ? "AAA" : "BBB", hour);
    FailingOps ops(at);
    const RecordingPrune cut = archive.prune({.age = kHour}, kStart + 61 * kHour, ops);
    archive.expect_sound();
    const RecordingPrune rest = archive.prune({.age = kHour}, kStart + 61 * kHour);
    EXPECT_EQ(rest.failure, "");
    EXPECT_EQ(archive.files().size(), 6U) << at;  // raw, v, BBB, the day, and the files of the last hour
    if (!ops.failed()) {
      EXPECT_GT(at, 8);
      break;
    }
  }
}

TEST(Retention, StopsWhenAskedTo) {
  const Archive archive;
  for (int hour = 0; hour < 10; ++hour) archive.add("AAA", hour);
  int asked = 0;
  const RecordingPruneOptions options{.limits = {.bytes = 0}, .stop = [&] { return ++asked > 3; }};
  EXPECT_EQ(prune_recordings(archive.dir.string(), options, kStart + 10 * kHour).files, 3U);
  EXPECT_THAT(archive.segments(), ElementsAre("v/AAA 3 4 5 6 7 8 9"));
}

TEST(Retention, SaysWhatItCouldNotDo) {
  const Archive archive;
  archive.add("AAA", 0);
  FailingOps ops(0);
  EXPECT_THAT(archive.prune({.bytes = 0}, kStart, ops).failure,
              ::testing::HasSubstr("cannot be removed: Input/output"));
  const TempDir nothing;
  EXPECT_EQ(prune_recordings(nothing.string(), {.limits = {.bytes = 0}}, kStart).failure, "");
}

}  // namespace
}  // namespace acts
