// Spans of time in the catalog's unit, microseconds.
#pragma once

#include <cstdint>

namespace acts::history {

inline constexpr std::int64_t kSecondMicros = 1'000'000;
inline constexpr std::int64_t kMinuteMicros = 60 * kSecondMicros;
inline constexpr std::int64_t kHourMicros = 60 * kMinuteMicros;
inline constexpr std::int64_t kDayMicros = 24 * kHourMicros;

}  // namespace acts::history
