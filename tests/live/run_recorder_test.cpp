#include "live/run_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "recording/recording_reader.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::TempDir;

constexpr Nanos kPatience = 20s;

// A disk that hangs or is full for as long as a test wants.
class FickleDisk final : public FileOps {
 public:
  std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
    std::unique_lock lock(mutex_);
    ++writes_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !hangs_; });
    if (full_) return -ENOSPC;
    return FileOps::write_at(fd, bytes, offset);
  }
  int sync(int fd) override {
    std::unique_lock lock(mutex_);
    ++syncs_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return syncs_ <= hangs_after_syncs_; });
    return FileOps::sync(fd);
  }
  void set_hangs(bool hangs) { set(hangs_, hangs); }
  void set_hangs_after_syncs(int syncs) {
    const std::scoped_lock lock(mutex_);
    hangs_after_syncs_ = syncs;
    changed_.notify_all();
  }
  // Until so many are done, or under way.
  bool wait_for_syncs(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return syncs_ >= count; });
  }
  void set_full(bool full) { set(full_, full); }
  bool wait_for_writes(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return writes_ >= count; });
  }

 private:
  void set(bool& what, bool value) {
    const std::scoped_lock lock(mutex_);
    what = value;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false;
  bool full_ = false;
  int writes_ = 0;
  int syncs_ = 0;
  int hangs_after_syncs_ = INT_MAX;
};

class RunRecorderTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunRecorder> make() {
    return std::make_unique<RunRecorder>(RecordingWriterOptions{dir_.string(), "0"}, disk_);
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
  EXPECT_GE(recorder->queued_bytes(), RunRecorder::kMaxQueuedBytes);
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

// The process waited for ever for a disk that hung.
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
