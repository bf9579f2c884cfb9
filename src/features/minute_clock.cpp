#include "acts/features/minute_clock.hpp"

#include <algorithm>
#include <limits>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

// Recorded times are read from files: at the ends of UnixNanos's range the next boundary does not fit 64 bits.
constexpr UnixNanos kEarliest{std::numeric_limits<std::int64_t>::min() + 2 * MinuteClock::kMostInterval.count()};
constexpr UnixNanos kLatest{std::numeric_limits<std::int64_t>::max() - 2 * MinuteClock::kMostInterval.count()};

}  // namespace

MinuteClock::MinuteClock(Nanos interval) : interval_(interval) {
  ACTS_ASSERT(interval >= kLeastInterval && interval <= kMostInterval);
  ACTS_ASSERT(interval % std::chrono::milliseconds{1} == Nanos{0});
}

DueBoundaries MinuteClock::advance(UnixNanos now) {
  now = std::clamp(now, kEarliest, kLatest);
  if (!next_) {
    next_ = next_multiple(now, interval_);
    return {.interval = interval_};
  }
  if (now < *next_) return {.interval = interval_};
  // Both are divided before they are subtracted: their distance may not fit 64 bits.
  const std::int64_t missed = floor_to(now, interval_).value / interval_.count() - next_->value / interval_.count() + 1;
  const std::int64_t count = std::min(missed, 1 + kMaxCatchUp * kMinute / interval_);
  const UnixNanos first = *next_;
  const UnixNanos last = floor_to(now, interval_);
  next_ = last + interval_;
  return {.first = first,
          .second = last - (count - 2) * interval_,
          .count = count,
          .skipped = missed - count,
          .interval = interval_};
}

}  // namespace acts
