#include "live/run_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>
#include <filesystem>

#include "live/fickle_disk.hpp"
#include "recording/recording_reader.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using testing::FickleDisk;
using ::testing::HasSubstr;
using testing::TempDir;

constexpr Nanos kPatience = 20s;

class RunRecorderTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunRecorder> make() {
    return std::make_unique<RunRecorder>(RecordingWriterOptions{dir_.string(), "0"}, RecordingMedium{disk_});
  }
  std::vector<std::string> read_back() const {
    std::vector<std::string> lines;
    std::vector<std::string> logs;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.string())) {
      if (entry.path().extension() == ".zst") logs.push_back(entry.path().string());
    }
    auto reader = RecordingReader::open(logs).value();
    for (;;) {
      const auto item = reader.next();
      if (!item) {
        lines.push_back(item.error().message);
      } else if (!*item) {
        return lines;
      } else if (const auto* line = std::get_if<RecordedLine>(&**item)) {
        lines.push_back(std::to_string(line->ts_recv.value) + " " + std::string(line->json.substr(0, 8)));
      }
    }
  }
  const TempDir dir_;
  std::shared_ptr<FickleDisk> disk_ = std::make_shared<FickleDisk>();
};

TEST_F(RunRecorderTest, WritesWhatItIsGivenAndCountsWhatCanNeverBeWritten) {
  const auto recorder = make();
  recorder->line({1}, 1, "{}");
  recorder->line({2}, 1, "");
  recorder->note({3}, index::Alive{});
  recorder->line({4}, 2, "{\"a\":1}");
  EXPECT_TRUE(recorder->close({5}, kPatience));
  EXPECT_EQ(read_back(), (std::vector<std::string>{"1 {}", "4 {\"a\":1}"}));
  const RunRecorder::Status status = recorder->status();
  EXPECT_TRUE(status.closed);
  EXPECT_EQ(status.refused, 1U);
  EXPECT_THAT(status.refusal, HasSubstr("a message of 0 bytes"));
  EXPECT_EQ(status.failures, 0U);
  EXPECT_EQ(status.queued_bytes, 0U);
  EXPECT_FALSE(status.stuck_for.has_value());
}

TEST_F(RunRecorderTest, IsFullWhileTheDiskHangsAndKeepsEverything) {
  disk_->set_hangs(true);
  const auto recorder = make();
  recorder->line({1}, 1, "{}");
  EXPECT_TRUE(disk_->wait_for_writes(1));
  const std::string megabyte(std::size_t{1} << 20, 'x');
  int lines = 1;
  while (!recorder->full()) recorder->line({++lines}, 1, megabyte);
  EXPECT_GE(recorder->queued_bytes(), RecordingMedium{}.max_queued_bytes);
  EXPECT_EQ(lines, 65);
  EXPECT_TRUE(recorder->status().stuck_for.has_value());
  disk_->set_hangs(false);
  EXPECT_TRUE(recorder->close({100}, kPatience));
  EXPECT_FALSE(recorder->full());
  const auto back = read_back();
  ASSERT_EQ(back.size(), 65U);
  EXPECT_EQ(back.front(), "1 {}");
  EXPECT_EQ(back.back(), "65 xxxxxxxx");
}

TEST_F(RunRecorderTest, IsFullAsSoonAsItIsToldAndHasRoomAgainByHalf) {
  disk_->set_hangs(true);
  RunRecorder recorder({dir_.string(), "0"}, {disk_, 10'000});
  recorder.line({1}, 1, "{}");
  EXPECT_TRUE(disk_->wait_for_writes(1));
  EXPECT_TRUE(recorder.has_room());
  recorder.line({2}, 1, std::string(5'000, 'x'));
  EXPECT_FALSE(recorder.full());
  EXPECT_FALSE(recorder.has_room());
  recorder.line({3}, 1, std::string(5'000, 'x'));
  EXPECT_TRUE(recorder.full());
  disk_->set_hangs(false);
  EXPECT_TRUE(recorder.close({4}, kPatience));
  EXPECT_TRUE(recorder.has_room());
  EXPECT_EQ(read_back().size(), 3U);
}

TEST_F(RunRecorderTest, GoesOnByItselfOnceAFullDiskHasRoom) {
  disk_->set_full(true);
  const auto recorder = make();
  for (int i = 1; i <= 100; ++i) recorder->line({i}, 1, "{}");
  EXPECT_TRUE(disk_->wait_for_writes(2));
  const RunRecorder::Status status = recorder->status();
  EXPECT_GE(status.failures, 1U);
  EXPECT_THAT(status.failure, HasSubstr("cannot be written: No space left on device"));
  disk_->set_full(false);
  EXPECT_TRUE(recorder->close({101}, kPatience));
  EXPECT_EQ(read_back().size(), 100U);
  EXPECT_EQ(recorder->status().failure, "");
}

// What a sync brought to the disk counted as durable at once, but the mark that tells of it was only written: a power
// cut took the mark, and the next start cut off what lay behind the one before, while rows made of it were stored.
TEST_F(RunRecorderTest, TakesForDurableWhatAMarkOnTheDiskTellsOf) {
  constexpr int kSyncsATime = 2;  // the index and the log
  disk_->set_hangs_after_syncs(kSyncsATime);
  const auto recorder = make();
  recorder->line(UnixNanos{1}, 1, "{}");
  ASSERT_TRUE(disk_->wait_for_syncs(kSyncsATime));
  recorder->line(UnixNanos{2}, 1, "{}");
  ASSERT_TRUE(disk_->wait_for_syncs(kSyncsATime + 1));  // that before is done
  EXPECT_EQ(recorder->progress().told, 2U);
  EXPECT_EQ(recorder->progress().durable, 0U);
  disk_->set_hangs_after_syncs(INT_MAX);
  EXPECT_TRUE(recorder->close(UnixNanos{3}, kPatience));
  EXPECT_EQ(recorder->progress().durable, 2U);
}

// The process waited for ever for a disk that hung.
TEST_F(RunRecorderTest, GivesUpClosingAtItsLimitAndEndsThoughTheDiskHangs) {
  disk_->set_hangs(true);
  auto recorder = make();
  recorder->line({1}, 1, "{}");
  EXPECT_TRUE(disk_->wait_for_writes(1));
  EXPECT_FALSE(recorder->close({2}, 1ms));
  EXPECT_FALSE(recorder->status().closed);
  recorder.reset();
  // The thread that was left behind has the disk; it ends when the disk comes back.
  const std::weak_ptr<FickleDisk> left = disk_;
  EXPECT_GT(left.use_count(), 1);
  disk_->set_hangs(false);
}

}  // namespace
}  // namespace acts
