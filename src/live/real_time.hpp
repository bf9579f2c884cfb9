// The monotonic clock of the shell's threads: for how long something has lasted. Any thread.
#pragma once

#include <chrono>
#include <optional>

#include "acts/base/time.hpp"

namespace acts {

using RealTime = std::chrono::steady_clock::time_point;

inline RealTime real_now() { return std::chrono::steady_clock::now(); }
// Since the clock's own beginning.
inline Nanos real_nanos() { return real_now().time_since_epoch(); }

inline std::optional<Nanos> age_of(const std::optional<RealTime>& since) {
  return since ? std::optional<Nanos>(real_now() - *since) : std::nullopt;
}

}  // namespace acts
