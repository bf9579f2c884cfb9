// How long something is under way.
#pragma once

#include <chrono>
#include <compare>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::sim {

// A span of time that cannot be negative.
class Latency {
 public:
  constexpr Latency() = default;
  // Errors: kUsage: negative, or longer than kMost.
  static Result<Latency> of(Nanos span);
  [[nodiscard]] constexpr Nanos span() const { return span_; }
  friend constexpr auto operator<=>(Latency, Latency) = default;

  static constexpr Nanos kMost = std::chrono::hours{1};

 private:
  explicit constexpr Latency(Nanos span) : span_(span) {}
  Nanos span_{0};
};

}  // namespace acts::sim
