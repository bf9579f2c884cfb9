// Logs that lost what had been on the disk, in the log or in its index.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recording/archive.hpp"
#include "recording/durable_part.hpp"
#include "recording/index.hpp"
#include "recording/layout.hpp"
#include "recording/recording_file.hpp"
#include "recording/recording_writer.hpp"
#include "recording/sealer.hpp"
#include "recording/sealing.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using acts::testing::at;
using acts::testing::Contents;
using acts::testing::contents;
using acts::testing::events;
using acts::testing::name_of;
using acts::testing::read_file;
using acts::testing::sealer_of;
using acts::testing::TempDir;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr int kLines = 2'500;  // a line each 10 ms
constexpr int kLineMs = 10;
constexpr int kSyncMs = 500;

// The log of a run that was killed, or ended, and its index.
struct Log {
  std::string name;
  std::string log;
  std::string index;
  std::vector<std::string> lines{};

  explicit Log(bool ended = false) {
    const TempDir dir;
    RecordingWriter writer({dir / "_open", "0"});
    EXPECT_TRUE(writer.note(at(0), index::RunStarted{"0.1", "v", "0", ""}));
    EXPECT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
    for (int i = 1; i <= kLines; ++i) {
      const std::string text = fmt::format("AAA message {} of {}", i, i * 7919 % 1009);
      lines.push_back(fmt::format("{} {}@1", std::int64_t{i} * kLineMs * 1'000'000, text));
      EXPECT_TRUE(writer.append(at(i * kLineMs), 1, text));
      if (i * kLineMs % kSyncMs != 0) continue;
      EXPECT_TRUE(writer.note(at(i * kLineMs), index::Alive{}));
      EXPECT_TRUE(writer.sync(at(i * kLineMs)));
    }
    if (ended) {
      EXPECT_TRUE(writer.note(at(kLines * kLineMs), index::RunEnded{"test"}));
      EXPECT_TRUE(writer.close(at(kLines * kLineMs)));
    }
    name = name_of(writer.log_path());
    log = read_file(writer.log_path());
    index = read_file(index_path_for(writer.log_path()));
  }

  [[nodiscard]] std::string put(const TempDir& dir) const {
    std::filesystem::create_directories(dir / "_open");
    (void)dir.write(fmt::format("_open/{}{}", name, kIndexEnding), index);
    return dir.write(fmt::format("_open/{}{}", name, kLogEnding), log);
  }
  // By the last mark of no more than the first `bytes` bytes.
  [[nodiscard]] std::uint64_t lines_marked_within(std::size_t bytes) const {
    IndexReader entries(read_from_memory(index));
    std::uint64_t marked = 0;
    for (auto entry = entries.next().value(); entry; entry = entries.next().value()) {
      const auto* mark = std::get_if<acts::index::Durable>(&entry->event);
      if (mark != nullptr && mark->bytes <= bytes) marked = entry->lines_before;
    }
    return marked;
  }
  [[nodiscard]] std::string kept(const TempDir& dir) const {
    return dir / fmt::format("_damaged/{}{}", name, kLogEnding);
  }
};

std::vector<std::string> problems_of(const std::string& path) {
  return check_recording({"v", "", path, {}, std::filesystem::file_size(path)}).problems;
}

// Its lines count as not durable, for no mark told of them: it was deleted, and no copy was left.
TEST(DamagedLog, IsKeptIfItsIndexIsGone) {
  const Log log;
  const TempDir dir;
  const std::string path = log.put(dir);
  std::filesystem::remove(index_path_for(path));
  EXPECT_THAT(problems_of(path), ElementsAre(HasSubstr("its index is gone")));
  const auto report = sealer_of(dir).seal(log.name);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->damaged);
  EXPECT_EQ(report->lines, log.lines.size());
  EXPECT_THAT(report->lost, AllOf(HasSubstr("kept in _damaged/"), HasSubstr("its index is gone")));
  EXPECT_EQ(read_file(log.kept(dir)), log.log);
  const Contents all = contents(dir);
  // Without an index there is no symbol, and no connection.
  EXPECT_EQ(all.lines.at(std::string(kSessionName)).size(), log.lines.size());
  EXPECT_EQ(events<index::Sealed>(all.entries.at(std::string(kSessionName))).front().lost, report->lost);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(DamagedLog, IsKeptIfItIsNoLogOfOurs) {
  const TempDir dir;
  std::filesystem::create_directories(dir / "_open");
  (void)dir.write("_open/notes.jsonl.zst", "not ours");
  const auto report = sealer_of(dir).seal("notes");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(read_file(dir / "_damaged/notes.jsonl.zst"), "not ours");
}

