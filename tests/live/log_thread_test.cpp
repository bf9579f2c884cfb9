#include "live/log_thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace acts {
namespace {

using ::testing::ElementsAre;

constexpr Nanos kLong = std::chrono::minutes{1};

// Writes into memory, and hangs in each call while it is closed.
class Paper {
 public:
  void write(std::string line) {
    std::unique_lock lock(mutex_);
    ++calls_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    lines_.push_back(std::move(line));
  }
  void open(bool open) {
    const std::scoped_lock lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  // A writer hangs in that call, or has been through it.
  bool wait_for_call(std::size_t number) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return calls_ >= number; });
  }
  std::vector<std::string> lines() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  std::size_t calls_ = 0;
  std::vector<std::string> lines_;
};

class OnPaper final : public LogWriter {
 public:
  explicit OnPaper(std::shared_ptr<Paper> paper) : paper_(std::move(paper)) {}
  void write(const LogLine& line) override { paper_->write(line.text); }
  void show(const std::string& lines) override { paper_->write("shown " + lines); }
  void say_left_out(std::uint64_t lines) override { paper_->write("missing " + std::to_string(lines)); }

 private:
  std::shared_ptr<Paper> paper_;
};

LogLine line_of(std::string text) {
  LogLine line;
  line.text = std::move(text);
  return line;
}

class LogThreadTest : public ::testing::Test {
 protected:
  // Whose writer hangs with "first".
  std::unique_ptr<LogThread> stuck() {
    paper_->open(false);
    auto thread = std::make_unique<LogThread>(std::make_unique<OnPaper>(paper_));
    thread->push(line_of("first"));
    EXPECT_TRUE(paper_->wait_for_call(1));
    return thread;
  }
  const std::shared_ptr<Paper> paper_ = std::make_shared<Paper>();
};

TEST_F(LogThreadTest, WritesAllThatItWasGivenInItsOrderBeforeItEnds) {
  std::vector<std::string> given;
  {
    LogThread thread(std::make_unique<OnPaper>(paper_));
    for (int i = 0; i < 1000; ++i) {
      given.push_back(std::to_string(i));
      thread.push(line_of(given.back()));
    }
    // However slow the machine is: the end waits for a second only.
    EXPECT_TRUE(thread.flush(kLong));
    thread.push(line_of("last"));
  }
  given.emplace_back("last");
  EXPECT_EQ(paper_->lines(), given);
}

TEST_F(LogThreadTest, CountsWhatDoesNotFitAndSaysSoWhereItIsMissing) {
  const auto thread = stuck();
  for (std::size_t i = 0; i < LogThread::kMaxLines; ++i) thread->push(line_of("x"));
  EXPECT_EQ(thread->lost(), 0U);
  for (int i = 0; i < 3; ++i) thread->push(line_of("too many"));
  EXPECT_EQ(thread->lost(), 3U);
  EXPECT_FALSE(thread->flush(Nanos{0}));
  paper_->open(true);
  ASSERT_TRUE(thread->flush(kLong));
  thread->push(line_of("after"));
  ASSERT_TRUE(thread->flush(kLong));
  std::vector<std::string> expected(LogThread::kMaxLines, "x");
  expected.insert(expected.begin(), "first");
  expected.insert(expected.end(), {"missing 3", "after"});
  EXPECT_EQ(paper_->lines(), expected);
  EXPECT_EQ(thread->lost(), 3U);
}

TEST_F(LogThreadTest, BoundsTheBytesThatWait) {
  const auto thread = stuck();
  thread->push(line_of(std::string(LogThread::kMaxBytes + 1, 'x')));  // alone any line fits
  EXPECT_EQ(thread->lost(), 0U);
  thread->push(line_of("y"));
  EXPECT_EQ(thread->lost(), 1U);
  paper_->open(true);
  ASSERT_TRUE(thread->flush(kLong));
  EXPECT_EQ(paper_->lines().back(), "missing 1");
}

TEST_F(LogThreadTest, ShowsTheLatestOfWhatNobodyHasSeen) {
  const auto thread = stuck();
  thread->push(line_of("second"));
  thread->show("a");
  thread->push(line_of("third"));
  for (int i = 0; i < 100'000; ++i) thread->show("b");
  paper_->open(true);
  ASSERT_TRUE(thread->flush(kLong));
  EXPECT_THAT(paper_->lines(), ElementsAre("first", "second", "shown b", "third"));
}

TEST_F(LogThreadTest, LeavesAWriterThatHangsBehind) {
  auto thread = stuck();
  thread->push(line_of("second"));
  thread.reset();
  EXPECT_TRUE(paper_->lines().empty());
  paper_->open(true);
}

}  // namespace
}  // namespace acts
