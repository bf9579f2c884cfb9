// Seals closed logs of one venue, one after the other, on a thread of its own: those that a crash has left, then those
// that the recorder closes. What fails is tried again, for ever, and holds up no other: one log a pause, the one whose
// last attempt is the longest ago; to find those that lie there is tried so, too. What is not done at the end is done
// at the next start. Says nothing itself: it is asked. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "acts/base/time.hpp"

#include "recording/sealer.hpp"

namespace acts {

// What of a log could not be read: one line.
std::string loss_text(std::string_view name, const SealReport& report);

class SealThread {
 public:
  static constexpr Nanos kPause = std::chrono::seconds{10};  // of real time, after a failure
  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};

  struct Status {
    std::size_t waiting = 0;   // logs
    std::uint64_t sealed = 0;  // logs
    std::uint64_t segments = 0;
    std::uint64_t failures = 0;
    std::string failure = {};  // of the first log whose last attempt failed, or to find what lies there: one line
    std::uint64_t cut = 0;     // logs of which something could not be read
    std::string loss = {};     // of the last such log: one line
  };

  // Seals what lies there already. `run_begins`: the names of logs that the recorder makes tell no earlier time; where
  // what lies there could not be told at first, those of later names are left to the next start. `ops`: the disk, if it
  // is not the real one. `pause`: kPause.
  SealThread(std::string directory, Sealer::MakeOwner make_owner, UnixNanos run_begins,
             std::shared_ptr<FileOps> ops = nullptr, Nanos pause = kPause);
  // Stops within kEndLimit, wherever it is, or leaves a disk that hangs to the thread.
  ~SealThread();
  SealThread(const SealThread&) = delete;
  SealThread& operator=(const SealThread&) = delete;

  // The path of a log that is closed.
  void add(const std::string& log_path);
  [[nodiscard]] Status status() const;
  [[nodiscard]] bool idle() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
