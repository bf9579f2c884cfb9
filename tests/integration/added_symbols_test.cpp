// What earlier runs have left of symbols that SIGHUP adds lies on a disk and in a database that may hang: the run goes
// on meanwhile.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "integration/collect_run_fixture.hpp"
#include "live/book_file.hpp"
#include "store/sqlite_database.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A symbol's checkpoint whose reader waits until it is let go, as on a disk that hangs.
class HangingCheckpoint {
 public:
  HangingCheckpoint(const std::string& data_dir, const std::string& symbol) {
    const std::string directory = checkpoint_directory(data_dir, Venue::kBinanceSpot, symbol);
    std::filesystem::create_directories(directory);
    path_ = directory + "/" + book_file_name(UnixNanos{1});
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }
  ~HangingCheckpoint() { let_go(); }
  HangingCheckpoint(const HangingCheckpoint&) = delete;
  HangingCheckpoint& operator=(const HangingCheckpoint&) = delete;

  // True once there is a reader: from then on it waits for the other end to be closed.
  bool is_read() {
    if (writer_ < 0) writer_ = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return writer_ >= 0;
  }
  void let_go() {
    std::filesystem::remove(path_);
    if (writer_ >= 0) ::close(std::exchange(writer_, -1));
  }

 private:
  std::string path_;
  int writer_ = -1;
};

class FailingStore final : public FeatureStore {
 public:
  Result<void> upsert(std::span<const MinuteRow>) override { return fail(ErrorCode::kStorage, "no space"); }
};

class AddedSymbols : public testing::CollectRunFixture {
 protected:
  AddedSymbols() : settings_(open_market()) {
    settings_.serve_metrics = false;
    settings_.symbols = {"BTCUSDT"};
  }

  std::unique_ptr<CollectRun> start_live() {
    CollectHooks hooks;
    hooks.row = [this](const MinuteRow& row) { made_.emplace_back(row.symbol()); };
    auto run = start(settings_, hooks);
    EXPECT_TRUE(run_until([&] { return live(*run) == std::vector<std::string>{"BTCUSDT"}; }));
    return run;
  }
  Result<void> want(CollectRun& run, std::vector<std::string> symbols) {
    CollectSettings wanted = settings_;
    wanted.symbols = std::move(symbols);
    return run.reload(wanted);
  }
  static std::vector<std::string> live(CollectRun& run) {
    std::vector<std::string> names;
    const collector::Health health = run.health().front();
    for (const collector::SymbolHealth& symbol : health.symbols) {
      if (symbol.state == RowState::kLive) names.push_back(symbol.symbol);
    }
    return names;
  }
  // Updates of its book, and a row.
  bool goes_on(CollectRun& run) {
    const std::size_t rows = made_.size();
    const std::uint64_t updates = run.health().front().symbols.front().updates;
    return run_until(
        [&] { return made_.size() > rows && run.health().front().symbols.front().updates > updates + 10; });
  }

  CollectSettings settings_;
  std::vector<std::string> made_;  // of which symbols rows were made
};

// Nothing was read from any socket until it came back.
TEST_F(AddedSymbols, WaitForADiskThatHangsAndTheOthersGoOn) {
  const auto run = start_live();
  HangingCheckpoint checkpoint(settings_.data_dir, "ETHUSDT");
  ASSERT_TRUE(want(*run, {"BTCUSDT", "ETHUSDT"}));
  EXPECT_THAT(run->settings().symbols, ElementsAre("BTCUSDT", "ETHUSDT"));
  EXPECT_THAT(said_, Contains("what earlier runs have left of 1 added symbols is read: they begin once it is"));
  ASSERT_TRUE(run_until([&] { return checkpoint.is_read(); }));
  EXPECT_TRUE(goes_on(*run));
  EXPECT_TRUE(run->is_reloading());
  EXPECT_EQ(run->process_health().reload.value().added, 1U);
  EXPECT_THAT(live(*run), ElementsAre("BTCUSDT"));
  EXPECT_THAT(made_, Each("BTCUSDT"));
  checkpoint.let_go();
  EXPECT_TRUE(run_until([&] { return live(*run).size() == 2; }));
  EXPECT_FALSE(run->is_reloading());
  EXPECT_FALSE(run->process_health().reload.has_value());
  EXPECT_TRUE(run_until([&] { return std::ranges::count(made_, "ETHUSDT") > 0; }));
  EXPECT_TRUE(stop(*run));
}

