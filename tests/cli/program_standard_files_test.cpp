// Standard output and error that are closed, full, or whose reader has gone.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/built.hpp"
#include "support/testdata.hpp"

namespace acts::cli {
namespace {

using acts::test::testdata;
using acts::testing::TempDir;
using ::testing::HasSubstr;

class StandardFiles : public ::testing::Test {
 protected:
  // The exit code of acts with these words, in a shell's spelling. A signal's is 128 and its number.
  [[nodiscard]] int run(std::string_view words) const {
    const std::string line = fmt::format("cd '{}' && '{}' {}", dir_.string(), test::acts_binary(), words);
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] std::string import_words() const {
    return fmt::format("import --market spot --data-dir data '{}'",
                       testdata("vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"));
  }

  TempDir dir_;
};

// The report went into catalog/.lock, the first file that was opened, and the exit code was 0.
TEST_F(StandardFiles, ThatAreClosedTakeNoFilesPlace) {
  EXPECT_EQ(run(import_words() + " >&- 2>err"), kExitStorage);
  EXPECT_THAT(acts::testing::read_file(dir_ / "err"), HasSubstr("standard output cannot be written"));
  EXPECT_EQ(acts::testing::read_file(dir_ / "data/catalog/.lock").find("rows"), std::string::npos);
  EXPECT_EQ(run("catalog verify --data-dir data >out"), kExitDone);
  EXPECT_EQ(acts::testing::read_file(dir_ / "out"), "1 sources, 31 files, 744 rows, 0 problems\n");
}

// Ended by SIGABRT: 134.
TEST_F(StandardFiles, ThatCannotBeWrittenChangeNoExitCode) {
  EXPECT_EQ(run("import nowhere.csv 2>/dev/full"), kExitUsage);
  EXPECT_EQ(run("import nowhere.csv 2>&-"), kExitUsage);
  EXPECT_EQ(run("--log-format json import nowhere.csv 2>/dev/full"), kExitUsage);
  ASSERT_EQ(run(import_words() + " >out"), kExitDone);
  EXPECT_EQ(run("catalog verify --format json --data-dir data >out 2>/dev/full"), kExitDone);
  EXPECT_EQ(run("catalog ls --data-dir data >/dev/full 2>/dev/full"), kExitStorage);
}

// What was logged last was left to chance.
TEST_F(StandardFiles, ThatNobodyReadsAreWaitedForAtTheEnd) {
  const std::string pipe = dir_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int end = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  const std::string bytes(4096, 'x');
  while (::write(end, bytes.data(), bytes.size()) > 0) {
  }
  const std::string plan =
      dir_.write("plan.json", R"({"faults": [{"kind": "drop", "streams": ["depth"], "at": "1h"}]})");
  Running market({"exchange", "--synthetic", "1", "--symbols", "BTCUSDT", "--levels", "10", "--faults", plan},
                 dir_.string(), pipe);
  std::vector<std::string> doctor = collect_arguments(market.next_line(), {"BTCUSDT"});
  ASSERT_FALSE(doctor.empty());
  doctor.front() = "doctor";
  (void)run_acts(doctor, dir_.string());  // it hears signals from then on
  const auto asked = std::chrono::steady_clock::now();
  market.signal(SIGTERM);
  EXPECT_EQ(market.wait(), kExitDone);
  EXPECT_GE(std::chrono::steady_clock::now() - asked, std::chrono::seconds{1});
  ::close(end);
}

// These ended with 0: of a full disk nobody heard.
TEST_F(StandardFiles, ThatAreFullAreSaidOfEveryList) {
  ASSERT_EQ(run(import_words() + " >out"), kExitDone);
  for (const char* words : {"catalog ls", "catalog describe", "catalog verify --format csv", "recording ls"}) {
    EXPECT_EQ(run(fmt::format("{} --data-dir data >/dev/full 2>err", words)), kExitStorage) << words;
    EXPECT_THAT(acts::testing::read_file(dir_ / "err"), HasSubstr("standard output cannot be written")) << words;
  }
}

}  // namespace
}  // namespace acts::cli
