#include "live/log_thread.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "live/join_or_leave.hpp"

namespace acts {

struct LogThread::State {
  explicit State(std::unique_ptr<LogWriter> the_writer) : writer(std::move(the_writer)) {}

  void run();
  void write_next(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool has_work() const { return shown || !waiting.empty() || unsaid > 0; }
  [[nodiscard]] bool is_full(const LogLine& line) const {
    return waiting.size() >= kMaxLines || (!waiting.empty() && bytes + line.text.size() > kMaxBytes);
  }

  std::unique_ptr<LogWriter> writer;  // the thread's

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<LogLine> waiting;
  std::size_t bytes = 0;  // of them
  // Before the line of that number of those pushed and not left out; earlier if it was drawn late.
  std::optional<std::string> shown;
  std::uint64_t shown_before = 0;
  std::uint64_t pushed = 0;
  std::uint64_t taken = 0;
  std::uint64_t lost = 0;
  std::uint64_t unsaid = 0;  // of those lost
  bool writing = false;
  bool stopping = false;
  bool ended = false;
};

LogThread::LogThread(std::unique_ptr<LogWriter> writer)
    : state_(std::make_shared<State>(std::move(writer))), thread_([state = state_] { state->run(); }) {}

LogThread::~LogThread() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void LogThread::push(LogLine line) {
  State& s = *state_;
  const std::scoped_lock lock(s.mutex);
  if (s.unsaid > 0 || s.is_full(line)) {
    ++s.lost;
    ++s.unsaid;
    return;
  }
  s.bytes += line.text.size();
  s.waiting.push_back(std::move(line));
  ++s.pushed;
  s.changed.notify_all();
}

void LogThread::show(std::string lines) {
  State& s = *state_;
  const std::scoped_lock lock(s.mutex);
  if (!s.shown) s.shown_before = s.pushed;
  s.shown = std::move(lines);
  s.changed.notify_all();
}

bool LogThread::flush(Nanos limit) {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  return s.changed.wait_for(lock, limit, [&s] { return !s.has_work() && !s.writing; });
}

std::uint64_t LogThread::lost() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->lost;
}

void LogThread::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || has_work(); });
    if (!has_work()) break;
    writing = true;
    write_next(lock);
    writing = false;
    changed.notify_all();
  }
  ended = true;
  changed.notify_all();
}

void LogThread::State::write_next(std::unique_lock<std::mutex>& lock) {
  if (shown && taken >= shown_before) {
    const std::string lines = *std::exchange(shown, std::nullopt);
    lock.unlock();
    writer->show(lines);
  } else if (!waiting.empty()) {
    const LogLine line = std::move(waiting.front());
    waiting.pop_front();
    bytes -= line.text.size();
    ++taken;
    lock.unlock();
    writer->write(line);
  } else {
    const std::uint64_t lines = std::exchange(unsaid, 0);
    lock.unlock();
    writer->say_left_out(lines);
  }
  lock.lock();
}

}  // namespace acts
