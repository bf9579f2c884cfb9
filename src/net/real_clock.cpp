#include "net/real_clock.hpp"

#include <cmath>

#include "acts/base/assert.hpp"

namespace acts {

UnixNanos RealClock::now() {
  const auto wall = std::chrono::duration_cast<Nanos>(std::chrono::system_clock::now().time_since_epoch());
  return time_.at({wall.count()}, std::chrono::steady_clock::now().time_since_epoch());
}

AcceleratedClock::AcceleratedClock(UnixNanos start, double factor)
    : start_(start), factor_(factor), real_start_(std::chrono::steady_clock::now()) {
  ACTS_ASSERT(factor > 0 && std::isfinite(factor));
}

UnixNanos AcceleratedClock::now() {
  const Nanos elapsed = std::chrono::steady_clock::now() - real_start_;
  return start_ + Nanos{std::llround(static_cast<double>(elapsed.count()) * factor_)};
}

Nanos AcceleratedClock::real_time_for(Nanos span) {
  return Nanos{static_cast<std::int64_t>(std::ceil(static_cast<double>(span.count()) / factor_))};
}

}  // namespace acts
