// The times at which something was done last, for "at most N in any window": counted exactly, as a token bucket would
// let twice as many through in one window after a pause. Pure. `Time`: Nanos or UnixNanos, of one clock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/base/time.hpp"

namespace acts {

template <typename Time>
class RecentTimes {
 public:
  // most 0: no limit. window > 0 (asserted).
  RecentTimes(std::size_t most, Nanos window) : times_(most), window_(window) { ACTS_ASSERT(window > Nanos{0}); }

  // The earliest time at which one more may be done; nothing: any.
  [[nodiscard]] std::optional<Time> next_allowed() const {
    if (times_.empty() || count_ < times_.size()) return std::nullopt;
    return times_[next_] + window_;
  }
  // It was done, even where that was not allowed. `now` must not go back (asserted).
  void add(Time now) {
    if (times_.empty()) return;
    if (count_ > 0) ACTS_ASSERT(now >= times_[(next_ + times_.size() - 1) % times_.size()]);
    times_[next_] = now;
    next_ = (next_ + 1) % times_.size();
    count_ = std::min(count_ + 1, times_.size());
  }
  // In the window that ends then.
  [[nodiscard]] std::size_t used(Time now) const {
    const Time since = now - window_;
    return static_cast<std::size_t>(std::count_if(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(count_),
                                                  [since](Time time) { return time > since; }));
  }

 private:
  std::vector<Time> times_;  // a ring of the last ones; the oldest is at next_
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  Nanos window_;
};

}  // namespace acts
