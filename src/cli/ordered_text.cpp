#include "cli/ordered_text.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace acts::cli {
namespace {

// What one job has written and nobody has taken yet.
class Channel {
 public:
  bool put(std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_closed_ || bytes_ < kMostTextAhead; });
    if (is_closed_) return false;
    bytes_ += text.size();
    pieces_.push_back(std::exchange(text, {}));
    changed_.notify_all();
    return true;
  }
  void end(Result<void> outcome) {
    const std::scoped_lock lock(mutex_);
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }
  // Nobody wants more.
  void close() {
    const std::scoped_lock lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }
  // Nothing: there is no more, and outcome() tells how it ended.
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !pieces_.empty() || outcome_; });
    if (pieces_.empty()) return std::nullopt;
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    bytes_ -= piece.size();
    changed_.notify_all();
    return piece;
  }
  [[nodiscard]] const Result<void>& outcome() const { return *outcome_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> pieces_;
  std::size_t bytes_ = 0;
  bool is_closed_ = false;
  std::optional<Result<void>> outcome_;
};

// Which job a thread takes next; none after stop().
class Turns {
 public:
  explicit Turns(std::size_t count) : count_(count) {}
  std::optional<std::size_t> take() {
    const std::scoped_lock lock(mutex_);
    return next_ < count_ ? std::optional(next_++) : std::nullopt;
  }
  void stop() {
    const std::scoped_lock lock(mutex_);
    count_ = next_;
  }

 private:
  std::mutex mutex_;
  std::size_t count_;
  std::size_t next_ = 0;
};

// All of one job. False: no more of any is wanted.
Result<bool> put_out(const TextJobs& jobs, std::size_t job, Channel& channel) {
  while (const std::optional<std::string> piece = channel.next()) {
    if (!jobs.take(*piece)) return false;
  }
  if (!channel.outcome()) return std::unexpected(channel.outcome().error());
  jobs.done(job);
  return true;
}

}  // namespace

Result<void> write_in_order(const TextJobs& jobs, std::size_t threads) {
  std::vector<Channel> channels(jobs.count);
  Turns turns(jobs.count);
  std::vector<std::jthread> workers(std::min(std::max<std::size_t>(threads, 1), jobs.count));
  for (std::jthread& worker : workers) {
    worker = std::jthread([&] {
      while (const std::optional<std::size_t> job = turns.take()) {
        Channel& channel = channels[*job];
        channel.end(jobs.write(*job, [&channel](std::string& text) { return channel.put(text); }));
      }
    });
  }
  Result<bool> goes_on = true;
  for (std::size_t job = 0; job < jobs.count && goes_on && *goes_on; ++job) {
    goes_on = put_out(jobs, job, channels[job]);
  }
  turns.stop();
  for (Channel& channel : channels) channel.close();
  if (!goes_on) return std::unexpected(goes_on.error());
  return {};
}

}  // namespace acts::cli
