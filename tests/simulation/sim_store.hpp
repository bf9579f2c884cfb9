// Where the rows of simulated runs go: the queue in front of acts.db, acts.db itself, and from its outbox two sinks.
// The store stands still now and then, the sinks fail as a plan says, and the process is killed in the middle of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "exchange/random.hpp"
#include "recording/temp_dir.hpp"
#include "simulation/sim_plan.hpp"
#include "simulation/sim_sink.hpp"
#include "store/pending_rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts::sim {

class SimStore {
 public:
  using Find = std::function<void(UnixNanos now, std::string what)>;

  SimStore(const RowsPlan& plan, RowSchema schema, std::uint64_t seed, Find find);

  void begin_run();
  void push(const MinuteRow& row, UnixNanos now);
  // What is not stored is gone; what is, is not.
  void crash();
  void set_standing(bool stands, UnixNanos now);
  [[nodiscard]] SimSink& sink(std::size_t which) { return *sinks_[which]; }
  [[nodiscard]] UnixNanos next_deadline() const;
  void work(UnixNanos now);
  // All troubles are over: everything is delivered, and each sink has what acts.db has, which is what it confirmed.
  void end_run(UnixNanos now);

  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }  // rows that the sinks have in the end
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t unanswered() const;
  [[nodiscard]] std::uint64_t failures() const;

 private:
  using Key = std::tuple<std::string, std::string, UnixNanos>;
  static Key key_of(const MinuteRow& row) { return {row.venue(), row.symbol(), row.sample_time()}; }

  void store_batch();
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
  std::map<Key, MinuteRow> confirmed_;  // by acts.db
  std::vector<std::unique_ptr<SimSink>> sinks_;
  std::vector<std::unique_ptr<SimFeeder>> feeders_;
  bool stands_ = false;
  UnixNanos now_;
  UnixNanos next_;
  std::size_t updates_column_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace acts::sim