TEST(DamagedLog, IsKeptIfItsIndexWasCut) {
  for (const bool ended : {false, true}) {
    const Log whole(ended);
    const std::size_t line_end = whole.index.find('\n', whole.index.size() / 3) + 1;
    for (const std::size_t left : {std::size_t{0}, std::size_t{300}, whole.index.size() / 2, line_end}) {
      SCOPED_TRACE(fmt::format("{} of {}", left, whole.index.size()));
      Log log = whole;
      log.index.resize(left);
      const TempDir dir;
      const std::string path = log.put(dir);
      EXPECT_THAT(problems_of(path), ElementsAre(HasSubstr("its index is gone, or ends long before it")));
      const auto report = sealer_of(dir).seal(log.name);
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_TRUE(report->damaged);
      EXPECT_EQ(report->lines, log.lines.size());
      EXPECT_THAT(report->lost, HasSubstr("ends long before it"));
      EXPECT_EQ(read_file(log.kept(dir)), log.log);
      EXPECT_EQ(read_file(index_path_for(log.kept(dir))), log.index);
      std::size_t kept = 0;
      for (const auto& [symbol, lines] : contents(dir).lines) kept += lines.size();
      EXPECT_EQ(kept, log.lines.size());
    }
  }
}

// What was never marked as durable may be missing, or wrong, after any crash: that is no damage. Nor is a clock that
// leaps, a disk that syncs nothing for a while, a last sync whose mark is not there.
TEST(DamagedLog, IsNoneThatACrashExplains) {
  const auto sealed = [](bool leaps, bool syncs_nothing) {
    const TempDir dir;
    RecordingWriter writer({dir / "_open", "0"});
    EXPECT_TRUE(writer.note(at(0), index::SymbolAdded{"AAA", "trading"}));
    const int lines = syncs_nothing ? 3'000 : 100;
    for (int i = 1; i <= lines; ++i) {
      const int leap = leaps && i > 50 ? 1'000'000 : 0;
      EXPECT_TRUE(writer.append(at(i * kLineMs + leap), 1, fmt::format("AAA {}", i)));
      if (syncs_nothing && i % 100 == 0) {
        EXPECT_TRUE(writer.note(at(i * kLineMs), index::Alive{}));
      }
    }
    EXPECT_TRUE(writer.flush());
    EXPECT_THAT(problems_of(writer.log_path()), IsEmpty());
    const auto report = sealer_of(dir).seal(name_of(writer.log_path())).value();
    EXPECT_FALSE(report.damaged);
    EXPECT_THAT(report.lost, ::testing::MatchesRegex("cut off before its first durable mark: left out [0-9]+ bytes"));
    EXPECT_FALSE(std::filesystem::exists(dir / "_damaged"));
    EXPECT_THAT(contents(dir).files, IsEmpty());
  };
  sealed(false, false);
  sealed(true, false);
  sealed(false, true);
}

// It was told in the words of a harmless kill.
TEST(DamagedLog, TellsHowMuchIsGoneAndSinceWhen) {
  Log log;
  const std::size_t bytes = log.log.size();
  log.log.resize(bytes / 2);
  const TempDir dir;
  const std::string path = log.put(dir);
  const DurablePart part = durable_part(recording_file(path)).value();
  EXPECT_TRUE(part.is_damaged() && part.is_cut);
  const std::string text = fmt::format("of {} bytes that were on the disk, {} are gone or changed, since {}", bytes,
                                       bytes - bytes / 2, to_iso8601(part.until.value()));
  EXPECT_THAT(problems_of(path), ::testing::Contains(fmt::format("{}: {}", path, text)));
  const auto report = sealer_of(dir).seal(log.name);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->damaged);
  EXPECT_EQ(report->lost, fmt::format("damaged, and kept in _damaged/: {}", text));
  EXPECT_EQ(read_file(log.kept(dir)), log.log);
  const Contents all = contents(dir);
  const auto& lines = all.lines.at("AAA");
  EXPECT_TRUE(std::equal(lines.begin(), lines.end(), log.lines.begin()));
  EXPECT_GT(at(static_cast<int>(lines.size() + 1) * kLineMs), *part.until);
  EXPECT_EQ(events<index::Sealed>(all.entries.at("AAA")).front().lost, report->lost);
}

