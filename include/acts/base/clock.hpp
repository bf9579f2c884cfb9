// The port through which the shell learns the time. Pure rooms never hold one: they are handed `now`. A clock
// belongs to one thread.
#pragma once

#include "acts/base/time.hpp"

namespace acts {

class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time, UTC. Never goes back; a step of the wall clock forward is one of this clock too.
  [[nodiscard]] virtual UnixNanos now() = 0;
  // How long a timer must really wait for `span` to pass on this clock (an accelerated clock needs less).
  [[nodiscard]] virtual Nanos real_time_for(Nanos span) = 0;
  // What was done at `earliest` lies behind: no time before it is given any more.
  virtual void not_before(UnixNanos earliest) = 0;
  // By how much it is ahead of a wall clock that stepped back; it goes more slowly until that has caught up.
  [[nodiscard]] virtual Nanos ahead_of_wall() { return Nanos{0}; }
};

}  // namespace acts
