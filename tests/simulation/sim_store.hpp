// Where the rows of simulated runs go: the queue in front of acts.db, acts.db itself, and from its outbox two sinks.
// The store stands still now and then, the sinks fail as a plan says, and the process is killed in the middle of it.
// Of each symbol every minute comes once, in order, whatever happens; and what was stored is in the end what the
// recording gives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "exchange/random.hpp"
#include "live/missed_minutes.hpp"
#include "recording/temp_dir.hpp"
#include "simulation/sim_plan.hpp"
#include "simulation/sim_sink.hpp"
#include "store/pending_rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts::sim {

// For temporary files: in memory where that can be had, where a sync costs nothing.
std::filesystem::path fast_directory();

class SimStore {
 public:
  using Find = std::function<void(UnixNanos now, std::string what)>;

  SimStore(const RowsPlan& plan, RowSchema schema, std::uint64_t seed, Find find);

  // acts.db, before a run. Until crash() or end_run().
  SqliteStore& open();
  // `missed`: to be stored before all others.
  void begin_run(MissedMinutes missed, UnixNanos now);
  void push(MinuteRow row, UnixNanos now);
  // For how long something has been waiting all the while.
  [[nodiscard]] Nanos behind_for(UnixNanos now) const;
  // This row may be another one than the recording gives: it was not held any longer, and the recording was lost.
  void excuse(const std::string& symbol, UnixNanos sample_time) { excused_.insert({symbol, sample_time}); }
  // What is not stored is gone; what is, is not.
  void crash();
  void set_standing(bool stands, UnixNanos now);
  [[nodiscard]] SimSink& sink(std::size_t which) { return *sinks_[which]; }
  [[nodiscard]] UnixNanos next_deadline() const;
  void work(UnixNanos now);
  // All troubles are over: everything is delivered, and each sink has what acts.db has, which is what it confirmed.
  void end_run(UnixNanos now);
  // The rows that the recording gives of the symbol, in order.
  void check_recorded(const std::string& symbol, std::span<const MinuteRow> recorded);

  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }  // rows that the sinks have in the end
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t made_up() const { return made_up_; }    // rows of minutes without a run
  [[nodiscard]] std::uint64_t restored() const { return restored_; }  // rows of an earlier run, made of its recording
  [[nodiscard]] std::uint64_t excused() const { return excused_.size(); }
  // All that runs have stored, as text.
  [[nodiscard]] std::string rows_text() const;
  [[nodiscard]] std::uint64_t unanswered() const;
  [[nodiscard]] std::uint64_t failures() const;

 private:
  using Key = std::tuple<std::string, std::string, UnixNanos>;
  static Key key_of(const MinuteRow& row) { return {row.venue(), row.symbol(), row.sample_time()}; }

  PendingRows& next_rows();
  void store_batch();
  void note_stored(const MinuteRow& row);
  [[nodiscard]] bool is_idle() const { return !missed_ && earlier_.waiting() == 0 && pending_.waiting() == 0; }
  void correct_one();
  void deliver_all();
  void check_store(const std::vector<MinuteRow>& rows);
  void check_sink(SimFeeder& feeder, const std::vector<MinuteRow>& rows, const std::vector<RejectedRow>& rejected);

  RowSchema schema_;
  Find find_;
  exchange::Random random_;
  testing::TempDir directory_;
  std::string path_;
  std::unique_ptr<SqliteStore> store_;
  PendingRows pending_;
  std::optional<MissedMinutes> missed_;
  PendingRows earlier_;
  std::optional<UnixNanos> behind_since_;
  std::map<Key, MinuteRow> confirmed_;        // by acts.db
  std::map<Key, MinuteRow> first_;            // as runs have stored them, before any was corrected
  std::map<std::string, UnixNanos> next_of_;  // by symbol: the minute that must come next
  std::set<std::pair<std::string, UnixNanos>> excused_;
  std::vector<std::unique_ptr<SimSink>> sinks_;
  std::vector<std::unique_ptr<SimFeeder>> feeders_;
  bool stands_ = false;
  UnixNanos now_;
  UnixNanos next_;
  std::size_t updates_column_ = 0;
  std::uint64_t made_up_ = 0;
  std::uint64_t restored_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace acts::sim