// A block of an unfinished frame has no checksum: a trade came into a sound segment with another receive time. The
// frame of a log that was closed has one, and tells too late.
TEST(DamagedLog, GivesNothingBehindABitThatFlipped) {
  for (const bool ended : {false, true}) {
    const Log whole(ended);
    for (std::size_t place = 0; place < whole.log.size(); place += whole.log.size() / 23 + 1) {
      SCOPED_TRACE(fmt::format("byte {} of {}", place, whole.log.size()));
      Log log = whole;
      log.log[place] = static_cast<char>(log.log[place] ^ 0x10);
      const TempDir dir;
      const std::string path = log.put(dir);
      EXPECT_THAT(problems_of(path), ::testing::Contains(HasSubstr("bytes that were on the disk, ")));
      const auto report = sealer_of(dir).seal(log.name);
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_TRUE(report->damaged);
      EXPECT_THAT(report->lost, HasSubstr("are gone or changed, "));
      EXPECT_EQ(read_file(log.kept(dir)), log.log);
      Contents all = contents(dir);
      EXPECT_THAT(all.errors, IsEmpty());
      const auto& lines = all.lines["AAA"];
      ASSERT_EQ(lines.size(), whole.lines_marked_within(place));
      EXPECT_TRUE(std::equal(lines.begin(), lines.end(), log.lines.begin()));
    }
  }
}

TEST(DamagedLog, IsOneWhoseIndexCannotBeReadInFrontOfItsLastMark) {
  Log log;
  const std::size_t middle = log.index.find("\"alive\"", log.index.size() / 2);
  log.index[middle + 2] = 'x';
  const TempDir dir;
  const std::string path = log.put(dir);
  EXPECT_THAT(problems_of(path), ElementsAre(HasSubstr("skipped")));
  const auto report = sealer_of(dir).seal(log.name);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->damaged);
  EXPECT_THAT(report->lost,
              StartsWith("damaged, and kept in _damaged/: 1 places that were on the disk cannot be read, the first: "));
  EXPECT_EQ(read_file(index_path_for(log.kept(dir))), log.index);
  EXPECT_EQ(contents(dir).lines.at("AAA"), log.lines);
}

// A disk that does not give a file from some byte on.
class BadSector final : public ByteSource {
 public:
  BadSector(std::unique_ptr<ByteSource> source, std::size_t good) : source_(std::move(source)), good_(good) {}
  Result<std::size_t> read(std::span<char> out) override {
    if (good_ == 0) return fail(ErrorCode::kStorage, "cannot be read: Input/output error");
    const auto count = source_->read(out.first(std::min(out.size(), good_)));
    good_ -= count.value_or(0);
    return count;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::size_t good_;
};

// `good`: of the files that end so. As often as `times`.
Sealer sealer_on_bad_disk(const TempDir& dir, std::string_view ending, std::size_t good, int& times) {
  const auto open = [ending, good, &times](const std::string& path) -> Result<std::unique_ptr<ByteSource>> {
    auto source = open_file(path);
    if (!source || !path.ends_with(ending) || times-- <= 0) return source;
    return std::make_unique<BadSector>(*std::move(source), good);
  };
  return Sealer(dir.string(), [] { return std::make_unique<acts::testing::FirstWord>(); }, real_file_ops(), open);
}

// It was tried for ever, and kept the log open.
TEST(DamagedLog, IsOneThatTheDiskDoesNotGiveTheWholeOf) {
  const Log log;
  for (std::size_t place = 0; place < log.log.size(); place += log.log.size() / 5 + 1) {
    SCOPED_TRACE(fmt::format("byte {} of {}", place, log.log.size()));
    const TempDir dir;
    const std::string path = log.put(dir);
    int times = 1'000;
    Sealer sealer = sealer_on_bad_disk(dir, kLogEnding, place, times);
    for (int attempt = 1; attempt < Sealer::kReadAttempts; ++attempt) {
      const auto failed = sealer.seal(log.name);
      ASSERT_FALSE(failed);
      EXPECT_EQ(failed.error().code, ErrorCode::kStorage) << "it may be a moment's trouble";
      EXPECT_THAT(failed.error().message, StartsWith(path + ": cannot be read: Input/output error behind "));
      EXPECT_THAT(contents(dir).files, IsEmpty());
    }
    const auto report = sealer.seal(log.name);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->damaged);
    EXPECT_THAT(report->lost, StartsWith(fmt::format("damaged, and kept in _damaged/: cannot be read: Input/output "
                                                     "error behind {} bytes: left out what was written ",
                                                     place)));
    EXPECT_EQ(read_file(log.kept(dir)), log.log);
    Contents all = contents(dir);
    EXPECT_THAT(all.errors, IsEmpty());
    const auto& lines = all.lines["AAA"];
    ASSERT_EQ(lines.size(), log.lines_marked_within(place));
    EXPECT_TRUE(std::equal(lines.begin(), lines.end(), log.lines.begin()));
  }
}

