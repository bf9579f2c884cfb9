// Reading a sealed segment from a time of day on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "recording/recording_reader.hpp"
#include "recording/segments.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::SegmentMaker;
using testing::TempDir;

constexpr int kFrames = 8;
constexpr int kLinesAFrame = 100;

// Text that does not shrink: what is read shows in the bytes.
std::string noise(std::mt19937_64& random) {
  std::string text;
  for (int i = 0; i < 16; ++i) text += fmt::format("{:016x}", random());
  return text;
}

// Frame f has the times 1000 f + 1 to 1000 f + 100; the last line of each has the time of the next one's first.
std::string segment_of_frames(const TempDir& dir) {
  SegmentMaker maker(dir / "s.jsonl.zst");
  std::mt19937_64 random(1);
  for (int f = 0; f < kFrames; ++f) {
    for (int i = 1; i < kLinesAFrame; ++i)
      maker.writer().line({1000 * f + i}, i % 2 == 0 ? 1 : 2, LineUse::kTaken, noise(random));
    maker.writer().line({1000 * (f + 1) + 1}, 3, LineUse::kHeld, noise(random));
    EXPECT_TRUE(maker.writer().note({1000 * (f + 1) + 1}, index::Timer{"S", {f}}));
    EXPECT_TRUE(maker.writer().flush());
  }
  maker.finish({1000 * (kFrames + 1)});
  return maker.writer().path();
}

// The file, and how much of it is read.
class CountedFile final : public ByteSource {
 public:
  CountedFile(const std::string& path, std::uint64_t& count) : file_(open_file(path).value()), count_(count) {}
  Result<std::size_t> read(std::span<char> out) override {
    auto done = file_->read(out);
    count_ += done.value_or(0);
    return done;
  }
  Result<void> skip(std::uint64_t bytes) override { return file_->skip(bytes); }

 private:
  std::unique_ptr<ByteSource> file_;
  std::uint64_t& count_;
};

struct Read {
  std::vector<RecordedLine> lines;  // without their text
  std::vector<std::string> texts;
  std::vector<std::int64_t> timers;
  std::vector<std::string> errors;
  std::uint64_t bytes = 0;
};

Read read_from(const std::string& path, std::optional<UnixNanos> from) {
  Read read;
  RecordingInput input{
      path, [&] { return Result<std::unique_ptr<ByteSource>>(std::make_unique<CountedFile>(path, read.bytes)); },
      index_path_for(path), [&] { return open_file(index_path_for(path)); }};
  std::vector<RecordingInput> inputs;
  inputs.push_back(std::move(input));
  RecordingReader reader(std::move(inputs), from);
  for (;;) {
    auto item = reader.next();
    if (!item) {
      read.errors.push_back(item.error().message);
    } else if (!*item) {
      return read;
    } else if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      read.lines.push_back(*line);
      read.texts.emplace_back(line->json);
    } else if (const auto* timer = std::get_if<index::Timer>(&std::get<IndexEntry>(**item).event)) {
      read.timers.push_back(timer->due.value);
    }
  }
}

// Half a second of the hour's end read all of the hour.
TEST(SegmentReading, BeginsAtTheFrameInWhichTheTimeLies) {
  const TempDir dir;
  const std::string path = segment_of_frames(dir);
  const auto size = std::filesystem::file_size(path);
  const Read last = read_from(path, UnixNanos{1000 * (kFrames - 1) + 50});
  EXPECT_THAT(last.errors, IsEmpty());
  EXPECT_EQ(last.lines.size(), kLinesAFrame);
  EXPECT_LT(last.bytes, size / kFrames + size / 50);
  EXPECT_GT(last.bytes, size / kFrames - size / 50);
  // The timer at the end of the frame before stands at the same place.
  EXPECT_THAT(last.timers, ElementsAre(kFrames - 2, kFrames - 1));
}

TEST(SegmentReading, GivesTheSameLinesAsFromTheStart) {
  const TempDir dir;
  const std::string path = segment_of_frames(dir);
  const Read all = read_from(path, std::nullopt);
  ASSERT_EQ(all.lines.size(), kFrames * kLinesAFrame);
  for (const std::int64_t from : {-1, 0, 1, 2, 100, 999, 1000, 1001, 1002, 5001, 5002, 7099, 8001, 9'000'000}) {
    const Read part = read_from(path, UnixNanos{from});
    EXPECT_THAT(part.errors, IsEmpty()) << from;
    ASSERT_GE(part.lines.size(), 1U) << from;
    const std::size_t skipped = all.lines.size() - part.lines.size();
    if (skipped > 0) {
      EXPECT_LT(all.lines[skipped - 1].ts_recv.value, from);
    }
    for (std::size_t i = 0; i < part.lines.size(); ++i) {
      EXPECT_EQ(part.texts[i], all.texts[skipped + i]) << from;
      EXPECT_EQ(part.lines[i].line_number, all.lines[skipped + i].line_number) << from;
      EXPECT_EQ(part.lines[i].connection, all.lines[skipped + i].connection) << from;
      EXPECT_EQ(part.lines[i].use, all.lines[skipped + i].use) << from;
    }
  }
}

TEST(SegmentReading, ReadsFromTheStartWhatHasNoFramesOrNoSoundIndex) {
  const TempDir dir;
  const std::string plain = dir.write("p.jsonl", "1 a\n2 b\n");
  auto reader = RecordingReader::open({plain}, UnixNanos{2}).value();
  EXPECT_EQ(std::get<RecordedLine>(*reader.next().value()).json, "a");

  const std::string path = segment_of_frames(dir);
  const std::string index = testing::read_file(index_path_for(path));
  std::ofstream(index_path_for(path)) << "nonsense\n" << index;
  const Read read = read_from(path, UnixNanos{1000 * kFrames});
  EXPECT_EQ(read.lines.size(), kFrames * kLinesAFrame);
  EXPECT_EQ(read.errors.size(), 1U);
}

}  // namespace
}  // namespace acts
