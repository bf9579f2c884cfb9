// Takes minute rows from the shard's thread and stores them on its own: a store that fails or hangs never holds the
// shard up. Rows wait in memory up to kMaxPendingRows; beyond, the oldest are lost and counted. A row that the store
// refuses is set aside, so that it does not hold up the others. Says nothing itself: status() is asked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/feature_store.hpp"

#include "store/pending_rows.hpp"

namespace acts {

struct RowWriterOptions {
  std::size_t max_pending = kMaxPendingRows;
  std::size_t batch = 1000;                            // rows a transaction
  Nanos retry_first = std::chrono::milliseconds{200};  // after a failure; doubled up to retry_cap
  Nanos retry_cap = std::chrono::seconds{10};
};

// Gives rows, at most `max` a call, until it gives none. Called on the writer's thread.
using RowSource = std::function<std::vector<MinuteRow>(std::size_t max)>;

class RowWriter {
 public:
  // Ages are of real time.
  struct Status {
    std::uint64_t queued = 0;
    std::uint64_t stored = 0;
    std::uint64_t lost = 0;                 // did not fit in memory
    std::uint64_t refused = 0;              // by the store; set aside
    std::uint64_t failures = 0;             // attempts that failed and were, or will be, repeated
    std::size_t waiting = 0;                // with the batch under way
    std::string failure = {};               // of the last attempt, if it failed: one line
    std::string refusal = {};               // of the row that was refused last: which, and why
    std::optional<Nanos> attempt_age = {};  // of the attempt under way
    std::optional<Nanos> waiting_age = {};  // something has been waiting for so long and nothing was stored
    std::optional<Nanos> behind_for = {};   // there has been something waiting all the while
    std::optional<Nanos> lost_age = {};     // since the last row was lost
    std::optional<Nanos> refused_age = {};
  };

  explicit RowWriter(std::unique_ptr<FeatureStore> store, RowWriterOptions options = RowWriterOptions());
  // drain() first: what waits is gone. Waits for an attempt under way kEndLimit at most; a store that hangs longer is
  // left to its thread, which ends if it ever comes back.
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  // Never blocks on the store.
  void push(MinuteRow row);
  // Rows of before, however many: they are taken as they are stored, before all that is pushed, one source after the
  // other.
  void store_first(RowSource source);
  // Waits until nothing is waiting, at most `limit` of real time. False: rows are still waiting.
  bool drain(Nanos limit);
  [[nodiscard]] Status status() const;

  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
