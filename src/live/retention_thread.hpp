// Keeps recordings, rows and full books within their limits: a pass at the start and one an hour, on a thread of its
// own, which yields to whoever writes. What goes and what stays is decided in recording/retention.hpp,
// store/row_retention.hpp and live/book_retention.hpp.
// Says nothing itself: it is asked. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "acts/base/time.hpp"

#include "live/book_retention.hpp"
#include "recording/retention.hpp"
#include "store/row_retention.hpp"

namespace acts {

struct RetentionOptions {
  std::string data_dir;
  RecordingLimits recordings = {};
  RowLimits rows = {};  // none set: the database is not looked at
  BookLimits books = {};
  std::vector<std::string> sinks;       // the names of those that rows go to
  std::vector<std::string> book_sinks;  // of them, that books go to too
  bool dry_run = false;                 // removes nothing

  [[nodiscard]] bool any() const { return recordings.any() || rows.any() || books.any(); }
};

// Of one pass, or the sum of several.
struct RetentionReport {
  RecordingPrune recordings = {};
  RowPrune rows = {};
  BookPrune books = {};
  std::string failure = {};  // of the rows' part: one line

  // What failed, of all of them; empty: nothing.
  [[nodiscard]] std::string failures() const;
};
// One line: what was removed (with `dry_run`: what would be), and from when on there is something.
std::string retention_text(const RetentionReport& report, const RetentionOptions& options);

// What is recorded since a symbol's checkpoints, if these are no older than kNeededFor: then nobody collects it any
// more.
inline constexpr Nanos kNeededFor = std::chrono::hours{7 * 24};
NeededSince needed_since(const std::string& data_dir, UnixNanos now);

// One pass. `pause` is called between batches of rows and between files; true ends the pass.
RetentionReport run_retention(const RetentionOptions& options, UnixNanos now, const std::function<bool()>& stop,
                              const std::function<void()>& pause);

class RetentionThread {
 public:
  static constexpr Nanos kInterval = std::chrono::hours{1};  // of real time, between passes
  // After a batch of rows: a writer that waits for the database tries again every few milliseconds.
  static constexpr Nanos kPause = std::chrono::milliseconds{50};
  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};

  struct Status {
    std::uint64_t passes = 0;
    RetentionReport total = {};  // counts only
    std::string said = {};       // of the last pass
    std::uint64_t failures = 0;  // passes
    std::string failure = {};    // of the last pass, if it failed
  };

  // `now` is called on the thread.
  RetentionThread(RetentionOptions options, std::function<UnixNanos()> now);
  // Stops within kEndLimit, wherever it is, or leaves a disk that hangs to the thread.
  ~RetentionThread();
  RetentionThread(const RetentionThread&) = delete;
  RetentionThread& operator=(const RetentionThread&) = delete;

  // Begins to stop; returns at once.
  void stop();
  [[nodiscard]] Status status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
