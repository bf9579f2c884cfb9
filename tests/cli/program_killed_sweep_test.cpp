// Sweeps over order books, killed at moments that a seed chooses: what they come to in the end is what they come to
// undisturbed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"
#include "recording/temp_dir.hpp"
#include "support/built.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint64_t kKillSeed = 61;
constexpr int kMessages = 1500;
constexpr std::int64_t kFirstMs = 1'723'075'200'000;

// Depth and trades in turn, around a middle that wanders.
std::string wandering_recording() {
  std::mt19937_64 random(7);
  std::string text;
  std::int64_t middle = 610'000;  // ticks of 0.1
  const auto price = [](std::int64_t ticks) { return fmt::format("{}.{}", ticks / 10, ticks % 10); };
  for (std::int64_t i = 0; i < kMessages; ++i) {
    const std::int64_t at = kFirstMs + i * 50;
    middle += static_cast<std::int64_t>(random() % 41) - 20;
    std::string bids;
    std::string asks;
    for (std::int64_t level = 0; level < 5; ++level) {
      const char* const comma = level == 0 ? "" : ",";
      bids += fmt::format(R"({}["{}","{}"])", comma, price(middle - 1 - level), 1 + random() % 9);
      asks += fmt::format(R"({}["{}","{}"])", comma, price(middle + 1 + level), 1 + random() % 9);
    }
    text += fmt::format(
        R"({}000000 {{"stream":"btcusdt@depth@0ms","data":{{"e":"depthUpdate","E":{},"T":{},"s":"BTCUSDT","U":{},)"
        R"("u":{},"pu":{},"b":[{}],"a":[{}]}}}})"
        "\n"
        R"({}000000 {{"stream":"btcusdt@trade","data":{{"e":"trade","E":{},"T":{},"s":"BTCUSDT","t":{},"p":"{}",)"
        R"("q":"0.5","X":"MARKET","m":{}}}}})"
        "\n",
        at + 5, at, at, i + 1, i + 1, i, bids, asks, at + 15, at + 10, at + 10, i + 1,
        price(middle + static_cast<std::int64_t>(random() % 121) - 60), random() % 2 == 0);
  }
  return text;
}

std::string sweep_of(std::string_view strategy, const std::string& recording) {
  return fmt::format(
      "[data]\nvenue = \"binance-usdm\"\nsymbol = \"BTCUSDT\"\nfiles = [\"{}\"]\n[instrument]\ntick_size = \"0.1\"\n"
      "lot_size = \"0.001\"\n[latency]\nentry = \"10ms\"\nresponse = \"10ms\"\n[fees]\nmaker = \"-0.00005\"\n"
      "taker = \"0.0007\"\n[account]\ninitial_balance = \"100000\"\n[strategy]\n{}",
      recording, strategy);
}

constexpr std::string_view kGrids =
    "name = \"grid\"\n[sweep]\nrelative_half_spread = [5e-5, 4e-5, 3e-5, 2e-5]\n"
    "relative_grid_interval = [1e-4, 5e-5]\nlevels = [2, 5]\n";

// What is made, written, renamed and removed in a folder.
class FolderEvents {
 public:
  explicit FolderEvents(const std::string& folder) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    constexpr std::uint32_t kEvents = IN_CREATE | IN_MODIFY | IN_MOVED_TO | IN_DELETE;
    EXPECT_GE(::inotify_add_watch(fd_, folder.c_str(), kEvents), 0);
  }
  ~FolderEvents() { ::close(fd_); }
  FolderEvents(const FolderEvents&) = delete;
  FolderEvents& operator=(const FolderEvents&) = delete;

  // Until as many have been; false if a program has ended before, to whose output this is the reading end.
  [[nodiscard]] bool have_been(std::uint64_t count, int output) const {
    std::array<pollfd, 2> ready{{{.fd = fd_, .events = POLLIN, .revents = 0},  //
                                 {.fd = output, .events = POLLIN, .revents = 0}}};
    while (::poll(ready.data(), ready.size(), -1) > 0) {
      if (ready[0].revents == 0) return false;
      const std::uint64_t seen = read_events();
      if (seen >= count) return true;
      count -= seen;
    }
    return false;
  }

 private:
  [[nodiscard]] std::uint64_t read_events() const {
    alignas(inotify_event) std::array<char, 4096> bytes{};
    const ssize_t size = ::read(fd_, bytes.data(), bytes.size());
    std::uint64_t count = 0;
    for (ssize_t at = 0; at < size; ++count) {
      inotify_event event{};
      std::memcpy(&event, bytes.data() + at, sizeof(event));
      at += static_cast<ssize_t>(sizeof(event) + event.len);
    }
    return count;
  }

  int fd_;
};

// Its table, and the sets that its journal has, as one run after the other leaves them.
class KilledTable {
 public:
  KilledTable(std::string table, std::string wanted) : table_(std::move(table)), wanted_(std::move(wanted)) {}

