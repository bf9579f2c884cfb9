#include "live/row_writer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace acts {

RowWriter::RowWriter(std::unique_ptr<FeatureStore> store, std::function<void(const Error&)> failed,
                     RowWriterOptions options)
    : options_(options),
      store_(std::move(store)),
      failed_(std::move(failed)),
      pending_(options.max_pending),
      thread_([this] { run(); }) {}

RowWriter::~RowWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RowWriter::push(MinuteRow row) {
  {
    const std::scoped_lock lock(mutex_);
    pending_.push(std::move(row));
  }
  changed_.notify_all();
}

bool RowWriter::drain(Nanos limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] { return pending_.waiting() + pending_.taken() == 0; });
}

RowWriter::Counters RowWriter::counters() const {
  const std::scoped_lock lock(mutex_);
  return {pending_.queued_total(), pending_.stored_total(), pending_.lost_total(), failures_,
          pending_.waiting() + pending_.taken()};
}

void RowWriter::run() {
  Nanos retry = options_.retry_first;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || pending_.waiting() > 0; });
    if (stopping_) return;
    std::vector<MinuteRow> batch = pending_.take_batch(options_.batch);
    lock.unlock();
    const Result<void> stored = store_->upsert(batch);
    if (!stored) failed_(stored.error());
    lock.lock();
    if (stored) {
      pending_.stored();
      retry = options_.retry_first;
      changed_.notify_all();
      continue;
    }
    ++failures_;
    pending_.give_back(std::move(batch));
    changed_.wait_for(lock, retry, [this] { return stopping_; });
    retry = std::min(retry * 2, options_.retry_cap);
  }
}

}  // namespace acts
