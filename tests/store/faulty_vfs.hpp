// SQLite's way to the disk, made to fail at the operation a test chooses.
#pragma once

#include <sqlite3.h>

#include <string>

namespace acts::testing {

// Counts writes, syncs and truncations; those from number `fail_at` on, `failures` of them, give `code`. One at a time.
class FaultyVfs {
 public:
  FaultyVfs(int fail_at, int failures, int code);
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  [[nodiscard]] static std::string name() { return "acts-faulty"; }
  [[nodiscard]] int operations() const { return operations_; }
  [[nodiscard]] int failed() const { return failed_; }
  // The next `failures` operations fail.
  void start_failing(int failures) {
    fail_at_ = operations_;
    failures_ = failures;
  }
  // SQLITE_OK, or what this operation fails with.
  int next_operation();

 private:
  int fail_at_;
  int failures_;
  int code_;
  int operations_ = 0;
  int failed_ = 0;
};

}  // namespace acts::testing
