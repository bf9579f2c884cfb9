// The real program, killed with SIGKILL in the middle of its work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <sstream>

#include "cli/program.hpp"
#include "integration/replayed_rows.hpp"
#include "live/recorded_range.hpp"
#include "recording/temp_dir.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

using testing::TempDir;

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<MinuteRow> stored_rows(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  auto store = SqliteStore::open_to_read(path);
  if (!store) return {};
  return (*store)->rows({}).value_or(std::vector<MinuteRow>{});
}

TEST(KilledCollector, KeepsTheRowsItStoredAndARecordingThatReplaysToThem) {
  const TempDir dir;
  Running market(
      {"--log-level", "error", "exchange", "--synthetic", "3", "--symbols", "BTCUSDT,ETHUSDT", "--levels", "300"},
      dir.string());
  std::vector<std::string> collect = words(market.next_line());
  ASSERT_GT(collect.size(), 4U);
  collect.erase(collect.begin());
  collect.back() = "BTCUSDT";
  for (const char* more : {"ETHUSDT", "--log-level", "warn"}) collect.emplace_back(more);
  const std::string database = dir / "acts-data/acts.db";
  std::vector<MinuteRow> before;
  {
    Running collector(collect, dir.string());
    for (int i = 0; i < 700 && before.size() < 2; ++i) {
      ::usleep(100'000);
      before = stored_rows(database);
    }
    ASSERT_GE(before.size(), 2U);
    ::usleep(2'500'000);  // the recording comes to the disk once a second
    collector.signal(SIGKILL);
    EXPECT_EQ(collector.wait(), -1);
  }
  const std::vector<MinuteRow> after = stored_rows(database);
  EXPECT_EQ(testing::csv_of(after), testing::csv_of(before));

  // In one log, or in two: an hour may have begun.
  std::vector<MinuteRow> replayed;
  std::vector<std::string> problems;
  for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
    const auto range = recorded_range({.data_dir = dir / "acts-data", .symbol = symbol});
    ASSERT_TRUE(range) << range.error().message;
    ReplayOptions options;
    options.symbols = {symbol};
    Replay replay(
        options, [&](MinuteRow&& row) { replayed.push_back(std::move(row)); },
        [&](std::string problem) { problems.push_back(std::move(problem)); });
    RecordingReader reader(range->inputs);
    ASSERT_TRUE(replay.run(reader).has_value());
  }
  EXPECT_EQ(testing::csv_of(replayed), testing::csv_of(after));
  EXPECT_LE(problems.size(), 4U);  // the end of the log and of its index are cut, for each symbol

  // The kernel has let go of the lock, and what is stored stays as it is.
  collect.emplace_back("--duration");
  collect.emplace_back("1s");
  const Outcome again = run_acts(collect, dir.string());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const std::vector<MinuteRow> kept = stored_rows(database);
  for (const MinuteRow& row : before) EXPECT_THAT(kept, ::testing::Contains(row));

  // The log that was cut is sealed, and both runs' segments of a symbol replay to all of its rows.
  std::vector<MinuteRow> of_both;
  for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
    const std::vector<std::string> segments = testing::sound_segments(dir / "acts-data", symbol);
    EXPECT_GE(segments.size(), 2U);
    testing::append_replayed(of_both, segments);
  }
  EXPECT_EQ(testing::csv_of(of_both), testing::csv_of(kept));
}

}  // namespace
}  // namespace acts::cli
