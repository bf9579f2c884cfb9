// What a run knows of itself beside its venues: rows on their way to the store, recordings on their way to the disk,
// the clock. What of it is a problem, and what of it is to be said in the log, is decided here. Pure: it is handed the
// state and the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "collector/actions.hpp"
#include "collector/health.hpp"
#include "live/alert_sender.hpp"
#include "live/book_writer.hpp"
#include "live/retention_thread.hpp"
#include "live/row_writer.hpp"
#include "live/run_recorder.hpp"
#include "live/seal_thread.hpp"
#include "live/sink_feeder.hpp"

namespace acts {

struct RecordingHealth {
  Venue venue = Venue::kBinanceSpot;
  RunRecorder::Status status = {};
  SealThread::Status seals = {};
  bool paused = false;       // its queue is full: the venue's sockets are not read
  std::uint64_t pauses = 0;  // since the start
};

struct BookHealth {
  Venue venue = Venue::kBinanceSpot;
  BookWriter::Status status = {};
};

// Of the rows of a sink, or of its books.
struct SinkHealth {
  SinkFeeder::Status status = {};
  Nanos behind{0};  // since the minute of the oldest row that it lacks, or since the oldest such book was saved

  [[nodiscard]] bool is_of_books() const { return status.content == SinkContent::kBooks; }
  // Of Status::delivery: rows, or levels of books.
  [[nodiscard]] std::string_view unit() const { return is_of_books() ? "levels" : "rows"; }
  [[nodiscard]] bool is_late() const;
};

// Where the data directory lies.
struct DiskHealth {
  std::string path;
  std::uint64_t free_bytes = 0;  // for this user
  std::uint64_t total_bytes = 0;
};

// What earlier runs have left of symbols that a reload has added is still being read.
struct ReloadHealth {
  std::size_t added = 0;  // symbols, which have not begun
  Nanos age{0};           // of real time

  [[nodiscard]] bool is_late() const;
};

struct ProcessHealth {
  RowWriter::Status rows = {};
  std::vector<RecordingHealth> recordings = {};  // one a venue that is recorded
  std::vector<BookHealth> books = {};            // one a venue
  std::vector<SinkHealth> sinks = {};
  Nanos clock_ahead{0};  // Clock::ahead_of_wall()
  std::optional<DiskHealth> disk = {};
  std::vector<AlertChannel::Status> alerts = {};          // one a channel
  std::optional<RetentionThread::Status> retention = {};  // none: all is kept
  std::optional<ReloadHealth> reload = {};                // none: nothing is waited for
  std::uint64_t log_lines_lost = 0;                       // log_lines_lost()

  [[nodiscard]] std::size_t recording_queue_bytes() const;
};

// A row or a recording that gets no further for so long is a problem, ...
inline constexpr Nanos kSlowAfter = std::chrono::seconds{10};
// ... and for so long it is a failure: nothing of what is collected is kept.
inline constexpr Nanos kFailedAfter = std::chrono::minutes{5};
// A row that was lost, or refused by the store, is a problem for so long; the counters tell of it for ever.
inline constexpr Nanos kLossRemembered = std::chrono::hours{1};
// A sink that lacks a row of a minute so long ago is a problem: a restart of a database takes less.
inline constexpr Nanos kSinkBehindAfter = std::chrono::minutes{5};
// A book may take its time: thousands of them, of tens of thousands of levels, come all at once, twice a day.
inline constexpr Nanos kBooksBehindAfter = std::chrono::hours{6};
// A wall clock that stepped back by less is put right within seconds.
inline constexpr Nanos kClockStep = std::chrono::milliseconds{500};

struct Judgement {
  collector::Overall overall = collector::Overall::kOk;
  std::vector<std::string> problems;  // one line each
};
Judgement judge(const ProcessHealth& process);

// The lines of the log that follow from the states of a run, one after the other: what repeats or lasts is said once a
// minute, with how often it happened.
class ProcessWatch {
 public:
  struct Line {
    std::optional<Venue> venue;  // none: of no venue
    collector::Log log;
  };
  static constexpr Nanos kInterval = std::chrono::minutes{1};

  // About once a second. `now` does not go back.
  std::vector<Line> observe(const ProcessHealth& process, UnixNanos now);
  // What was held back: at the end of a run.
  std::vector<Line> finish(const ProcessHealth& process);

 private:
  // What it is about, and of which venue or sink.
  struct Key {
    std::string_view what;
    std::optional<Venue> venue;
    std::string sink = {};
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Said {
    std::optional<UnixNanos> at;
    std::uint64_t total = 0;  // of a count; 1 while something lasts
    bool open = false;        // a failure was said, its end was not
  };

  std::vector<Line> look(const ProcessHealth& process, UnixNanos now, Nanos interval);
  void look_at_rows(const RowWriter::Status& rows);
  void look_at(const RecordingHealth& recording);
  void look_at(const BookHealth& books);
  void look_at(const AlertChannel::Status& channel);
  void look_at(const SinkHealth& sink);
  void look_at(const RetentionThread::Status& retention);
  void count(const Key& key, std::uint64_t total, collector::LogLevel level, std::string text);
  void failing(const Key& key, std::uint64_t total, bool fails, std::string text, std::string ended);
  void lasting(const Key& key, bool holds, std::string text, std::string_view ended);
  void say(const Key& key, collector::LogLevel level, std::string text, std::uint64_t repeats);

  std::map<Key, Said> said_;
  UnixNanos now_;
  Nanos interval_{0};
  std::vector<Line> lines_;
};

}  // namespace acts
