// Spans of time in the catalog's unit, microseconds. Pure.
#pragma once

#include <cstdint>

namespace acts::history {

inline constexpr std::int64_t kSecondMicros = 1'000'000;
inline constexpr std::int64_t kMinuteMicros = 60 * kSecondMicros;
inline constexpr std::int64_t kHourMicros = 60 * kMinuteMicros;
inline constexpr std::int64_t kDayMicros = 24 * kHourMicros;

// Whether a candle of that interval may begin then, microseconds since 1970 UTC: at a whole multiple of it. Of one
// longer than a day, or of no fixed length (0), the venue says when: always.
constexpr bool is_on_grid(std::int64_t open_time, std::int64_t interval) {
  return interval <= 0 || interval > kDayMicros || open_time % interval == 0;
}

}  // namespace acts::history
