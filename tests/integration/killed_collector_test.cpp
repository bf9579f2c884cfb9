// The real program, killed with SIGKILL in the middle of its work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <tuple>

#include "acts/features/feature.hpp"

#include "cli/program.hpp"
#include "live/replay.hpp"
#include "recording/archive.hpp"
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

std::string csv_of(std::vector<MinuteRow> rows) {
  std::ranges::sort(rows, {}, [](const MinuteRow& row) { return std::tuple(row.symbol(), row.sample_time()); });
  std::string text;
  for (const MinuteRow& row : rows) append_csv(text, make_schema(BandList::defaults()), row);
  return text;
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
  EXPECT_EQ(csv_of(after), csv_of(before));

  std::vector<std::string> logs;
  for (const auto& entry : std::filesystem::directory_iterator(dir / "acts-data/raw/binance-spot/_open")) {
    if (entry.path().extension() == ".zst") logs.push_back(entry.path().string());
  }
  std::vector<MinuteRow> replayed;
  std::vector<std::string> problems;
  ReplayOptions options;
  options.bands = BandList::defaults();
  Replay replay(
      options, [&](MinuteRow&& row) { replayed.push_back(std::move(row)); },
      [&](std::string problem) { problems.push_back(std::move(problem)); });
  auto reader = RecordingReader::open(logs);
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(replay.run(*reader).has_value());
  EXPECT_EQ(csv_of(replayed), csv_of(after));
  EXPECT_LE(problems.size(), 2U);  // the end of the log and of its index are cut

  // The kernel has let go of the lock, and what is stored stays as it is.
  collect.emplace_back("--duration");
  collect.emplace_back("1s");
  const Outcome again = run_acts(collect, dir.string());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const std::vector<MinuteRow> kept = stored_rows(database);
  for (const MinuteRow& row : before) EXPECT_THAT(kept, ::testing::Contains(row));

  // The log that was cut is sealed, and both runs' segments of a symbol replay to all of its rows.
  const auto files = list_recordings(dir / "acts-data");
  ASSERT_TRUE(files.has_value());
  std::vector<MinuteRow> of_both;
  for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
    std::vector<std::string> segments;
    for (const RecordingFile& file : *files) {
      EXPECT_NE(file.symbol, "") << file.path << " is not sealed";
      EXPECT_THAT(check_recording(file).problems, ::testing::IsEmpty());
      if (file.symbol == symbol) segments.push_back(file.path);
    }
    EXPECT_EQ(segments.size(), 2U);
    Replay of_symbol(
        options, [&](MinuteRow&& row) { of_both.push_back(std::move(row)); },
        [](const std::string& problem) { ADD_FAILURE() << problem; });
    auto read = RecordingReader::open(segments);
    ASSERT_TRUE(read.has_value());
    ASSERT_TRUE(of_symbol.run(*read).has_value());
  }
  EXPECT_EQ(csv_of(of_both), csv_of(kept));
}

}  // namespace
}  // namespace acts::cli
