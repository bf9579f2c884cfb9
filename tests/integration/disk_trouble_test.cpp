// The collector over real sockets while what it keeps cannot be kept: a disk that is full or hangs, a database that
// somebody else holds. Nothing is lost, the books stay live, and it says what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "integration/collect_run_fixture.hpp"
#include "integration/replayed_rows.hpp"
#include "integration/small_disk.hpp"
#include "integration/true_books.hpp"
#include "live/book_writer.hpp"
#include "live/fickle_disk.hpp"
#include "live/held.hpp"
#include "recording/layout.hpp"
#include "store/faulty_vfs.hpp"
#include "store/sqlite_database.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class DiskTrouble : public testing::CollectRunFixture {
 protected:
  void begin(const std::string& data_dir, RecordingMedium medium = {}) {
    CollectSettings settings = open_market();
    settings.data_dir = data_dir;
    CollectHooks hooks;
    hooks.recording = std::move(medium);
    if (vfs_) {
      hooks.open_store = [path = data_dir + "/acts.db"](const RowSchema& schema) {
        return opened_through_vfs(path, schema);
      };
    }
    hooks.row = [this](const MinuteRow& row) { rows_.push_back(row); };
    hooks.tune = [this](collector::CollectorOptions& tuned) {
      // What waits for this machine must not run out sooner because the clock is fast.
      tuned.timings.stretch(static_cast<int>(testing::kSpeed));
      if (!full_book_at_.empty()) tuned.full_book_at = full_book_at_;
      if (!full_book_at_.empty()) tuned.checkpoint_interval.reset();
    };
    run_ = start(settings, std::move(hooks));
  }
  static Result<std::unique_ptr<FeatureStore>> opened_through_vfs(const std::string& path, const RowSchema& schema) {
    auto store = SqliteStore::open(path, schema, {.vfs = testing::FaultyVfs::name()});
    if (!store) return std::unexpected(std::move(store.error()));
    return std::unique_ptr<FeatureStore>(std::move(*store));
  }
  [[nodiscard]] RowWriter::Status stored() const { return run_->process_health().rows; }
  [[nodiscard]] RecordingHealth recording() const { return run_->process_health().recordings.front(); }
  [[nodiscard]] RunRecorder::Status recorded() const { return recording().status; }
  // Updates of all books; 0 while one of them is not live.
  std::uint64_t updates() {
    std::uint64_t sum = 0;
    const collector::Health health = run_->health().front();
    for (const collector::SymbolHealth& symbol : health.symbols) {
      if (symbol.state != RowState::kLive) return 0;
      sum += symbol.updates;
    }
    return health.symbols.size() == symbols_.size() ? sum : 0;
  }
  bool has_begun() { return updates() > 100 && stored().stored > 0; }
  [[nodiscard]] bool has_said(const std::string& text) const {
    return std::ranges::any_of(said_, [&](const std::string& line) { return line.contains(text); });
  }
  std::uint64_t messages() { return run_->health().front().counters.messages; }
  struct Recorded {
    std::uint64_t messages = 0;  // of all symbols and of none
    std::uint64_t holes = 0;     // between two depth updates of a symbol
  };
  // After the end of the run.
  [[nodiscard]] Recorded recorded_messages() const {
    Recorded all;
    for (const std::string& symbol : {symbols_[0], symbols_[1], std::string(kSessionName)}) {
      std::int64_t last_id = -1;
      auto reader = RecordingReader::open(testing::sound_segments(run_->settings().data_dir, symbol)).value();
      for (auto item = reader.next(); item && *item; item = reader.next()) {
        const auto* line = std::get_if<RecordedLine>(&**item);
        if (line == nullptr) continue;
        const auto message = nlohmann::json::parse(line->json);
        if (message.contains("lastUpdateId") || !message.contains("data")) continue;
        ++all.messages;
        const auto& data = message["data"];
        if (data.value("e", "") != "depthUpdate") continue;
        all.holes += last_id >= 0 && data["U"] != last_id + 1 ? 1U : 0U;
        last_id = data["u"];
      }
    }
    return all;
  }
  std::string health_text() { return get(*run_, "/health").body; }
  // Ends the run; everything that came is then stored and recorded.
  void expect_complete() {
    EXPECT_TRUE(stop(*run_));
    EXPECT_EQ(stored().lost + stored().refused, 0U);
    EXPECT_EQ(recorded().refused, 0U);
    const std::string data_dir = run_->settings().data_dir;
    const auto store = SqliteStore::open_to_read(data_dir + "/acts.db").value();
    const std::string kept = testing::csv_of(store->rows({}).value());
    EXPECT_EQ(kept, testing::csv_of(rows_));
    std::vector<MinuteRow> replayed;
    for (const std::string& symbol : symbols_) {
      testing::append_replayed(replayed, testing::sound_segments(data_dir, symbol));
      const auto rows = store->rows({.venue = "binance-spot", .symbol = symbol}).value();
      ASSERT_GE(rows.size(), 3U);
      for (std::size_t i = 1; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].sample_time() - rows[i - 1].sample_time(), kMinute) << symbol;
      }
    }
    EXPECT_EQ(kept, testing::csv_of(replayed));
  }

  // `fill` is called again while anything is still taken.
  void expect_to_live_through_a_full_disk(const std::function<void()>& fill, const std::function<void()>& free) {
    ASSERT_TRUE(run_until([&] { return has_begun(); }));
    const std::uint64_t before = updates();
    // Rows wait for the recording first, and are then given to the database all the same. All of it at once: between
    // two attempts the recorder's thread takes what is queued, and then nothing is until more has come.
    const auto is_full = [&] {
      fill();
      const RowWriter::Status rows = stored();
      const RunRecorder::Status log = recorded();
      return rows.failures > 0 && rows.waiting > 0 && log.failures > 1 && log.queued_bytes > 0;
    };
    ASSERT_TRUE(run_until(is_full)) << stored().stored;
    EXPECT_TRUE(run_until([&] { return updates() > before; })) << "the books go on";
    EXPECT_TRUE(run_until([&] { return has_said("free some space on its disk"); }));
    const std::string health = health_text();
    EXPECT_EQ(nlohmann::json::parse(health)["status"], "degraded");
    EXPECT_THAT(health, HasSubstr("free some space on its disk"));
    EXPECT_THAT(health, HasSubstr("No space left on device"));
    free();
    const auto is_over = [&] {
      return stored().waiting == 0 && stored().failure.empty() && recorded().failure.empty() && updates() > 0;
    };
    ASSERT_TRUE(run_until(is_over)) << stored().failure << recorded().failure;
    EXPECT_TRUE(run_until([&] { return has_said("recording: written again"); }));
    const std::uint64_t since = stored().stored;
    EXPECT_TRUE(run_until([&] { return stored().stored >= since + 3 * symbols_.size(); }));
    EXPECT_EQ(recording().pauses, 0U) << "what waited fitted into the queue";
    expect_complete();
  }

  const std::vector<std::string> symbols_{"BTCUSDT", "ETHUSDT"};  // those of the market
  std::vector<Nanos> full_book_at_;                               // instead of checkpoints
  std::optional<testing::FaultyVfs> vfs_;                         // of the database, if it is not the usual one
  std::unique_ptr<CollectRun> run_;
  std::vector<MinuteRow> rows_;
};

