#include "live/run_recorder.hpp"

#include <algorithm>
#include <utility>

namespace acts {

RunRecorder::RunRecorder(RecordingWriterOptions options, std::function<void(const Error&)> failed)
    : failed_(std::move(failed)), writer_(std::move(options)), thread_([this] { run(); }) {}

RunRecorder::~RunRecorder() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = abandoned_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RunRecorder::line(UnixNanos ts_recv, ConnectionId connection, std::string_view json) {
  push({ts_recv, connection, std::string(json), std::nullopt});
}

void RunRecorder::note(UnixNanos ts, IndexEvent event) { push({ts, 0, {}, std::move(event)}); }

void RunRecorder::push(Item item) {
  const std::scoped_lock lock(mutex_);
  queued_bytes_ += item.bytes();
  const bool was_empty = queue_.empty();
  queue_.push_back(std::move(item));
  if (was_empty) changed_.notify_all();
}

bool RunRecorder::full() const { return queued_bytes() >= kMaxQueuedBytes; }

std::size_t RunRecorder::queued_bytes() const {
  const std::scoped_lock lock(mutex_);
  return queued_bytes_;
}

bool RunRecorder::close(UnixNanos now, Nanos limit) {
  std::unique_lock lock(mutex_);
  closing_ = true;
  last_ts_ = now;
  changed_.notify_all();
  return changed_.wait_for(lock, limit, [this] { return closed_; });
}

bool RunRecorder::write(const Item& item) {
  const Result<void> written =
      item.event ? writer_.note(item.ts, *item.event) : writer_.append(item.ts, item.connection, item.json);
  if (written) return true;
  failed_(written.error());
  // What can never be written (an empty message, a text that is too long) would hold up everything behind it; it has
  // been said.
  return written.error().code == ErrorCode::kBadInput;
}

void RunRecorder::retry_pause() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kSyncInterval, [this] { return abandoned_; });
}

void RunRecorder::run() {
  std::optional<std::chrono::steady_clock::time_point> last_sync;
  bool unsynced = false;
  while (true) {
    std::deque<Item> batch;
    bool closing = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kSyncInterval, [this] { return closing_ || !queue_.empty(); });
      if (abandoned_) return;
      batch.swap(queue_);
      closing = closing_;
    }
    std::size_t bytes = 0;
    for (const Item& item : batch) {
      while (!write(item)) {
        retry_pause();
        const std::scoped_lock lock(mutex_);
        if (abandoned_) return;
      }
      bytes += item.bytes();
    }
    unsynced |= !batch.empty();
    UnixNanos now;
    {
      const std::scoped_lock lock(mutex_);
      queued_bytes_ -= bytes;
      if (!batch.empty()) last_ts_ = std::max(last_ts_, batch.back().ts);
      now = last_ts_;
      closing = closing && queue_.empty();
    }
    const auto real_now = std::chrono::steady_clock::now();
    if (closing || (unsynced && (!last_sync || real_now - *last_sync >= kSyncInterval))) {
      const Result<void> done = closing ? writer_.close(now) : writer_.sync(now);
      last_sync = real_now;
      unsynced = !done;
      if (!done) {
        failed_(done.error());
        retry_pause();
      } else if (closing) {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        changed_.notify_all();
        return;
      }
    }
  }
}

}  // namespace acts