  // It is whole, or it is not there; what was done is never lost.
  void check() {
    if (fs::exists(table_)) {
      ASSERT_EQ(read_file(table_), wanted_);
    }
    if (fs::exists(table_ + ".journal")) {
      const std::string journal = read_file(table_ + ".journal");
      ASSERT_THAT(journal, StartsWith(kept_));
      kept_ = journal.substr(0, journal.rfind('\n') + 1);
      most_sets_ = std::max(most_sets_, std::ranges::count(kept_, '\n') - 1);
    } else if (!kept_.empty()) {
      ASSERT_TRUE(fs::exists(table_));
      kept_.clear();
    }
  }
  [[nodiscard]] std::ptrdiff_t most_sets() const { return most_sets_; }

 private:
  std::string table_;
  std::string wanted_;
  std::string kept_;  // whole lines of the journal
  std::ptrdiff_t most_sets_ = 0;
};

Outcome run_whole(const TempDir& dir, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--output", dir / "whole.csv"});
  return run_acts(arguments);
}

// Killed as long as it takes to come to `wanted`, the table of one that nobody has killed, beside which its summary is.
void kill_until_it_ends(const TempDir& dir, std::vector<std::string> arguments, int exit_code) {
  fs::create_directory(dir / "out");
  const std::string wanted = read_file(dir / "whole.csv");
  arguments.insert(arguments.end(), {"--output", dir / "out/killed.csv", "--sets-a-pass", "2"});
  KilledTable table(dir / "out/killed.csv", wanted);
  std::mt19937_64 random(kKillSeed);
  std::uint64_t kills = 0;
  for (;;) {
    ASSERT_LT(kills, 500U);
    const FolderEvents events(dir / "out");
    Running running(arguments, "/", dir / "log");
    // More each time, so that it comes to its end.
    if (events.have_been(1 + random() % (2 + kills), running.output())) running.signal(SIGKILL);
    const int code = running.wait();
    if (code == exit_code) break;
    ASSERT_EQ(code, -1) << "it was killed, and nothing else";
    ++kills;
    ASSERT_NO_FATAL_FAILURE(table.check());
  }
  EXPECT_GT(kills, 4U);
  EXPECT_GT(table.most_sets(), 4) << "it has gone on";
  EXPECT_EQ(read_file(dir / "out/killed.csv"), wanted);
  EXPECT_EQ(read_file(dir / "out/killed.summary.json"), read_file(dir / "whole.summary.json"));
  EXPECT_FALSE(fs::exists(dir / "out/killed.csv.journal"));
}

TEST(ProgramKilledSweep, OverBooksEndsWithTheSameBytesWheneverItIsKilled) {
  const TempDir dir;
  const std::string sweep = dir.write("sweep.toml", sweep_of(kGrids, dir.write("rec.jsonl", wandering_recording())));
  const std::vector<std::string> arguments{"sweep", sweep, "--threads", "2"};
  const Outcome undisturbed = run_whole(dir, arguments);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  const std::string wanted = read_file(dir / "whole.csv");
  ASSERT_EQ(std::ranges::count(wanted, '\n'), 17) << "16 sets";
  ASSERT_THAT(wanted, ::testing::Not(HasSubstr(",0,0,0,"))) << "each trades";
  kill_until_it_ends(dir, arguments, 0);
}

// Of 16 sets, every second of which falls ill: a set that fails would fail again, so that it has is kept.
void kill_with_sets_that_fail(std::string_view ill, const std::vector<std::string>& flags) {
  const TempDir dir;
  const std::string strategy = fmt::format(
      "library = \"{}\"\nname = \"sickly\"\nevery = \"5s\"\n[sweep]\nlots = [1, 2, 3, 4, 5, 6, 7, 8]\n"
      "ill = [\"{}\", \"none\"]\n",
      test::strategy_library("sickly"), ill);
  std::vector<std::string> arguments{
      "sweep", dir.write("sweep.toml", sweep_of(strategy, dir.write("rec.jsonl", wandering_recording()))), "--threads",
      "2"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const Outcome undisturbed = run_whole(dir, arguments);
  ASSERT_EQ(undisturbed.exit_code, 3) << undisturbed.err;
  EXPECT_THAT(undisturbed.out, HasSubstr("8 of 16 sets have failed"));
  kill_until_it_ends(dir, arguments, 3);
}

TEST(ProgramKilledSweep, GoesOnBehindSetsThatHaveFailed) { kill_with_sets_that_fail("throw", {}); }

TEST(ProgramKilledSweep, OfStrategiesInProcessesOfTheirOwnGoesOnBehindThoseThatHaveCrashed) {
  kill_with_sets_that_fail("crash", {"--isolate"});
}

}  // namespace
}  // namespace acts::cli
