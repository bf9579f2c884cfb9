// The port through which the shell learns the time. Pure rooms never hold one: they are handed `now`.
#pragma once

#include "acts/base/time.hpp"

namespace acts {

class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time, UTC. May step either way; whoever needs order clamps it.
  [[nodiscard]] virtual UnixNanos now() = 0;
  // How long a timer must really wait for `span` to pass on this clock (an accelerated clock needs less).
  [[nodiscard]] virtual Nanos real_time_for(Nanos span) = 0;
};

}  // namespace acts
