// How long to wait before the next attempt: exponential, with jitter so that many clients do not come back together.
// Pure: the same seed gives the same waits.
#pragma once

#include <cstdint>

#include "acts/base/split_mix.hpp"
#include "acts/base/time.hpp"

namespace acts {

class Backoff {
 public:
  // 0 < initial <= cap (asserted).
  Backoff(Nanos initial, Nanos cap, std::uint64_t seed);

  // The n-th call since reset() gives a wait between half of and the whole of min(cap, initial x 2^(n-1)). Goes on
  // without end.
  [[nodiscard]] Nanos next();
  void reset() noexcept {
    step_ = initial_;
    attempts_ = 0;
  }
  // Calls of next() since reset().
  [[nodiscard]] std::uint64_t attempts() const noexcept { return attempts_; }

 private:
  Nanos initial_;
  Nanos cap_;
  Nanos step_;
  SplitMix random_;
  std::uint64_t attempts_ = 0;
};

}  // namespace acts
