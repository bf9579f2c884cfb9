#include "live/seal_thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

#include "live/left_logs.hpp"
#include "live/message_owner.hpp"
#include "recording/layout.hpp"
#include "recording/recording_writer.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDir;

constexpr UnixNanos kEarlier{1'767'225'650'000'000'000};
constexpr UnixNanos kRunBegins{1'767'229'250'000'000'000};

// A disk whose directories cannot be listed so many times.
class UnlistedDisk final : public FileOps {
 public:
  explicit UnlistedDisk(int failures) : failures_(failures) {}
  int list(const std::string& path, std::vector<std::string>& names) override {
    if (failures_ > 0) {
      --failures_;
      return -EMFILE;
    }
    return FileOps::list(path, names);
  }
  [[nodiscard]] bool fails() const { return failures_ > 0; }
  [[nodiscard]] int left() const { return failures_; }

 private:
  std::atomic<int> failures_;
};

// A disk that does not let one log's segments come to their places.
class RefusingDisk final : public FileOps {
 public:
  explicit RefusingDisk(UnixNanos first) : refused_("_sealing/0-" + std::to_string(first.value)) {}
  int rename(const std::string& from, const std::string& to) override {
    return refuses_ && from.contains(refused_) ? -EIO : FileOps::rename(from, to);
  }
  void relent() { refuses_ = false; }

 private:
  std::string refused_;
  std::atomic<bool> refuses_ = true;
};

class SealThreadTest : public ::testing::Test {
 protected:
  void make_log(UnixNanos first) const {
    RecordingWriter writer({open_log_directory(dir_.string(), "binance-spot"), "0"});
    ASSERT_TRUE(writer.note(first, index::RunStarted{"1", "binance-spot", "0", {}}));
    ASSERT_TRUE(writer.note(first, index::SymbolAdded{"BTCUSDT", "trading"}));
    ASSERT_TRUE(writer.append(first, 1, R"({"stream":"btcusdt@trade","data":{}})"));
    ASSERT_TRUE(writer.close(first + 1s));
  }
  [[nodiscard]] std::unique_ptr<SealThread> make(std::shared_ptr<FileOps> disk) const {
    return std::make_unique<SealThread>(
        recording_directory(dir_.string(), "binance-spot"),
        [] { return std::make_unique<MessageOwner>(Venue::kBinanceSpot); }, kRunBegins, std::move(disk), 20ms);
  }
  [[nodiscard]] std::string path_of(UnixNanos first) const {
    return open_log_directory(dir_.string(), "binance-spot") + "/0-" + std::to_string(first.value) + ".jsonl.zst";
  }
  [[nodiscard]] bool is_open(UnixNanos first) const { return std::filesystem::exists(path_of(first)); }
  static bool becomes_idle(const SealThread& thread) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!thread.idle() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
    return thread.idle();
  }

  const TempDir dir_;
};

TEST_F(SealThreadTest, SealsWhatLiesThereAtTheStart) {
  make_log(kEarlier);
  const auto thread = make(nullptr);
  EXPECT_TRUE(becomes_idle(*thread));
  EXPECT_EQ(thread->status().sealed, 1U);
  EXPECT_EQ(thread->status().failures, 0U);
  EXPECT_FALSE(is_open(kEarlier));
}

// It looked once only: logs that a crash had left then stayed as they were until the next start.
TEST_F(SealThreadTest, LooksAgainWhereItCouldNotTellWhatLiesThere) {
  make_log(kEarlier);
  const auto disk = std::make_shared<UnlistedDisk>(3);
  const auto thread = make(disk);
  EXPECT_TRUE(becomes_idle(*thread));
  EXPECT_FALSE(disk->fails());
  const SealThread::Status status = thread->status();
  EXPECT_EQ(status.failures, 3U);
  EXPECT_EQ(status.failure, "");
  EXPECT_EQ(status.sealed, 1U);
  EXPECT_FALSE(is_open(kEarlier));
}

TEST_F(SealThreadTest, TellsThatItCannotTellWhatLiesThere) {
  make_log(kEarlier);
  const auto thread = make(std::make_shared<UnlistedDisk>(1'000'000));
  EXPECT_THAT(thread->status().failure, HasSubstr("Too many open files"));
  EXPECT_GE(thread->status().failures, 1U);
  EXPECT_FALSE(thread->idle());
  EXPECT_TRUE(is_open(kEarlier));
}

