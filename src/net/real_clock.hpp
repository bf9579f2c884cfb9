// The only place that reads a wall clock. Each object is used by one thread.
#pragma once

#include <chrono>

#include "acts/base/clock.hpp"
#include "acts/base/forward_time.hpp"

namespace acts {

class RealClock final : public Clock {
 public:
  [[nodiscard]] UnixNanos now() override;
  void not_before(UnixNanos earliest) override;
  [[nodiscard]] Nanos real_time_for(Nanos span) override { return time_.real_time_for(span); }
  [[nodiscard]] Nanos ahead_of_wall() override { return time_.ahead(); }

 private:
  ForwardTime time_;
};

// Starts at `start`, that is its wall clock, and runs `factor` times as fast as real (monotonic) time.
class AcceleratedClock final : public Clock {
 public:
  // factor > 0 (asserted).
  AcceleratedClock(UnixNanos start, double factor);

  [[nodiscard]] UnixNanos now() override;
  void not_before(UnixNanos earliest) override;
  // Rounded up, so that a timer never fires before its time on this clock.
  [[nodiscard]] Nanos real_time_for(Nanos span) override;
  [[nodiscard]] Nanos ahead_of_wall() override { return time_.ahead(); }

 private:
  [[nodiscard]] Nanos elapsed() const;  // on this clock

  ForwardTime time_;
  UnixNanos start_;
  double factor_;
  std::chrono::steady_clock::time_point real_start_;
};

}  // namespace acts
