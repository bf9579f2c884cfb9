// Takes minute rows from the shard's thread and stores them on its own: a store that fails or hangs never holds the
// shard up. Rows wait in memory up to kMaxPendingRows; beyond, the oldest are lost, counted and said.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

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

class RowWriter {
 public:
  struct Counters {
    std::uint64_t queued = 0;
    std::uint64_t stored = 0;
    std::uint64_t lost = 0;
    std::uint64_t failures = 0;
    std::size_t waiting = 0;  // with the batch under way
  };

  // `failed` is called on the writer's thread, with one line, for each failed attempt.
  RowWriter(std::unique_ptr<FeatureStore> store, std::function<void(const Error&)> failed,
            RowWriterOptions options = RowWriterOptions());
  // Waits for the attempt under way only; drain() first.
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  // Never blocks on the store.
  void push(MinuteRow row);
  // Waits until nothing is waiting, at most `limit` of real time. False: rows are still waiting.
  bool drain(Nanos limit);
  [[nodiscard]] Counters counters() const;

 private:
  void run();

  RowWriterOptions options_;
  std::unique_ptr<FeatureStore> store_;
  std::function<void(const Error&)> failed_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  PendingRows pending_;
  std::uint64_t failures_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace acts
