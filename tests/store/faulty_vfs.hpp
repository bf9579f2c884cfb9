// SQLite's way to the disk, made to fail at the operation a test chooses.
#pragma once

#include <sqlite3.h>

#include <mutex>
#include <string>

namespace acts::testing {

// Counts writes, syncs and truncations; those from number `fail_at` on, `failures` of them, give `code`. One at a time,
// and longer there than the databases that are opened by it. Any thread.
class FaultyVfs {
 public:
  FaultyVfs(int fail_at, int failures, int code);
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  [[nodiscard]] static std::string name() { return "acts-faulty"; }
  [[nodiscard]] int operations() const {
    const std::scoped_lock lock(mutex_);
    return operations_;
  }
  [[nodiscard]] int failed() const {
    const std::scoped_lock lock(mutex_);
    return failed_;
  }
  // The next `failures` operations fail; 0: none any more.
  void start_failing(int failures) {
    const std::scoped_lock lock(mutex_);
    fail_at_ = operations_;
    failures_ = failures;
  }
  // Of write-ahead logs: what a transaction in them outlives the power by.
  [[nodiscard]] int log_syncs() const {
    const std::scoped_lock lock(mutex_);
    return log_syncs_;
  }
  // SQLITE_OK, or what this operation fails with.
  int next_operation();
  int next_sync(bool of_log);

 private:
  mutable std::mutex mutex_;
  int fail_at_;
  int failures_;
  int code_;
  int operations_ = 0;
  int failed_ = 0;
  int log_syncs_ = 0;
};

}  // namespace acts::testing
