#include "acts/features/minute_clock.hpp"

#include <algorithm>
#include <limits>

namespace acts {
namespace {

// Recorded times are read from files: at the ends of UnixNanos's range the next boundary does not fit 64 bits.
constexpr UnixNanos kEarliest{std::numeric_limits<std::int64_t>::min() + 2 * kMinute.count()};
constexpr UnixNanos kLatest{std::numeric_limits<std::int64_t>::max() - 2 * kMinute.count()};

}  // namespace

DueBoundaries MinuteClock::advance(UnixNanos now) {
  now = std::clamp(now, kEarliest, kLatest);
  if (!next_) {
    next_ = next_multiple(now, kMinute);
    return {};
  }
  if (now < *next_) return {};
  // Both are divided before they are subtracted: their distance may not fit 64 bits.
  const std::int64_t missed = floor_to(now, kMinute).value / kMinute.count() - next_->value / kMinute.count() + 1;
  const std::int64_t count = std::min(missed, 1 + kMaxCatchUp);
  const UnixNanos first = *next_;
  const UnixNanos last = floor_to(now, kMinute);
  next_ = last + kMinute;
  return {.first = first, .second = last - (count - 2) * kMinute, .count = count, .skipped = missed - count};
}

}  // namespace acts
