#include "acts/base/forward_time.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {

UnixNanos ForwardTime::at(UnixNanos wall, Nanos monotonic) {
  UnixNanos now = wall;
  if (last_) {
    ACTS_ASSERT(monotonic >= last_->monotonic);
    const Nanos passed = monotonic - last_->monotonic;
    now = std::max(wall, last_->given + passed / kSlowdown);
  }
  ahead_ = now - wall;
  // Calls that follow each other within a nanosecond or two would halve what passed to nothing, for ever.
  if (!last_ || now != last_->given) last_ = {now, monotonic};
  return now;
}

void ForwardTime::not_before(UnixNanos earliest, Nanos monotonic) {
  ACTS_ASSERT(!last_ || monotonic >= last_->monotonic);
  if (last_ && last_->given >= earliest) return;
  if (last_) ahead_ += earliest - last_->given;
  last_ = {earliest, monotonic};
}

Nanos ForwardTime::real_time_for(Nanos span) const {
  if (ahead_ <= Nanos{0} || span <= Nanos{0}) return span;
  // At half speed the clock gains `ahead_` until the wall clock has caught up; the rest passes at full speed.
  static_assert(kSlowdown == 2);
  return span + std::min(span, ahead_);
}

}  // namespace acts
