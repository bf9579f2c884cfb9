#include "net/real_clock.hpp"

#include <cmath>

#include "acts/base/assert.hpp"

namespace acts {

UnixNanos RealClock::now() {
  const auto wall = std::chrono::duration_cast<Nanos>(std::chrono::system_clock::now().time_since_epoch());
  return time_.at({wall.count()}, std::chrono::steady_clock::now().time_since_epoch());
}

void RealClock::not_before(UnixNanos earliest) {
  time_.not_before(earliest, std::chrono::steady_clock::now().time_since_epoch());
}

AcceleratedClock::AcceleratedClock(UnixNanos start, double factor)
    : start_(start), factor_(factor), real_start_(std::chrono::steady_clock::now()) {
  ACTS_ASSERT(factor > 0 && std::isfinite(factor));
}

Nanos AcceleratedClock::elapsed() const {
  const Nanos real = std::chrono::steady_clock::now() - real_start_;
  return Nanos{std::llround(static_cast<double>(real.count()) * factor_)};
}

UnixNanos AcceleratedClock::now() {
  const Nanos passed = elapsed();
  return time_.at(start_ + passed, passed);
}

void AcceleratedClock::not_before(UnixNanos earliest) { time_.not_before(earliest, elapsed()); }

Nanos AcceleratedClock::real_time_for(Nanos span) {
  return Nanos{static_cast<std::int64_t>(std::ceil(static_cast<double>(time_.real_time_for(span).count()) / factor_))};
}

}  // namespace acts
