#include "live/seal_thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "live/join_or_leave.hpp"
#include "live/real_time.hpp"
#include "recording/layout.hpp"

namespace acts {
namespace {

// "<shard>-<first_recv_ns>"; a name without a time is no recorder's.
bool is_from(const std::string& name, UnixNanos run_begins) {
  const char* const end = name.data() + name.size();
  std::int64_t first = 0;
  const auto [stop, error] = std::from_chars(name.data() + name.rfind('-') + 1, end, first);
  return error == std::errc{} && stop == end && first >= run_begins.value;
}

}  // namespace

std::string loss_text(std::string_view name, const SealReport& report) {
  return fmt::format("{}: {} lines are kept; {}", name, report.lines, report.lost);
}

struct SealThread::State {
  State(std::string directory, Sealer::MakeOwner make_owner, UnixNanos begins, std::shared_ptr<FileOps> the_ops,
        Nanos the_pause)
      : ops(std::move(the_ops)),
        sealer(std::move(directory), std::move(make_owner), ops ? *ops : real_file_ops()),
        run_begins(begins),
        pause(the_pause) {}

  void run();
  bool work();
  bool wait_for_work(std::unique_lock<std::mutex>& lock);
  void look();
  void note(const std::string& name, const Result<SealReport>& done);

  std::shared_ptr<FileOps> ops;
  Sealer sealer;
  UnixNanos run_begins;
  Nanos pause;
  std::optional<RealTime> look_at;  // again for what lies there: it could not be told
  std::atomic<bool> stopping = false;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> logs;                 // the one being sealed is the first
  std::deque<std::string> failed;               // to be tried again, the one whose turn it is first
  RealTime again;                               // ... and when it is
  std::map<std::string, std::string> failures;  // what is told of them, by name
  Status status;
  std::string look_failure;
  bool ended = false;
};

SealThread::SealThread(std::string directory, Sealer::MakeOwner make_owner, UnixNanos run_begins,
                       std::shared_ptr<FileOps> ops, Nanos pause)
    : state_(std::make_shared<State>(std::move(directory), std::move(make_owner), run_begins, std::move(ops), pause)) {
  // What is open now is no recorder's: it begins after this.
  if (auto waiting = state_->sealer.waiting()) {
    state_->logs.assign(waiting->begin(), waiting->end());
  } else {
    state_->look_failure = waiting.error().message;
    ++state_->status.failures;
    state_->look_at = real_now() + pause;
  }
  thread_ = std::thread([state = state_] { state->run(); });
}

SealThread::~SealThread() {
  state_->stopping = true;
  std::unique_lock lock(state_->mutex);
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void SealThread::add(const std::string& log_path) {
  const std::string_view file = std::string_view(log_path).substr(log_path.rfind('/') + 1);
  std::string name(file.substr(0, file.size() - std::min(file.size(), kLogEnding.size())));
  const std::scoped_lock lock(state_->mutex);
  state_->logs.push_back(std::move(name));
  state_->changed.notify_all();
}

SealThread::Status SealThread::status() const {
  const std::scoped_lock lock(state_->mutex);
  Status status = state_->status;
  status.waiting = state_->logs.size() + state_->failed.size();
  status.failure = state_->failures.empty() ? state_->look_failure : state_->failures.begin()->second;
  return status;
}

bool SealThread::idle() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->logs.empty() && state_->failed.empty() && state_->look_failure.empty();
}

void SealThread::State::run() {
  while (!stopping && work()) {
  }
  const std::scoped_lock lock(mutex);
  ended = true;
  changed.notify_all();
}

// Of logs that the recorder has open, or has closed meanwhile, it is told by itself.
void SealThread::State::look() {
  auto waiting = sealer.waiting();
  const std::scoped_lock lock(mutex);
  if (!waiting) {
    look_failure = waiting.error().message;
    ++status.failures;
    look_at = real_now() + pause;
    return;
  }
  look_at.reset();
  look_failure.clear();
  std::erase_if(*waiting, [this](const std::string& name) { return is_from(name, run_begins); });
  logs.insert(logs.begin(), waiting->begin(), waiting->end());
}

bool SealThread::State::work() {
  if (look_at && real_now() >= *look_at) look();
  std::string name;
  {
    std::unique_lock lock(mutex);
    if (!wait_for_work(lock)) return !stopping;
    name = logs.front();
  }
  note(name, sealer.seal(name, [this] { return stopping.load(); }));
  return !stopping;
}

// False: there is none yet, or no more.
bool SealThread::State::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [this] { return stopping || !logs.empty(); };
  std::optional<RealTime> until = look_at;
  if (!failed.empty()) until = until ? std::min(*until, again) : again;
  if (until) {
    changed.wait_until(lock, *until, has_work);
  } else {
    changed.wait(lock, has_work);
  }
  if (stopping) return false;
  if (logs.empty() && !failed.empty() && real_now() >= again) {
    logs.push_back(std::move(failed.front()));
    failed.pop_front();
  }
  return !logs.empty();
}

void SealThread::State::note(const std::string& name, const Result<SealReport>& done) {
  const std::scoped_lock lock(mutex);
  if (!done) {
    if (done.error().code == ErrorCode::kCancelled) return;
    ++status.failures;
    failures.insert_or_assign(name, done.error().message);
    failed.push_back(std::move(logs.front()));
    logs.pop_front();
    again = real_now() + pause;
    return;
  }
  failures.erase(name);
  logs.pop_front();
  ++status.sealed;
  status.segments += done->segments;
  if (!done->lost.empty()) {
    ++status.cut;
    status.loss = loss_text(name, *done);
  }
}

}  // namespace acts
