#include "live/seal_thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "live/join_or_leave.hpp"
#include "recording/layout.hpp"

namespace acts {

std::string loss_text(std::string_view name, const SealReport& report) {
  return fmt::format("{}: {} lines are kept; {}{}", name, report.lines, report.lost,
                     report.damaged ? "; the disk has damaged it: it is kept in _damaged/" : "");
}

struct SealThread::State {
  State(std::string directory, Sealer::MakeOwner make_owner, std::shared_ptr<FileOps> the_ops)
      : ops(std::move(the_ops)), sealer(std::move(directory), std::move(make_owner), ops ? *ops : real_file_ops()) {}

  void run();
  bool work();
  void note(const std::string& name, const Result<SealReport>& done);

  std::shared_ptr<FileOps> ops;
  Sealer sealer;
  std::atomic<bool> stopping = false;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> logs;  // the one being sealed is the first
  Status status;
  bool ended = false;
};

SealThread::SealThread(std::string directory, Sealer::MakeOwner make_owner, std::shared_ptr<FileOps> ops)
    : state_(std::make_shared<State>(std::move(directory), std::move(make_owner), std::move(ops))) {
  // What is open now is no recorder's: it begins after this.
  if (auto waiting = state_->sealer.waiting()) {
    state_->logs.assign(waiting->begin(), waiting->end());
  } else {
    state_->status.failure = waiting.error().message;
    ++state_->status.failures;
  }
  thread_ = std::thread([state = state_] { state->run(); });
}

SealThread::~SealThread() {
  state_->stopping = true;
  std::unique_lock lock(state_->mutex);
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void SealThread::add(const std::string& log_path) {
  std::string name = log_path.substr(log_path.rfind('/') + 1);
  name.resize(name.size() - std::min(name.size(), kLogEnding.size()));
  const std::scoped_lock lock(state_->mutex);
  state_->logs.push_back(std::move(name));
  state_->changed.notify_all();
}

SealThread::Status SealThread::status() const {
  const std::scoped_lock lock(state_->mutex);
  Status status = state_->status;
  status.waiting = state_->logs.size();
  return status;
}

bool SealThread::idle() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->logs.empty();
}

void SealThread::State::run() {
  while (!stopping && work()) {
  }
  const std::scoped_lock lock(mutex);
  ended = true;
  changed.notify_all();
}

bool SealThread::State::work() {
  std::string name;
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return stopping || !logs.empty(); });
    if (stopping) return false;
    name = logs.front();
  }
  const Result<SealReport> done = sealer.seal(name, [this] { return stopping.load(); });
  note(name, done);
  if (done || stopping) return !stopping;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, kPause, [this] { return stopping.load(); });
  return true;
}

void SealThread::State::note(const std::string& name, const Result<SealReport>& done) {
  const std::scoped_lock lock(mutex);
  if (!done) {
    if (done.error().code == ErrorCode::kCancelled) return;
    ++status.failures;
    status.failure = done.error().message;
    return;
  }
  status.failure.clear();
  logs.pop_front();
  ++status.sealed;
  status.segments += done->segments;
  if (!done->lost.empty()) {
    ++status.cut;
    status.loss = loss_text(name, *done);
  }
}

}  // namespace acts