// What both parts of the disk say is that of a disk without space: the recording's writes, and the database's.
TEST_F(DiskTrouble, LosesNothingWhileTheDiskIsFullAndGoesOnOnceThereIsSpace) {
  const auto disk = std::make_shared<testing::FickleDisk>();
  vfs_.emplace(0, 0, SQLITE_FULL);
  begin(dir_ / "data", {.ops = disk});
  const auto set_full = [&](bool full) {
    disk->set_full(full);
    vfs_->start_failing(full ? std::numeric_limits<int>::max() : 0);
  };
  expect_to_live_through_a_full_disk([&] { set_full(true); }, [&] { set_full(false); });
  EXPECT_GT(vfs_->failed(), 0);
}

// The same of a real one.
TEST_F(DiskTrouble, LosesNothingWhileADiskOfItsOwnIsFull) {
  const testing::SmallDisk disk(dir_ / "disk");
  if (!disk.problem().empty()) GTEST_SKIP() << "a disk of its own cannot be mounted here: " << disk.problem();
  begin(disk.data_dir());
  expect_to_live_through_a_full_disk([&] { disk.fill(); }, [&] { disk.free(); });
}

// One that waited for its place in the recording did not count, and was lost by a stop right behind its midnight.
TEST_F(DiskTrouble, AFullBookThatWaitsForTheRecordingIsWaitedForAtTheEnd) {
  // So often that some come within the hold, which is of real time, however slowly a busy machine's clock goes.
  for (Nanos time = 15s; time < 1h; time += 10s) full_book_at_.push_back(time);
  const auto disk = std::make_shared<testing::FickleDisk>();
  begin(dir_ / "data", {.ops = disk});
  ASSERT_TRUE(run_until([&] { return has_begun(); }));
  const auto books = [&] { return run_->process_health().books.front().status; };
  const auto set_hangs = [&](bool hangs) { disk->set_hangs_after_syncs(hangs ? 0 : std::numeric_limits<int>::max()); };
  BookWriter::Status held;
  const auto some_are_held = [&] {
    set_hangs(true);
    const auto some_wait = [&] {
      held = books();
      return held.waiting >= symbols_.size();
    };
    return run_until(some_wait, kLongestHold) && !run_until([&] { return books().written > held.written; }, 100ms);
  };
  // Where this machine stands still for longer than the hold, they no longer wait for the recording.
  const auto last_try = std::chrono::steady_clock::now() + 40s;
  while (!some_are_held()) {
    ASSERT_LT(std::chrono::steady_clock::now(), last_try);
    set_hangs(false);
    ASSERT_TRUE(run_until([&] { return recorded().stuck_for.value_or(0s) < 1s; }));
  }
  set_hangs(false);
  EXPECT_TRUE(stop(*run_));
  EXPECT_EQ(books().waiting, 0U);
  EXPECT_GE(books().written, held.written + held.waiting);
}