// A restart then began with empty books.
TEST_F(SealThreadTest, TheLogsLeftByACrashAreLookedForAgainBeforeARunBegins) {
  make_log(kEarlier);
  UnlistedDisk disk(2);
  const auto begin = std::chrono::steady_clock::now();
  const LeftLogs left = seal_left_logs(dir_.string(), Venue::kBinanceSpot, 20s, nullptr, disk);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kSealRetries * kSealPause);
  EXPECT_THAT(left.problems, IsEmpty());
  EXPECT_FALSE(disk.fails());
  EXPECT_FALSE(is_open(kEarlier));
}

TEST_F(SealThreadTest, ADiskThatFailsOnDoesNotHoldUpTheStart) {
  make_log(kEarlier);
  UnlistedDisk disk(1'000'000);
  const LeftLogs left = seal_left_logs(dir_.string(), Venue::kBinanceSpot, 20s, nullptr, disk);
  EXPECT_THAT(left.problems, ElementsAre(HasSubstr("Too many open files")));
  EXPECT_EQ(disk.left(), 1'000'000 - 1 - kSealRetries);
  EXPECT_TRUE(is_open(kEarlier));
}

// A SIGTERM was not heard before all was sealed.
TEST_F(SealThreadTest, AStopLeavesWhatIsNotSealedToTheNextStart) {
  make_log(kEarlier);
  const LeftLogs left = seal_left_logs(dir_.string(), Venue::kBinanceSpot, 20s, [] { return true; });
  EXPECT_THAT(left.problems, ElementsAre(HasSubstr("is not sealed yet")));
  EXPECT_TRUE(is_open(kEarlier));
  EXPECT_THAT(seal_left_logs(dir_.string(), Venue::kBinanceSpot, 20s).problems, IsEmpty());
  EXPECT_FALSE(is_open(kEarlier));
}

// It was tried for ever, and nothing behind it was sealed, so that _open grew until the disk was full.
TEST_F(SealThreadTest, SealsAllOthersWhereOneLogCannotBeAndTellsOfItUntilItIs) {
  make_log(kEarlier);
  make_log(kEarlier + 2s);
  const auto disk = std::make_shared<RefusingDisk>(kEarlier);
  const auto thread = make(disk);
  make_log(kRunBegins);
  thread->add(path_of(kRunBegins));
  const auto end = std::chrono::steady_clock::now() + 20s;
  SealThread::Status status = thread->status();
  while ((status.sealed < 2 || status.failures < 4) && std::chrono::steady_clock::now() < end) {
    if (status.failures > 0) {
      EXPECT_THAT(status.failure, HasSubstr("cannot be put there"));
    }
    std::this_thread::sleep_for(1ms);
    status = thread->status();
  }
  EXPECT_EQ(status.sealed, 2U);
  EXPECT_EQ(status.waiting, 1U);
  EXPECT_FALSE(thread->idle());
  EXPECT_TRUE(is_open(kEarlier));
  EXPECT_FALSE(is_open(kEarlier + 2s));
  EXPECT_FALSE(is_open(kRunBegins));
  disk->relent();
  EXPECT_TRUE(becomes_idle(*thread));
  EXPECT_FALSE(is_open(kEarlier));
  EXPECT_EQ(thread->status().failure, "");
}

// By then the recorder may have logs there: those are none of an earlier run's, and one of them is being written.
TEST_F(SealThreadTest, LeavesTheRecordersLogsAloneAsItLooksAgain) {
  make_log(kEarlier);
  make_log(kRunBegins);
  make_log(kRunBegins + 2s);
  const auto thread = make(std::make_shared<UnlistedDisk>(1));
  EXPECT_TRUE(becomes_idle(*thread));
  EXPECT_EQ(thread->status().sealed, 1U);
  EXPECT_FALSE(is_open(kEarlier));
  EXPECT_TRUE(is_open(kRunBegins));
  EXPECT_TRUE(is_open(kRunBegins + 2s));
  thread->add(path_of(kRunBegins));
  EXPECT_TRUE(becomes_idle(*thread));
  EXPECT_FALSE(is_open(kRunBegins));
  EXPECT_TRUE(is_open(kRunBegins + 2s));
}

}  // namespace
}  // namespace acts
