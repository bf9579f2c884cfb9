// Points in time and spans. A point is UnixNanos: nanoseconds since 1970-01-01 UTC, from 1677 to 2262; a span is
// std::chrono::nanoseconds. Which clock a point belongs to (the venue's or ours) is said by the name that holds it:
// ts_event, ts_recv.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

using Nanos = std::chrono::nanoseconds;

struct UnixNanos {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(UnixNanos, UnixNanos) = default;
  friend constexpr UnixNanos operator+(UnixNanos t, Nanos d) { return {t.value + d.count()}; }
  friend constexpr UnixNanos operator-(UnixNanos t, Nanos d) { return {t.value - d.count()}; }
  friend constexpr Nanos operator-(UnixNanos a, UnixNanos b) { return Nanos{a.value - b.value}; }
};

inline constexpr Nanos kMinute = std::chrono::minutes{1};

// Milliseconds since 1970, rounded down.
constexpr std::int64_t to_unix_millis(UnixNanos t) {
  return t.value / 1'000'000 - static_cast<int>(t.value % 1'000'000 < 0);
}
constexpr UnixNanos from_unix_millis(std::int64_t millis) { return {millis * 1'000'000}; }

// The last multiple of `step` (since 1970 UTC) not after t. step > 0.
constexpr UnixNanos floor_to(UnixNanos t, Nanos step) {
  const std::int64_t rest = t.value % step.count();
  return {t.value - rest - (rest < 0 ? step.count() : 0)};
}
// The first multiple of `step` strictly after t.
constexpr UnixNanos next_multiple(UnixNanos t, Nanos step) { return floor_to(t, step) + step; }

// "2024-08-08T23:55:00.000Z": milliseconds, rounded down.
std::string to_iso8601(UnixNanos t);

// ISO 8601 in UTC: "2024-08-08", "2024-08-08T23:55", "…:00", "…:00.123456789", with or without "Z" (a blank for "T" is
// taken).
Result<UnixNanos> parse_iso8601(std::string_view text);

// "250ms", "10s", "5m", "2h", "1d"; also "us", "ns". A whole number and a unit, 0 to 36,500 days; "0" is one.
Result<Nanos> parse_duration(std::string_view text);
// The shortest exact form that parse_duration() reads.
std::string to_string(Nanos duration);

}  // namespace acts
