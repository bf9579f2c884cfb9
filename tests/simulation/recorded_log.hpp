// What a recording must hold, told of as it is handed over, and whether a reader finds it: after a crash in the log
// that was left open, and at the end in the sealed segments of all symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"

#include "recording/index.hpp"
#include "recording/recording_reader.hpp"
#include "simulation/sim_disk.hpp"

namespace acts::sim {

// A line or an entry, known again by its hash.
struct RecordedMark {
  std::size_t hash = 0;
  UnixNanos ts;
  bool is_line = false;

  static RecordedMark of_line(UnixNanos ts, ConnectionId connection, LineUse use, std::string_view json);
  static RecordedMark of_entry(UnixNanos ts, const IndexEvent& event);
  friend bool operator==(const RecordedMark& a, const RecordedMark& b) {
    return a.hash == b.hash && a.ts == b.ts && a.is_line == b.is_line;
  }
};

class RecordedLogs {
 public:
  using Find = std::function<void(UnixNanos now, std::string what)>;

  // `directory`: recording_directory(). `disk` outlives the object. What is wrong is told to `find`.
  RecordedLogs(std::string directory, const SimDisk& disk, Find find)
      : directory_(std::move(directory)), disk_(disk), find_(std::move(find)) {}

  // How many of `items`, which were given to the open log `name`, lie before the last mark in it; or are in it, if it
  // was just closed. That it has them, in their order, is looked at; what lies behind is of no account. `is_torn`:
  // there is something behind that cannot be read; without it nothing shows that items had not been written yet.
  struct Left {
    std::size_t items = 0;
    bool lacks_line = false;  // behind them an answer is told, whose line was lost: it is none then
    bool is_torn = false;
  };
  Left left_of(const std::string& name, const std::vector<RecordedMark>& items, UnixNanos now);
  enum class End : std::uint8_t { kClosed, kLeft, kCut };
  // The log has these, and no others: closed in order; or left by a crash, which has taken nothing of what was given to
  // it, or something. The first `synced` of them survive a power cut.
  void add(std::string name, std::vector<RecordedMark> items, std::size_t synced, End end);
  // What the disk did not have of this open log may be gone, which an earlier crash has left and which is not sealed:
  // the power was cut, or it could not be brought to the disk. That a process has written it out is not enough.
  void on_unsynced_lost(std::string_view name, UnixNanos now);
  // A log that the writer has not got to: it may be empty, or have no index.
  void add_unknown(const std::string& name);
  [[nodiscard]] bool has(std::string_view name) const { return log_of(name) != nullptr; }
  // What its sealing said of it.
  void on_sealed(std::string_view name, const std::string& lost, bool damaged, UnixNanos now);
  // Each line of each log is in one segment, in order; each entry in one at least; and nothing else is. All logs are
  // sealed.
  void check_segments(UnixNanos now);
  // Of one symbol, in order.
  [[nodiscard]] std::vector<std::string> segments_of(std::string_view symbol) const;
  [[nodiscard]] RecordingReader reader_of(const std::vector<std::string>& log_paths) const;

  [[nodiscard]] std::uint64_t lines() const { return lines_; }  // of segments, read
  [[nodiscard]] std::uint64_t cut_logs() const { return cut_logs_; }

 private:
  struct Log {
    std::string name;
    std::vector<RecordedMark> items;
    std::size_t synced = 0;
    End end = End::kClosed;
    std::vector<std::uint8_t> seen;  // by item: how often it was found
  };

  [[nodiscard]] const Log* log_of(std::string_view name) const;
  void check_segment(const std::string& path, UnixNanos now);
  void match(Log& log, const std::string& path, const std::vector<RecordedMark>& found, UnixNanos now);
  void check_log(const Log& log, UnixNanos now);

  std::string directory_;
  const SimDisk& disk_;
  Find find_;
  std::vector<Log> logs_;
  std::uint64_t lines_ = 0;
  std::uint64_t cut_logs_ = 0;
};

}  // namespace acts::sim
