// The thread that writes the log, behind a bounded queue: whoever has a line to say never waits for the terminal, the
// pipe or the disk that it goes to.
//
// Lines are written in the order in which they were pushed. Bounds: kMaxLines and kMaxBytes wait. Policy: what comes
// while the queue is full is left out, and so is what comes then until all that waits is written; there one line says
// how many are missing. What is shown below the log waits in a place of its own: the latest takes the place of one
// that nobody has drawn yet.
//
// Threads: any may call; LogWriter is called on the thread of the log alone. End: the destructor waits until all is
// written, for kEndLimit of real time; a writer that hangs longer is left behind, with what it holds.
#pragma once

#include <spdlog/common.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "acts/base/time.hpp"

#include "live/logging.hpp"

namespace acts {

// How lines look and where they go. One object a start_logging().
struct LogSetup {
  LogSettings settings;
  std::filesystem::path directory;  // of the files
};

struct LogLine {
  std::shared_ptr<const LogSetup> setup;
  spdlog::log_clock::time_point at;
  LogLevel level = LogLevel::kInfo;
  std::string text;       // as the setup's format wants it: of an event as JSON the inside of an object
  bool is_event = false;  // hence with the fields below
  Venue venue = Venue::kBinanceSpot;
  std::string symbol;  // empty: of none, hence for no file
  bool own_file_only = false;
};

class LogWriter {
 public:
  virtual ~LogWriter() = default;
  virtual void write(const LogLine& line) = 0;
  // Instead of what was shown below the log before.
  virtual void show(const std::string& lines) = 0;
  // So many lines are missing between the last that was written and the next, wherever they would have gone.
  virtual void say_left_out(std::uint64_t lines) = 0;
};

class LogThread {
 public:
  static constexpr std::size_t kMaxLines = 10'000;
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;  // of text; one line of any length fits alone
  static constexpr Nanos kEndLimit = std::chrono::seconds{1};

  explicit LogThread(std::unique_ptr<LogWriter> writer);
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

  void push(LogLine line);
  void show(std::string lines);
  // Waits until nothing waits any more, for at most so long. False: something does.
  [[nodiscard]] bool flush(Nanos limit);
  // Lines left out since the beginning.
  [[nodiscard]] std::uint64_t lost() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
