// How a thread ends that may hang in a store or on a disk.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "acts/base/time.hpp"

namespace acts {

// Joins `thread` if it sets `ended`, which `lock`'s mutex guards and `changed` tells of, within `limit` of real time.
// One that hangs longer is left to itself, with what it shares, and ends if it ever comes back.
inline void join_or_leave(std::thread& thread, std::unique_lock<std::mutex> lock, std::condition_variable& changed,
                          const bool& ended, Nanos limit) {
  changed.notify_all();
  const bool joins = changed.wait_for(lock, limit, [&ended] { return ended; });
  lock.unlock();
  joins ? thread.join() : thread.detach();
}

}  // namespace acts