// That nothing is dropped while the queue is full was shown of the queue alone, not of the sockets that fill it.
TEST_F(DiskTrouble, ReadsNoFurtherWhileADiskHangsAndLosesNothing) {
  constexpr std::size_t kQueue = std::size_t{1} << 20;
  // One message that was being read, and signs of life.
  constexpr std::size_t kOnItsWay = std::size_t{64} << 10;
  const auto disk = std::make_shared<testing::FickleDisk>();
  begin(dir_ / "data", {disk, kQueue});
  ASSERT_TRUE(run_until([&] { return has_begun(); }));
  for (int times = 1; times <= 3; ++times) {
    disk->set_hangs(true);
    const auto is_full = [&] { return disk->holds_up() && recording().paused; };
    ASSERT_TRUE(run_until(is_full)) << recorded().queued_bytes;
    EXPECT_GE(recording().pauses, static_cast<std::uint64_t>(times));
    const std::uint64_t before = messages();
    // Less than the venue waits for an answer to its ping.
    EXPECT_FALSE(run_until([&] { return recorded().queued_bytes > kQueue + kOnItsWay; }, 500ms));
    EXPECT_LE(messages(), before + 2);
    disk->set_hangs(false);
    ASSERT_TRUE(run_until([&] { return !recording().paused && messages() > before + 100; }));
  }
  ASSERT_TRUE(run_until([&] { return updates() > 0 && stored().stored >= 3 * symbols_.size(); }));
  EXPECT_TRUE(has_said("reading is paused until the queue is shorter"));
  // Where this machine is so busy that the venue waits too long for an answer to its ping, it ends the connection: that
  // is its own gap.
  const auto& venue = venue_->core(Venue::kBinanceSpot)->stats().streams;
  const std::uint64_t cuts = venue.closed_pong_timeout;
  const collector::CollectorCounters counters = run_->health().front().counters;
  EXPECT_LE(counters.reconnects, cuts);
  EXPECT_LE(counters.gaps, cuts * symbols_.size());
  EXPECT_EQ(venue.closed_slow, 0U);
  testing::expect_books_equal(*venue_, Venue::kBinanceSpot, run_->venues().front()->collector().pipeline());
  expect_complete();
  const Recorded all = recorded_messages();
  EXPECT_EQ(all.messages, messages());
  EXPECT_LE(all.holes, counters.gaps) << "other than those that the venue made";
}

TEST_F(DiskTrouble, KeepsRowsAndBooksWhileAnotherProgramHoldsTheDatabase) {
  begin(dir_ / "data");
  ASSERT_TRUE(run_until([&] { return has_begun(); }));
  const auto other = SqliteDatabase::open(dir_ / "data/acts.db", SqliteDatabase::Access::kExisting, {}).value();
  ASSERT_TRUE(other->execute("BEGIN EXCLUSIVE"));
  const std::uint64_t before = updates();
  ASSERT_TRUE(run_until([&] { return stored().failures > 0; })) << "longer than the busy time-out";
  const auto waiting = [&] { return stored().waiting >= 2 * symbols_.size(); };
  EXPECT_TRUE(run_until(waiting)) << stored().waiting;
  EXPECT_GT(updates(), before) << "the books stayed live";
  EXPECT_THAT(health_text(), HasSubstr("end the other program that writes to it"));
  EXPECT_TRUE(recorded().failure.empty());
  EXPECT_TRUE(run_until([&] { return has_said("end the other program that writes to it"); }));
  ASSERT_TRUE(other->execute("COMMIT"));
  ASSERT_TRUE(run_until([&] { return stored().waiting == 0 && stored().failure.empty(); })) << stored().failure;
  expect_complete();
}

}  // namespace
}  // namespace acts
