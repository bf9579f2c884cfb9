// Writes a run's raw logs and indexes on a thread of its own, behind a bounded queue. A sign of life (index::Alive),
// once a second, brings all that came before it to the disk at once; so does half a second without a sync: what is on
// the disk is a second and a half old at most, a slow sync included. Says nothing itself: status() is asked.
//
// full() says when the queue holds as much as it may: the caller then reads its sockets no further until has_room(),
// and lets the collector ask for nothing that would be recorded (Collector::on_reading_paused()). Beyond
// max_queued_bytes comes what was under way then: the message or answer that filled the queue, one message a
// connection, Timings::rest_in_flight answers; and one entry a minute, some 200 bytes: 0.3 MB a day. Nothing is dropped
// here but what can never be written (an empty message, one that is too long), which is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "acts/base/time.hpp"

#include "live/run_writer.hpp"
#include "recording/rolling_writer.hpp"

namespace acts {

// What a recording goes through; tests have it otherwise.
struct RecordingMedium {
  std::shared_ptr<FileOps> ops = nullptr;                // the disk; none: the real one
  std::size_t max_queued_bytes = std::size_t{64} << 20;  // of lines and entries that wait for it
};

class RunRecorder final : public RunWriter {
 public:
  static constexpr Nanos kSyncInterval = std::chrono::milliseconds{500};
  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};

  struct Status {
    std::size_t queued_bytes = 0;
    std::uint64_t failures = 0;           // attempts that failed and were, or will be, repeated
    std::uint64_t refused = 0;            // messages that can never be written
    std::string failure = {};             // of the last attempt, if it failed: one line
    std::string refusal = {};             // of the last message refused
    std::optional<Nanos> stuck_for = {};  // something waits, and nothing got on for so long of real time
    bool closed = false;
  };

  // `on_closed` is called, on the thread, with the path of each log once it is whole: one an hour.
  explicit RunRecorder(
      RecordingWriterOptions options, RecordingMedium medium = {},
      std::function<void(const std::string&)> on_closed = [](const std::string&) {});
  // close() first; what is queued is gone otherwise. Waits for a disk that hangs kEndLimit at most, then leaves it to
  // its thread, which ends if it ever comes back.
  ~RunRecorder() override;
  RunRecorder(const RunRecorder&) = delete;
  RunRecorder& operator=(const RunRecorder&) = delete;

  void line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use = LineUse::kTaken) override;
  void note(UnixNanos ts, IndexEvent event) override;
  [[nodiscard]] bool full() const { return queued_bytes() >= max_queued_bytes_; }
  // Half of the queue at least is free: who paused need not pause again at once.
  [[nodiscard]] bool has_room() const { return queued_bytes() <= max_queued_bytes_ / 2; }
  [[nodiscard]] std::size_t queued_bytes() const;
  [[nodiscard]] Status status() const;
  [[nodiscard]] RecordingProgress progress() const;
  // Lets everything be written and the log be ended; status().closed says when that is done. Nothing may come
  // afterwards.
  void begin_close(UnixNanos now);
  // The same, waiting at most `limit` of real time. False: not all of it is on the disk.
  bool close(UnixNanos now, Nanos limit);

 private:
  struct Item;
  struct State;
  void push(Item item);

  std::size_t max_queued_bytes_;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