TEST_F(AddedSymbols, AreFollowedByTheLatestOfWhatIsWantedMeanwhile) {
  const auto run = start_live();
  HangingCheckpoint checkpoint(settings_.data_dir, "ETHUSDT");
  ASSERT_TRUE(want(*run, {"BTCUSDT", "ETHUSDT"}));
  ASSERT_TRUE(run_until([&] { return checkpoint.is_read(); }));
  EXPECT_TRUE(want(*run, {"BTCUSDT", "binance-usdm:BTCUSDT"}));
  EXPECT_TRUE(want(*run, {"ETHUSDT"}));
  // What is wrong is told at once, and is in the way of nothing.
  EXPECT_FALSE(want(*run, {}));
  EXPECT_FALSE(want(*run, {"kraken:BTCUSDT"}));
  EXPECT_THAT(run->settings().symbols, ElementsAre("ETHUSDT"));
  EXPECT_TRUE(goes_on(*run));
  EXPECT_THAT(live(*run), ElementsAre("BTCUSDT"));
  checkpoint.let_go();
  EXPECT_TRUE(run_until([&] { return live(*run) == std::vector<std::string>{"ETHUSDT"}; }));
  EXPECT_FALSE(run->is_reloading());
  EXPECT_EQ(run->venues().size(), 1U) << "another venue was wanted for a while only";
  EXPECT_TRUE(stop(*run));
}

TEST_F(AddedSymbols, AreLeftWhereTheRunEndsBeforeTheirDiskComesBack) {
  HangingCheckpoint checkpoint(settings_.data_dir, "ETHUSDT");
  auto run = start_live();
  ASSERT_TRUE(want(*run, {"BTCUSDT", "ETHUSDT"}));
  ASSERT_TRUE(run_until([&] { return checkpoint.is_read(); }));
  ASSERT_TRUE(want(*run, {"ETHUSDT"}));
  EXPECT_TRUE(stop(*run));
  run.reset();
  said_.clear();
  checkpoint.let_go();
  // Its thread finds nobody any more.
  EXPECT_FALSE(run_for(200ms));
  EXPECT_THAT(said_, ElementsAre());
}

// Come back before the run has ended, it adds nothing either.
TEST_F(AddedSymbols, DoNotBeginInARunThatEnds) {
  HangingCheckpoint checkpoint(settings_.data_dir, "ETHUSDT");
  const auto run = start_live();
  ASSERT_TRUE(want(*run, {"BTCUSDT", "ETHUSDT"}));
  ASSERT_TRUE(run_until([&] { return checkpoint.is_read(); }));
  run->stop("test", [this] { loop_.stop(); });
  checkpoint.let_go();
  EXPECT_TRUE(run_for(30s));
  EXPECT_TRUE(run->drain());
  EXPECT_THAT(made_, Each("BTCUSDT"));
  EXPECT_FALSE(want(*run, {"BTCUSDT"}));
}

// Its rows have other columns than the run's: they are written beside it.
TEST_F(AddedSymbols, GetTheirRowsFromADatabaseThatAnotherHasLocked) {
  CollectSettings earlier = settings_;
  earlier.symbols = {"BTCUSDT", "ETHUSDT"};
  earlier.bands = BandList::parse("0.5,4").value();
  {
    CollectHooks hooks;
    hooks.open_store = [](const RowSchema&) -> Result<std::unique_ptr<FeatureStore>> {
      return std::make_unique<FailingStore>();
    };
    const auto run = start(earlier, hooks);
    ASSERT_TRUE(run_until([&] { return run->process_health().rows.waiting > 9; }));
  }
  const auto run = start_live();
  const std::string path = dir_ / "data/acts.db";
  const auto other = SqliteDatabase::open(path, SqliteDatabase::Access::kExisting, {}).value();
  // The run writes rows of its own now and then.
  ASSERT_TRUE(run_until([&] { return other->execute("BEGIN IMMEDIATE").has_value(); }));
  said_.clear();
  ASSERT_TRUE(want(*run, {"BTCUSDT", "ETHUSDT"}));
  const std::uint64_t updates = run->health().front().symbols.front().updates;
  EXPECT_TRUE(run_until([&] { return run->health().front().symbols.front().updates > updates + 10; }));
  EXPECT_TRUE(run->is_reloading());
  EXPECT_THAT(stored_rows("ETHUSDT"), ElementsAre());
  ASSERT_TRUE(other->execute("COMMIT"));
  EXPECT_TRUE(run_until([&] { return live(*run).size() == 2; }));
  EXPECT_THAT(said_, Each(Not(HasSubstr("have no rows"))));
  EXPECT_TRUE(stop(*run));
  const std::vector<MinuteRow> rows = stored_rows("ETHUSDT");
  ASSERT_GT(rows.size(), 2U);
  const auto store = SqliteStore::open_to_read(path).value();
  const auto& columns = store->schema().columns;
  EXPECT_THAT(columns, Contains(::testing::Field(&Column::name, "total_bid_0_5")));
  const auto reason = static_cast<std::size_t>(std::ranges::find(columns, "reason", &Column::name) - columns.begin());
  const auto is_recorded = [reason](const MinuteRow& row) {
    return row.values[reason] != Value(std::string(to_string(Reason::kNotRunning)));
  };
  EXPECT_GT(std::ranges::count_if(rows, is_recorded), 2);
  EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &MinuteRow::sample_time));
}

}  // namespace
}  // namespace acts