TEST(DamagedLog, IsOneWhoseIndexTheDiskDoesNotGiveTheWholeOf) {
  const Log log;
  const std::size_t place = log.index.size() / 2;
  const TempDir dir;
  (void)log.put(dir);
  int times = 1'000;
  Sealer sealer = sealer_on_bad_disk(dir, kIndexEnding, place, times);
  for (int attempt = 1; attempt < Sealer::kReadAttempts; ++attempt) EXPECT_FALSE(sealer.seal(log.name));
  const auto report = sealer.seal(log.name);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->damaged);
  EXPECT_THAT(report->lost,
              HasSubstr(fmt::format("its index cannot be read: Input/output error behind {} bytes", place)));
  EXPECT_EQ(report->lines, log.lines.size());
  EXPECT_EQ(read_file(index_path_for(log.kept(dir))), log.index);
  EXPECT_EQ(contents(dir).lines.at("AAA").size(), log.lines.size());
}

TEST(DamagedLog, IsNoneThatTheDiskGivesAgain) {
  const Log log;
  const TempDir dir;
  const std::string path = log.put(dir);
  int times = Sealer::kReadAttempts - 1;
  Sealer sealer = sealer_on_bad_disk(dir, kLogEnding, log.log.size() / 2, times);
  for (int attempt = 1; attempt < Sealer::kReadAttempts; ++attempt) EXPECT_FALSE(sealer.seal(log.name));
  const auto report = sealer.seal(log.name);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->damaged);
  EXPECT_EQ(contents(dir).lines.at("AAA"), log.lines);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(DamagedLog, IsListedAndSoIsASegmentThatIsGone) {
  const TempDir dir;
  const Log log;
  const std::string venue = recording_directory(dir.string(), "v");
  std::filesystem::create_directories(venue + "/_open");
  (void)dir.write(fmt::format("raw/v/_open/{}{}", log.name, kLogEnding), log.log);
  (void)dir.write(fmt::format("raw/v/_open/{}{}", log.name, kIndexEnding), log.index);
  Sealer sealer(venue, [] { return std::make_unique<acts::testing::FirstWord>(); });
  ASSERT_TRUE(sealer.seal(log.name));
  EXPECT_THAT(list_damaged(dir.string()).value(), IsEmpty());
  EXPECT_THAT(list_missing(dir.string()).value(), IsEmpty());
  std::filesystem::create_directories(venue + "/_damaged");
  (void)dir.write(fmt::format("raw/v/_damaged/{}{}", log.name, kLogEnding), log.log);
  EXPECT_EQ(list_damaged(dir.string()).value().at(0).bytes, log.log.size());
  std::vector<RecordingFile> files = list_recordings(dir.string()).value();
  std::erase_if(files, [](const RecordingFile& file) { return file.symbol != "AAA"; });
  ASSERT_EQ(files.size(), 1U);
  std::filesystem::remove(files[0].path);
  const auto missing = list_missing(dir.string()).value();
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].path, files[0].path);
  EXPECT_EQ(missing[0].symbol, "AAA");
}

}  // namespace
}  // namespace acts
