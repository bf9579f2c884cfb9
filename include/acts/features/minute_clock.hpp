// Which boundaries are due: a row is made from all messages with ts_recv before its boundary, so the boundary is due as
// soon as a time at or after it is seen. Boundaries are the multiples of an interval since 1970 UTC: minutes, if not
// said otherwise. Pure: it is handed the times.
#pragma once

#include <cstdint>
#include <optional>

#include "acts/base/time.hpp"

namespace acts {

// `count` boundaries, an interval apart but for what is skipped behind the first.
struct DueBoundaries {
  UnixNanos first = {};
  UnixNanos second = {};  // if there is one
  std::int64_t count = 0;
  // Intervals right behind `first` that get no row because the stall was longer than a day.
  std::int64_t skipped = 0;
  Nanos interval = kMinute;

  // 0 <= i < count.
  [[nodiscard]] UnixNanos operator[](std::int64_t i) const { return i == 0 ? first : second + (i - 1) * interval; }
};

class MinuteClock {
 public:
  // One day, in minutes: after a longer stall the row that was due first is made, which holds the counts of its minute,
  // and those of the last day; the others are counted as skipped.
  static constexpr std::int64_t kMaxCatchUp = 1440;
  static constexpr Nanos kLeastInterval = std::chrono::milliseconds{100};
  static constexpr Nanos kMostInterval = std::chrono::hours{24};

  MinuteClock() = default;
  // From kLeastInterval to kMostInterval, whole milliseconds (asserted), as rows tell them.
  explicit MinuteClock(Nanos interval);

  // `now`: the ts_recv of every message, before it is applied, and the time of every timer. The first call is the start
  // of the run: its first boundary is the one strictly after it. A `now` that steps back makes nothing due and repeats
  // nothing.
  DueBoundaries advance(UnixNanos now);

  // When a timer should call advance(); none before the first call.
  [[nodiscard]] std::optional<UnixNanos> next_boundary() const { return next_; }

 private:
  Nanos interval_ = kMinute;
  std::optional<UnixNanos> next_;
};

}  // namespace acts
