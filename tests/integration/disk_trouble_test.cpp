// The collector over real sockets while what it keeps cannot be kept: a disk that is full, a database that somebody
// else holds. Nothing is lost, the books stay live, and it says what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "acts/features/sampler.hpp"

#include "integration/collect_run_fixture.hpp"
#include "live/replay.hpp"
#include "recording/archive.hpp"
#include "store/sqlite_database.hpp"
#include "store/sqlite_store.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A disk of its own, in memory.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=24m") != 0) problem_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (problem_.empty()) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::string data_dir() const { return path_ + "/data"; }
  // Takes what is left, to the last byte.
  void fill() const {
    std::ofstream ballast(path_ + "/ballast", std::ios::binary | std::ios::app);
    const std::string block(4096, 'x');
    while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
  }
  void free() const { std::filesystem::remove(path_ + "/ballast"); }

 private:
  std::string path_;
  std::string problem_;
};

std::vector<std::string> sorted_csv(const std::vector<MinuteRow>& rows) {
  static const RowSchema kSchema = make_schema(BandList::defaults());
  std::vector<std::string> lines;
  for (const MinuteRow& row : rows) append_csv(lines.emplace_back(), kSchema, row);
  std::ranges::sort(lines);
  return lines;
}

class DiskTrouble : public testing::CollectRunFixture {
 protected:
  void begin(const std::string& data_dir) {
    CollectSettings settings = open_market();
    settings.data_dir = data_dir;
    CollectHooks hooks;
    hooks.row = [this](const MinuteRow& row) { rows_.push_back(row); };
    hooks.tune = [](collector::CollectorOptions& tuned) {
      // What waits for this machine must not run out sooner because the clock is fast.
      collector::Timings& t = tuned.timings;
      for (Nanos* patience : {&t.connect_timeout, &t.close_timeout, &t.ack_timeout, &t.connection_silence,
                              &t.first_data, &t.silence_least, &t.probe_grace, &t.depth_timeout, &t.info_timeout,
                              &t.time_timeout, &t.info_grace, &t.stall}) {
        *patience *= static_cast<int>(testing::kSpeed);
      }
    };
    run_ = start(settings, std::move(hooks));
  }
  // False: not within `real_limit`.
  bool run_until(const std::function<bool()>& is_done, Nanos real_limit = 40s) {
    const auto end = std::chrono::steady_clock::now() + real_limit;
    while (!is_done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      (void)loop_.run_for(20ms);
    }
    return true;
  }
  [[nodiscard]] RowWriter::Status stored() const { return run_->process_health().rows; }
  [[nodiscard]] RunRecorder::Status recorded() const { return run_->process_health().recordings.front().status; }
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
  std::string health_text() { return get(*run_, "/health").body; }
  // Ends the run; everything that came is then stored and recorded.
  void expect_complete() {
    EXPECT_TRUE(stop(*run_));
    EXPECT_EQ(stored().lost + stored().refused, 0U);
    EXPECT_EQ(recorded().refused, 0U);
    const std::string data_dir = run_->settings().data_dir;
    const auto store = SqliteStore::open_to_read(data_dir + "/acts.db").value();
    const auto kept = sorted_csv(store->rows({}).value());
    EXPECT_EQ(kept, sorted_csv(rows_));
    EXPECT_EQ(kept, sorted_csv(replayed(data_dir)));
    for (const std::string& symbol : symbols_) {
      const auto rows = store->rows({.venue = "binance-spot", .symbol = symbol}).value();
      ASSERT_GE(rows.size(), 3U);
      for (std::size_t i = 1; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].sample_time() - rows[i - 1].sample_time(), kMinute) << symbol;
      }
    }
  }

 private:
  [[nodiscard]] std::vector<MinuteRow> replayed(const std::string& data_dir) const {
    std::vector<MinuteRow> rows;
    const auto files = list_recordings(data_dir).value();
    for (const std::string& symbol : symbols_) {
      std::vector<std::string> segments;
      for (const RecordingFile& file : files) {
        EXPECT_NE(file.symbol, "") << file.path << " is not sealed";
        if (file.symbol != symbol) continue;
        EXPECT_THAT(check_recording(file).problems, IsEmpty());
        segments.push_back(file.path);
      }
      ReplayOptions options;
      options.bands = BandList::defaults();
      Replay replay(
          options, [&](MinuteRow&& row) { rows.push_back(std::move(row)); },
          [](const std::string& problem) { ADD_FAILURE() << problem; });
      auto reader = RecordingReader::open(segments);
      EXPECT_TRUE(reader.has_value()) << reader.error().message;
      EXPECT_TRUE(replay.run(*reader).has_value());
    }
    return rows;
  }

 protected:
  const std::vector<std::string> symbols_{"BTCUSDT", "ETHUSDT"};  // those of the market
  std::unique_ptr<CollectRun> run_;
  std::vector<MinuteRow> rows_;
};

TEST_F(DiskTrouble, LosesNothingWhileTheDiskIsFullAndGoesOnOnceThereIsSpace) {
  const SmallDisk disk(dir_ / "disk");
  if (!disk.problem().empty()) GTEST_SKIP() << "a disk of its own cannot be mounted here: " << disk.problem();
  begin(disk.data_dir());
  ASSERT_TRUE(run_until([&] { return has_begun(); }));
  const std::uint64_t before = updates();
  // Rows wait for the recording first, and are then given to the database all the same.
  const auto is_full = [&] {
    disk.fill();
    return stored().failures > 0 && recorded().failures > 1;
  };
  ASSERT_TRUE(run_until(is_full)) << stored().stored;
  EXPECT_GT(updates(), before) << "the books went on";
  EXPECT_GT(stored().waiting, 0U);
  EXPECT_GT(recorded().queued_bytes, 0U);
  const std::string health = health_text();
  EXPECT_EQ(nlohmann::json::parse(health)["status"], "degraded");
  EXPECT_THAT(health, HasSubstr("free some space on its disk"));
  EXPECT_THAT(health, HasSubstr("No space left on device"));
  EXPECT_TRUE(has_said("free some space on its disk"));
  disk.free();
  const auto is_over = [&] {
    return stored().waiting == 0 && stored().failure.empty() && recorded().failure.empty() && updates() > 0;
  };
  ASSERT_TRUE(run_until(is_over)) << stored().failure << recorded().failure;
  EXPECT_FALSE(run_until([] { return false; }, 4s));
  EXPECT_TRUE(has_said("recording: written again"));
  EXPECT_EQ(run_->process_health().recordings.front().pauses, 0U) << "what waited fitted into the queue";
  expect_complete();
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
