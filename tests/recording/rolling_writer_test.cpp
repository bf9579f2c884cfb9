#include "recording/rolling_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "recording/recording_reader.hpp"
#include "recording/temp_dir.hpp"

namespace acts {
namespace {

using acts::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::SizeIs;

constexpr std::int64_t kHour = 3'600'000'000'000;
constexpr std::int64_t kStart = 480'000 * kHour + kHour - 5;  // 5 ns before a full hour

class RollingWriterTest : public ::testing::Test {
 protected:
  RollingWriter make(const TempDir& dir, FileOps& ops = real_file_ops()) {
    return RollingWriter({dir.string(), "0"}, ops, [this](const std::string& path) { closed_.push_back(path); });
  }
  std::vector<std::string> items(const std::string& path) {
    std::vector<std::string> all;
    auto reader = RecordingReader::open({path}).value();
    while (true) {
      const auto item = reader.next();
      if (!item) {
        ADD_FAILURE() << item.error().message;
        continue;
      }
      if (!*item) return all;
      if (const auto* line = std::get_if<RecordedLine>(&**item)) {
        all.emplace_back(line->json);
      } else if (const auto& entry = std::get<IndexEntry>(**item);
                 !std::holds_alternative<index::Durable>(entry.event)) {
        std::string text;
        EXPECT_TRUE(append_index_line(text, entry));
        const std::size_t at = text.find("event") + 8;
        all.push_back(text.substr(at, text.find('"', at) - at));
      }
    }
  }

  std::vector<std::string> closed_;
};

TEST_F(RollingWriterTest, BeginsALogAtTheFullHourThatSaysWhatHolds) {
  const TempDir dir;
  RollingWriter writer = make(dir);
  ASSERT_TRUE(writer.note({kStart}, index::RunStarted{"0.1", "v", "0", ""}));
  for (const char* symbol : {"A", "B", "C"}) ASSERT_TRUE(writer.note({kStart}, index::SymbolAdded{symbol, "trading"}));
  ASSERT_TRUE(writer.note({kStart + 1}, index::SymbolRemoved{"B"}));
  ASSERT_TRUE(writer.append({kStart + 4}, 1, "before", LineUse::kTaken));
  EXPECT_THAT(closed_, SizeIs(0));
  ASSERT_TRUE(writer.append({kStart + 5}, 1, "at the hour", LineUse::kTaken));
  EXPECT_THAT(closed_, SizeIs(1));
  ASSERT_TRUE(writer.append({kStart + kHour + 4}, 1, "still", LineUse::kTaken));
  ASSERT_TRUE(writer.note({kStart + 30 * kHour}, index::RunEnded{"test"}));
  ASSERT_TRUE(writer.close({kStart + 30 * kHour}));
  ASSERT_THAT(closed_, SizeIs(3));
  EXPECT_THAT(closed_[1], EndsWith("/0-" + std::to_string(kStart + 5) + ".jsonl.zst"));
  EXPECT_THAT(items(closed_[0]),
              ElementsAre("run_started", "symbol_added", "symbol_added", "symbol_added", "symbol_removed", "before"));
  EXPECT_THAT(items(closed_[1]), ElementsAre("run_continued", "symbol_added", "symbol_added", "at the hour", "still"));
  EXPECT_THAT(items(closed_[2]), ElementsAre("run_continued", "symbol_added", "symbol_added", "run_ended"));
}

TEST_F(RollingWriterTest, LosesNothingWhereTheDiskFailsOnTheWay) {
  class Failing final : public FileOps {
   public:
    explicit Failing(int at) : at_(at) {}
    int create(const std::string& path) override { return fails() ? -ENOSPC : FileOps::create(path); }
    std::int64_t write_at(int fd, std::string_view bytes, std::uint64_t offset) override {
      return fails() ? -ENOSPC : FileOps::write_at(fd, bytes, offset);
    }
    int sync(int fd) override { return fails() ? -EIO : FileOps::sync(fd); }
    int sync_directory(const std::string& path) override { return fails() ? -EIO : FileOps::sync_directory(path); }
    [[nodiscard]] int operations() const { return done_; }

   private:
    bool fails() { return ++done_ == at_; }
    int at_;
    int done_ = 0;
  };
  int operations = 1;
  for (int at = 0; at <= operations; ++at) {
    SCOPED_TRACE(at);
    Failing disk(at);
    closed_.clear();
    const TempDir dir;
    RollingWriter writer = make(dir, disk);
    const auto until_it_works = [](const auto& attempt) {
      for (int tries = 0; tries < 3; ++tries) {
        if (attempt()) return true;
      }
      return false;
    };
    ASSERT_TRUE(
        until_it_works([&] { return writer.note({kStart}, index::RunStarted{"0.1", "v", "0", ""}).has_value(); }));
    ASSERT_TRUE(until_it_works([&] { return writer.note({kStart}, index::SymbolAdded{"A", "x"}).has_value(); }));
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(until_it_works(
          [&] { return writer.append({kStart + i}, 1, std::to_string(i), LineUse::kTaken).has_value(); }));
    }
    ASSERT_TRUE(until_it_works([&] { return writer.close({kStart + 10}).has_value(); }));
    operations = disk.operations();
    ASSERT_THAT(closed_, SizeIs(2));
    ASSERT_THAT(items(closed_[0]), ElementsAre("run_started", "symbol_added", "0", "1", "2", "3", "4"));
    ASSERT_THAT(items(closed_[1]), ElementsAre("run_continued", "symbol_added", "5", "6", "7", "8", "9"));
  }
}

}  // namespace
}  // namespace acts
