// A run that ends as if its process was killed: nothing is said, waited for or brought to the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <tuple>

#include "acts/features/feature.hpp"

#include "integration/collect_run_fixture.hpp"
#include "live/replay.hpp"
#include "recording/archive.hpp"
#include "store/sqlite_database.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

class CutOffRun : public testing::CollectRunFixture {
 protected:
  [[nodiscard]] std::string database() const { return dir_ / "data/acts.db"; }

  std::string csv_of(std::vector<MinuteRow> rows) const {
    std::ranges::sort(rows, {}, [](const MinuteRow& row) { return std::tuple(row.symbol(), row.sample_time()); });
    std::string text;
    for (const MinuteRow& row : rows) append_csv(text, make_schema(BandList::defaults()), row);
    return text;
  }
  std::string stored() const { return csv_of(SqliteStore::open_to_read(database()).value()->rows({}).value()); }
  std::string replayed() const {
    std::vector<MinuteRow> rows;
    const auto files = list_recordings(dir_ / "data").value();
    for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
      std::vector<std::string> segments;
      for (const RecordingFile& file : files) {
        if (file.symbol == symbol) segments.push_back(file.path);
      }
      ReplayOptions options;
      options.bands = BandList::defaults();
      Replay replay(
          options, [&](MinuteRow&& row) { rows.push_back(std::move(row)); },
          [](const std::string& problem) { ADD_FAILURE() << problem; });
      auto reader = RecordingReader::open(segments);
      EXPECT_TRUE(reader.has_value() && replay.run(*reader).has_value());
    }
    return csv_of(std::move(rows));
  }
};

// A row was stored at once, and what it was made of came to the disk within the second: an end in between left a row
// that the recording did not give, or the other way.
TEST_F(CutOffRun, LeavesNoRowWithoutItsRecordingNorARecordingWithoutItsRow) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  settings.checkpoint_interval = 20s;
  std::mt19937 random(20260302);
  for (int i = 0; i < ACTS_CUTS; ++i) {
    const auto run = start(settings);
    loop_.run_for(std::chrono::milliseconds{std::uniform_int_distribution(100, 2500)(random)});
  }
  const auto last = start(settings);
  loop_.run_for(1s);
  EXPECT_TRUE(stop(*last));
  EXPECT_EQ(stored(), replayed());
}

// Rows that wait while the store is held by another program are in the recording, however long that takes.
TEST_F(CutOffRun, StoresAtTheNextStartWhatTheStoreDidNotTake) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  settings.checkpoint_interval = 20s;
  {
    const auto run = start(settings);
    loop_.run_for(3s);
    SqliteOptions options;
    const auto other = SqliteDatabase::open(database(), SqliteDatabase::Access::kExisting, options).value();
    ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
    loop_.run_for(12s);  // six minutes of the market, and longer than checkpoints go on
    EXPECT_GT(run->process_health().rows.waiting, 6U);
  }
  const auto next = start(settings);
  EXPECT_THAT(said_, Contains(HasSubstr("rows of the last run that were not stored are made of its recording")));
  loop_.run_for(1s);
  EXPECT_TRUE(stop(*next));
  EXPECT_EQ(stored(), replayed());
  EXPECT_EQ(stored().find("not_running"), std::string::npos);
}

}  // namespace
}  // namespace acts
