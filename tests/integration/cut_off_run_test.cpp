// A run that ends as if its process was killed: nothing is said, waited for or brought to the disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <random>

#include "integration/collect_run_fixture.hpp"
#include "integration/replayed_rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

class CutOffRun : public testing::CollectRunFixture {
 protected:
  [[nodiscard]] std::string database() const { return dir_ / "data/acts.db"; }

  [[nodiscard]] std::string stored() const {
    return testing::csv_of(SqliteStore::open_to_read(database()).value()->rows({}).value());
  }
  [[nodiscard]] std::string replayed() const {
    std::vector<MinuteRow> rows;
    for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
      testing::append_replayed(rows, testing::sound_segments(dir_ / "data", symbol));
    }
    return testing::csv_of(std::move(rows));
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
    run_for(std::chrono::milliseconds{std::uniform_int_distribution(100, 2500)(random)});
  }
  const auto last = start(settings);
  EXPECT_TRUE(clock_.pass(30s));
  EXPECT_TRUE(stop(*last));
  EXPECT_EQ(stored(), replayed());
}

class FailingStore final : public FeatureStore {
 public:
  Result<void> upsert(std::span<const MinuteRow>) override { return fail(ErrorCode::kStorage, "no space"); }
};

// A symbol that SIGHUP added began with an empty book, and rows of its that were recorded became not_running.
TEST_F(CutOffRun, RestoresBookAndRowsOfASymbolThatTheNextRunAdds) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  {
    CollectHooks hooks;
    hooks.open_store = [](const RowSchema&) -> Result<std::unique_ptr<FeatureStore>> {
      return std::make_unique<FailingStore>();
    };
    const auto run = start(settings, hooks);
    EXPECT_TRUE(clock_.pass(150s));
    EXPECT_TRUE(run_until([&] { return run->process_health().rows.waiting > 3; }));
  }
  CollectSettings fewer = settings;
  fewer.symbols = {"BTC"};
  const auto next = start(fewer);
  EXPECT_TRUE(clock_.pass(60s));
  said_.clear();
  ASSERT_TRUE(next->reload(settings));
  ASSERT_TRUE(run_until([&] { return !next->is_reloading(); }));
  EXPECT_THAT(said_, Contains(HasSubstr("1 books go on from their checkpoints")));
  EXPECT_THAT(said_, Contains(HasSubstr("rows of the last run that were not stored are made of its recording")));
  EXPECT_TRUE(clock_.pass(60s));
  EXPECT_TRUE(stop(*next));
  EXPECT_EQ(stored(), replayed());
}

struct Lost {
  const char* name;
  bool has_run_before;
  Nanos checkpoint_interval;
};

void PrintTo(const Lost& lost, std::ostream* out) { *out << lost.name; }

class CutOffWithoutStore : public CutOffRun, public ::testing::WithParamInterface<Lost> {};

// What the store has not taken is in the recording, however long that was.
TEST_P(CutOffWithoutStore, StoresAtTheNextStartWhatTheStoreDidNotTake) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  settings.checkpoint_interval = GetParam().checkpoint_interval;
  if (GetParam().has_run_before) {
    const auto run = start(settings);
    EXPECT_TRUE(clock_.pass(75s));
    EXPECT_TRUE(stop(*run));
  }
  {
    CollectHooks hooks;
    hooks.open_store = [](const RowSchema&) -> Result<std::unique_ptr<FeatureStore>> {
      return std::make_unique<FailingStore>();
    };
    const auto run = start(settings, hooks);
    EXPECT_TRUE(clock_.pass(210s));
    EXPECT_TRUE(run_until([&] { return run->process_health().rows.waiting > 3; }));
  }
  const auto next = start(settings);
  EXPECT_THAT(said_, Contains(HasSubstr("rows of the last run that were not stored are made of its recording")));
  EXPECT_TRUE(clock_.pass(30s));
  EXPECT_TRUE(stop(*next));
  EXPECT_EQ(stored(), replayed());
}

INSTANTIATE_TEST_SUITE_P(All, CutOffWithoutStore,
                         ::testing::Values(Lost{"checkpoints", true, 20s}, Lost{"no_checkpoint", true, 0s},
                                           Lost{"first_run", false, 20s}),
                         [](const auto& one) { return std::string(one.param.name); });

// A run's bands and its stale_after were not in its recording: its rows were made anew with those of the next run.
TEST_F(CutOffRun, StoresWithTheirOwnBandsTheRowsOfARunThatHadOthers) {
  CollectSettings settings = open_market();
  settings.serve_metrics = false;
  settings.bands = BandList::parse("0.5,4").value();
  settings.stale_after = 1ns;
  {
    CollectHooks hooks;
    hooks.open_store = [](const RowSchema&) -> Result<std::unique_ptr<FeatureStore>> {
      return std::make_unique<FailingStore>();
    };
    const auto run = start(settings, hooks);
    EXPECT_TRUE(clock_.pass(210s));
    EXPECT_TRUE(run_until([&] { return run->process_health().rows.waiting > 3; }));
  }
  settings.bands = BandList::defaults();
  settings.stale_after = 60s;
  const auto next = start(settings);
  EXPECT_TRUE(clock_.pass(90s));
  EXPECT_TRUE(stop(*next));
  const auto store = SqliteStore::open_to_read(database()).value();
  const RowSchema& schema = store->schema();
  std::string stored;
  const std::vector<MinuteRow> rows = store->rows({}).value();
  for (const MinuteRow& row : rows) append_csv(stored, schema, row);
  std::string replayed;
  for (const std::string symbol : {"BTCUSDT", "ETHUSDT"}) {
    std::optional<Replay> replay;
    const auto take = [&](MinuteRow&& row) {
      append_csv(replayed, schema, by_schema(std::move(row), replay->pipeline().schema(), schema));
    };
    replay.emplace(ReplayOptions{}, take, [](const std::string& problem) { ADD_FAILURE() << problem; });
    auto reader = RecordingReader::open(testing::sound_segments(dir_ / "data", symbol)).value();
    EXPECT_TRUE(replay->run(reader).has_value());
  }
  EXPECT_EQ(stored, replayed);
  EXPECT_THAT(stored, HasSubstr(",stale,"));
  EXPECT_THAT(stored, HasSubstr(",live,"));
  EXPECT_THAT(schema.columns, Contains(::testing::Field(&Column::name, "total_bid_0_5")));
}

}  // namespace
}  // namespace acts
