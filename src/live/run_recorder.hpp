// Writes a run's raw log and index on a thread of its own, behind a bounded queue. Durable within a second of being
// taken.
//
// full() says when the queue holds kMaxQueuedBytes: the caller then reads its sockets no further until it does not.
// Nothing is dropped here.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "acts/base/clock.hpp"
#include "acts/base/time.hpp"

#include "recording/recording_writer.hpp"

namespace acts {

class RunRecorder {
 public:
  static constexpr std::size_t kMaxQueuedBytes = std::size_t{64} << 20;
  static constexpr Nanos kSyncInterval = std::chrono::seconds{1};

  // `failed` is called on the recorder's thread, with one line, for each failed attempt; the attempt is repeated.
  RunRecorder(RecordingWriterOptions options, std::function<void(const Error&)> failed);
  // close() first; what is queued is gone otherwise.
  ~RunRecorder();
  RunRecorder(const RunRecorder&) = delete;
  RunRecorder& operator=(const RunRecorder&) = delete;

  void line(UnixNanos ts_recv, ConnectionId connection, std::string_view json);
  void note(UnixNanos ts, IndexEvent event);
  [[nodiscard]] bool full() const;
  [[nodiscard]] std::size_t queued_bytes() const;
  // Writes everything and ends the log. Waits at most `limit` of real time; false: not all of it is on the disk.
  bool close(UnixNanos now, Nanos limit);

 private:
  struct Item {
    UnixNanos ts;
    ConnectionId connection = 0;
    std::string json;                 // of a line
    std::optional<IndexEvent> event;  // of an entry
    [[nodiscard]] std::size_t bytes() const { return sizeof(Item) + json.size(); }
  };

  void push(Item item);
  void run();
  bool write(const Item& item);
  void retry_pause();

  std::function<void(const Error&)> failed_;
  RecordingWriter writer_;  // of the thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  UnixNanos last_ts_;
  bool closing_ = false;
  bool abandoned_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace acts
