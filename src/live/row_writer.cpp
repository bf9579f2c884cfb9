#include "live/row_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "live/join_or_leave.hpp"
#include "live/real_time.hpp"

namespace acts {

struct RowWriter::State {
  State(std::unique_ptr<FeatureStore> the_store, RowWriterOptions the_options)
      : options(the_options),
        store(std::move(the_store)),
        earlier(options.batch),
        pending(options.max_pending),
        batch_limit(options.batch),
        retry(options.retry_first) {}

  void run();
  PendingRows* next_rows(std::unique_lock<std::mutex>& lock);
  void attempt(PendingRows& rows, std::unique_lock<std::mutex>& lock);
  void on_stored(PendingRows& rows);
  void on_refused(PendingRows& rows, std::vector<MinuteRow> batch, const Error& error,
                  std::unique_lock<std::mutex>& lock);
  void on_failed(PendingRows& rows, std::vector<MinuteRow> batch, const Error& error,
                 std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::size_t waiting() const {
    return earlier.waiting() + earlier.taken() + pending.waiting() + pending.taken();
  }

  RowWriterOptions options;
  std::unique_ptr<FeatureStore> store;  // of the thread
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<RowSource> sources;
  PendingRows earlier;  // of the first of them
  PendingRows pending;
  std::size_t batch_limit;  // smaller while a row is looked for that the store refuses
  Nanos retry;
  std::uint64_t failures = 0;
  std::string failure;
  std::string refusal;
  std::optional<RealTime> attempt_since;
  std::optional<RealTime> waiting_since;
  std::optional<RealTime> behind_since;
  std::optional<RealTime> lost_at;
  std::optional<RealTime> refused_at;
  bool stopping = false;
  bool ended = false;
};

RowWriter::RowWriter(std::unique_ptr<FeatureStore> store, RowWriterOptions options)
    : state_(std::make_shared<State>(std::move(store), options)), thread_([state = state_] { state->run(); }) {}

RowWriter::~RowWriter() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void RowWriter::push(MinuteRow row) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->waiting_since) state_->waiting_since = real_now();
    if (!state_->behind_since) state_->behind_since = real_now();
    if (state_->pending.push(std::move(row))) state_->lost_at = real_now();
  }
  state_->changed.notify_all();
}

void RowWriter::store_first(RowSource source) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->behind_since) state_->behind_since = real_now();
    state_->sources.push_back(std::move(source));
  }
  state_->changed.notify_all();
}

bool RowWriter::drain(Nanos limit) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [this] { return state_->waiting() == 0 && state_->sources.empty(); });
}

RowWriter::Status RowWriter::status() const {
  const std::scoped_lock lock(state_->mutex);
  const State& s = *state_;
  return {.queued = s.earlier.queued_total() + s.pending.queued_total(),
          .stored = s.earlier.stored_total() + s.pending.stored_total(),
          .lost = s.pending.lost_total(),
          .refused = s.earlier.refused_total() + s.pending.refused_total(),
          .failures = s.failures,
          .waiting = s.waiting(),
          .failure = s.failure,
          .refusal = s.refusal,
          .attempt_age = age_of(s.attempt_since),
          .waiting_age = age_of(s.waiting_since),
          .behind_for = age_of(s.behind_since),
          .lost_age = age_of(s.lost_at),
          .refused_age = age_of(s.refused_at)};
}

void RowWriter::State::run() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (PendingRows* const rows = next_rows(lock)) {
      attempt(*rows, lock);
    } else {
      behind_since.reset();
      changed.wait(lock, [this] { return stopping || pending.waiting() > 0 || !sources.empty(); });
    }
  }
  ended = true;
  changed.notify_all();
}

// nullptr: nothing waits.
PendingRows* RowWriter::State::next_rows(std::unique_lock<std::mutex>& lock) {
  while (!sources.empty() && earlier.waiting() == 0) {
    const RowSource& source = sources.front();  // others are only added behind it
    lock.unlock();
    std::vector<MinuteRow> more = source(options.batch);
    lock.lock();
    if (more.empty()) {
      sources.pop_front();
      changed.notify_all();
    } else if (!waiting_since) {
      waiting_since = real_now();
    }
    for (MinuteRow& row : more) earlier.push(std::move(row));
  }
  if (earlier.waiting() > 0) return &earlier;
  return pending.waiting() > 0 ? &pending : nullptr;
}

void RowWriter::State::attempt(PendingRows& rows, std::unique_lock<std::mutex>& lock) {
  std::vector<MinuteRow> batch = rows.take_batch(batch_limit);
  attempt_since = real_now();
  lock.unlock();
  const Result<void> stored = store->upsert(batch);
  lock.lock();
  attempt_since.reset();
  if (stored) {
    on_stored(rows);
  } else if (stored.error().code == ErrorCode::kBadInput) {
    on_refused(rows, std::move(batch), stored.error(), lock);
  } else {
    on_failed(rows, std::move(batch), stored.error(), lock);
  }
}

void RowWriter::State::on_stored(PendingRows& rows) {
  rows.stored();
  failure.clear();
  retry = options.retry_first;
  batch_limit = std::min(batch_limit * 2, options.batch);
  waiting_since.reset();
  if (waiting() > 0) waiting_since = real_now();
  changed.notify_all();
}

// One row of the batch will never be stored: halves tell which, in as many steps as its size has binary digits. It is
// tried again while the disk does not take it where refused rows lie: who counts it as set aside looks for it there.
void RowWriter::State::on_refused(PendingRows& rows, std::vector<MinuteRow> batch, const Error& error,
                                  std::unique_lock<std::mutex>& lock) {
  if (batch.size() > 1) {
    batch_limit = (batch.size() + 1) / 2;
    rows.give_back(std::move(batch));
    return;
  }
  const MinuteRow& row = batch.front();
  attempt_since = real_now();
  lock.unlock();
  const Result<void> kept = store->set_aside(row, error.message);
  lock.lock();
  attempt_since.reset();
  if (!kept && kept.error().code == ErrorCode::kStorage) return on_failed(rows, std::move(batch), kept.error(), lock);
  refusal = fmt::format("{} {} {}: {}", row.venue(), row.symbol(), to_iso8601(row.sample_time()), error.message);
  if (kept) {
    failure.clear();
  } else {
    refusal += fmt::format("; nor could it be set aside: {}", kept.error().message);
  }
  rows.refused();
  refused_at = real_now();
  if (waiting() == 0) waiting_since.reset();
  changed.notify_all();
}

void RowWriter::State::on_failed(PendingRows& rows, std::vector<MinuteRow> batch, const Error& error,
                                 std::unique_lock<std::mutex>& lock) {
  ++failures;
  failure = error.message;
  rows.give_back(std::move(batch));
  changed.wait_for(lock, retry, [this] { return stopping; });
  retry = std::min(retry * 2, options.retry_cap);
}

}  // namespace acts
