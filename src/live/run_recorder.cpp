#include "live/run_recorder.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "live/join_or_leave.hpp"
#include "live/real_time.hpp"

namespace acts {

struct RunRecorder::Item {
  UnixNanos ts;
  ConnectionId connection = 0;
  LineUse use = LineUse::kTaken;
  std::string json;                 // of a line
  std::optional<IndexEvent> event;  // of an entry
  [[nodiscard]] std::size_t bytes() const { return sizeof(Item) + json.size(); }
};

struct RunRecorder::State {
  State(RecordingWriterOptions options, std::shared_ptr<FileOps> the_ops,
        std::function<void(const std::string&)> on_closed)
      : ops(std::move(the_ops)), writer(std::move(options), ops ? *ops : real_file_ops(), std::move(on_closed)) {}

  void run();
  bool work();
  bool write_batch(const std::deque<Item>& batch);
  bool bring_to_disk(bool at_end, UnixNanos now);
  void note_progress();
  bool write(const Item& item);
  void on_failure(const Error& error);
  bool pause();
  [[nodiscard]] bool sync_is_due() const {
    // At a sign of life, which comes once a second of the run: a clock that goes faster asks for no more syncs.
    return !last_sync || real_now() - *last_sync >= (alive_told ? kSyncInterval / 2 : kSyncInterval);
  }

  // Of the thread.
  std::shared_ptr<FileOps> ops;
  RollingWriter writer;
  std::optional<RealTime> last_sync;
  bool unsynced = false;
  bool alive_told = false;  // since the last sync
  std::uint64_t taken = 0;
  std::uint64_t marked = 0;  // of them, by a mark that the next sync brings to the disk

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> queue;
  std::size_t queued_bytes = 0;
  std::uint64_t told = 0;
  std::uint64_t durable = 0;
  UnixNanos last_ts;
  std::uint64_t failures = 0;
  std::uint64_t refused = 0;
  std::string failure;
  std::string refusal;
  std::optional<RealTime> progress_at;  // while something waits: when something was done last
  bool closing = false;
  bool abandoned = false;
  bool closed = false;
  bool ended = false;
};

RunRecorder::RunRecorder(RecordingWriterOptions options, RecordingMedium medium,
                         std::function<void(const std::string&)> on_closed)
    : max_queued_bytes_(medium.max_queued_bytes),
      state_(std::make_shared<State>(std::move(options), std::move(medium.ops), std::move(on_closed))),
      thread_([state = state_] { state->run(); }) {}

RunRecorder::~RunRecorder() {
  std::unique_lock lock(state_->mutex);
  state_->abandoned = true;
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void RunRecorder::line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) {
  push({ts_recv, connection, use, std::string(json), std::nullopt});
}

void RunRecorder::note(UnixNanos ts, IndexEvent event) { push({ts, 0, LineUse::kTaken, {}, std::move(event)}); }

void RunRecorder::push(Item item) {
  const std::scoped_lock lock(state_->mutex);
  state_->queued_bytes += item.bytes();
  ++state_->told;
  const bool was_empty = state_->queue.empty();
  state_->queue.push_back(std::move(item));
  if (!was_empty) return;
  if (!state_->progress_at) state_->progress_at = real_now();
  state_->changed.notify_all();
}

std::size_t RunRecorder::queued_bytes() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->queued_bytes;
}

RunRecorder::Status RunRecorder::status() const {
  const std::scoped_lock lock(state_->mutex);
  Status status{.queued_bytes = state_->queued_bytes,
                .failures = state_->failures,
                .refused = state_->refused,
                .failure = state_->failure,
                .refusal = state_->refusal,
                .closed = state_->closed};
  if (state_->progress_at) status.stuck_for = real_now() - *state_->progress_at;
  return status;
}

RecordingProgress RunRecorder::progress() const {
  const std::scoped_lock lock(state_->mutex);
  RecordingProgress progress{.told = state_->told, .durable = state_->durable};
  if (state_->progress_at) progress.stuck_for = real_now() - *state_->progress_at;
  return progress;
}

void RunRecorder::begin_close(UnixNanos now) {
  const std::scoped_lock lock(state_->mutex);
  state_->closing = true;
  state_->last_ts = std::max(state_->last_ts, now);
  if (!state_->closed && !state_->progress_at) state_->progress_at = real_now();
  state_->changed.notify_all();
}

bool RunRecorder::close(UnixNanos now, Nanos limit) {
  begin_close(now);
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [this] { return state_->closed; });
}

void RunRecorder::State::run() {
  while (work()) {
  }
  const std::scoped_lock lock(mutex);
  ended = true;
  changed.notify_all();
}

// What waits now. False: there is nothing more to do.
bool RunRecorder::State::work() {
  std::deque<Item> batch;
  {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kSyncInterval, [this] { return closing || abandoned || !queue.empty(); });
    if (abandoned) return false;
    batch.swap(queue);
  }
  if (!write_batch(batch)) return false;
  taken += batch.size();
  unsynced |= !batch.empty();
  UnixNanos now;
  bool at_end = false;
  {
    const std::scoped_lock lock(mutex);
    for (const Item& item : batch) queued_bytes -= item.bytes();
    if (!batch.empty()) last_ts = std::max(last_ts, batch.back().ts);
    now = last_ts;
    at_end = closing && queue.empty();
    if (!unsynced && !at_end && queue.empty()) progress_at.reset();
  }
  if (at_end || (unsynced && sync_is_due())) return bring_to_disk(at_end, now);
  return true;
}

// False: the run was abandoned before all of it could be written.
bool RunRecorder::State::write_batch(const std::deque<Item>& batch) {
  constexpr std::size_t kItemsAtATime = 256;  // little enough to take less than a second on a slow disk
  std::size_t done = 0;
  for (const Item& item : batch) {
    while (!write(item)) {
      if (!pause()) return false;
    }
    if (++done % kItemsAtATime == 0) note_progress();
  }
  return true;
}

void RunRecorder::State::note_progress() {
  const std::scoped_lock lock(mutex);
  // What was taken since a failure is in memory only.
  if (failure.empty()) progress_at = real_now();
}

bool RunRecorder::State::write(const Item& item) {
  const Result<void> written =
      item.event ? writer.note(item.ts, *item.event) : writer.append(item.ts, item.connection, item.json, item.use);
  if (written) {
    alive_told |= item.event && std::holds_alternative<index::Alive>(*item.event);
    return true;
  }
  if (written.error().code != ErrorCode::kBadInput) {
    on_failure(written.error());
    return false;
  }
  // What can never be written would hold up everything behind it.
  const std::scoped_lock lock(mutex);
  ++refused;
  refusal = written.error().message;
  return true;
}

bool RunRecorder::State::bring_to_disk(bool at_end, UnixNanos now) {
  const Result<void> done = at_end ? writer.close(now) : writer.sync(now);
  last_sync = real_now();
  alive_told = false;
  unsynced = !done;
  if (!done) {
    on_failure(done.error());
    return pause();
  }
  const std::scoped_lock lock(mutex);
  durable = at_end ? taken : std::exchange(marked, taken);
  failure.clear();
  progress_at.reset();
  if (!queue.empty()) progress_at = real_now();
  closed = at_end;
  if (closed) changed.notify_all();
  return !closed;
}

void RunRecorder::State::on_failure(const Error& error) {
  const std::scoped_lock lock(mutex);
  ++failures;
  failure = error.message;
}

// Before the next attempt. False: there will be none.
bool RunRecorder::State::pause() {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, kSyncInterval, [this] { return abandoned; });
  return !abandoned;
}

}  // namespace acts
