// Processes that read the catalog while others write into it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kHours = 60 * 24;
constexpr int kCopies = 100;  // of every row in the answer: more than pipes and buffers hold

std::string two_months(std::string_view close) {
  std::string text;
  for (int i = 0; i < kHours; ++i) {
    const std::int64_t open = 1'609'459'200'000 + std::int64_t{i} * 3'600'000;
    text += fmt::format("{},1.5,9.0,1.0,{},10.5,{},100,7,5,50,0\n", open, close, open + 3'599'999);
  }
  return text;
}

std::ptrdiff_t day_files_of(const TempDir& dir) {
  const std::filesystem::recursive_directory_iterator files(dir / "catalog");
  return std::ranges::count_if(files, [](const auto& entry) { return entry.path().extension() == ".parquet"; });
}

class ProgramCatalogReaders : public ::testing::Test {
 protected:
  void SetUp() override {
    old_ = dir_.write("X-1h-2021-01.csv", two_months("4.5"));
    corrected_ = dir_.write("X-1h-2021-02.csv", two_months("4.6"));
    ASSERT_EQ(run({"import", "--market", "spot", old_}).exit_code, 0);
    ASSERT_EQ(day_files_of(dir_), 60);
  }

  Outcome run(std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", dir_.string()});
    return run_acts(words);
  }
  // Stops behind its first rows, as nobody reads on.
  [[nodiscard]] std::vector<std::string> query() const {
    return {"query",      fmt::format("SELECT close FROM klines, range({})", kCopies), "--format", "csv", "--data-dir",
            dir_.string()};
  }

  TempDir dir_;
  std::string old_;
  std::string corrected_;
};

// It ended with "No such file".
TEST_F(ProgramCatalogReaders, EndAQueryWithTheRowsItBeganWith) {
  {
    Running reader(query(), dir_.string());
    ASSERT_EQ(reader.next_line(), "close");
    const Outcome imported = run({"import", "--replace", "--market", "spot", corrected_});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    // Who begins now has the new rows, and the same beside it.
    EXPECT_EQ(run({"query", "SELECT DISTINCT close FROM klines", "--format", "csv"}).out, "close\n4.6\n");
    const Outcome verified = run({"catalog", "verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
    EXPECT_THAT(verified.err, HasSubstr("X-1h-2021-02.csv: files that it replaced are still there"));
    EXPECT_EQ(day_files_of(dir_), 120);
    int rows = 0;
    for (std::string line = reader.next_line(); !line.empty(); line = reader.next_line()) {
      ASSERT_EQ(line, "4.5");
      ++rows;
    }
    EXPECT_EQ(reader.wait(), 0);
    EXPECT_EQ(rows, kHours * kCopies);
  }
  ASSERT_EQ(run({"import", "--market", "spot", corrected_}).exit_code, 0);
  EXPECT_EQ(day_files_of(dir_), 60);
  EXPECT_THAT(run({"catalog", "verify"}).err, Not(HasSubstr("replaced")));
}

// The kernel lets go of what a process held that was killed.
TEST_F(ProgramCatalogReaders, KeepNothingOnceTheyAreKilled) {
  {
    Running reader(query(), dir_.string());
    ASSERT_EQ(reader.next_line(), "close");
    ASSERT_EQ(run({"import", "--replace", "--market", "spot", corrected_}).exit_code, 0);
    ASSERT_EQ(day_files_of(dir_), 120);
    reader.signal(SIGKILL);
    EXPECT_EQ(reader.wait(), -1);
  }
  const Outcome tidied = run({"catalog", "compact"});
  EXPECT_EQ(tidied.exit_code, 0) << tidied.err;
  EXPECT_EQ(day_files_of(dir_), 60);
  EXPECT_EQ(run({"query", "SELECT DISTINCT close FROM klines", "--format", "csv"}).out, "close\n4.6\n");
}

// Imports that are killed while somebody reads leave what a reader needs, and the next one without readers nothing.
TEST_F(ProgramCatalogReaders, AreNotHurtByAnImportThatIsKilled) {
  Running reader(query(), dir_.string());
  ASSERT_EQ(reader.next_line(), "close");
  for (int i = 0; i < 8; ++i) {
    Running writer(
        {"import", "--replace", "--market", "spot", i % 2 == 0 ? corrected_ : old_, "--data-dir", dir_.string()},
        dir_.string(), dir_ / "log");
    ::usleep(static_cast<useconds_t>(40'000 * i));
    writer.signal(SIGKILL);
    writer.wait();
  }
  int rows = 0;
  for (std::string line = reader.next_line(); !line.empty(); line = reader.next_line()) {
    ASSERT_EQ(line, "4.5");
    ++rows;
  }
  EXPECT_EQ(reader.wait(), 0);
  EXPECT_EQ(rows, kHours * kCopies);
  ASSERT_EQ(run({"import", "--replace", "--market", "spot", corrected_}).exit_code, 0);
  EXPECT_EQ(day_files_of(dir_), 60);
  EXPECT_EQ(run({"query", "SELECT DISTINCT close FROM klines", "--format", "csv"}).out, "close\n4.6\n");
}

}  // namespace
}  // namespace acts::cli
