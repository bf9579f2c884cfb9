// Ends what DuckDB runs once it is not wanted any more: of a query in pieces of work only the way to its first rows can
// be asked between, the rest blocks until the next rows are there.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "history/engine/duck.hpp"

namespace acts::history {

// A thread of its own from construction to destruction, which waits for its end (kWatchPause at most).
class InterruptWatch {
 public:
  // `is_cancelled` is asked from that thread, every kWatchPause; once it is true, `duck` is interrupted as often, for
  // what begins meanwhile clears an interrupt. Both are kept, and outlive this.
  InterruptWatch(Duck& duck, const std::function<bool()>& is_cancelled);

 private:
  void watch(const std::stop_token& stop);

  Duck* duck_;
  const std::function<bool()>* is_cancelled_;
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread thread_;  // the last: it uses the others
};

}  // namespace acts::history
