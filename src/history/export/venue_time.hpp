// When a message without a time of the venue's happened there, judged by those that have one: it was received at least
// the least latency afterwards that any message so far has shown. So it is never taken for older than it can have been,
// and whoever trades at the venue's time never sees it before it was. Pure; not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"

#include "history/export/mended_times.hpp"

namespace acts::history {

class VenueTime {
 public:
  // Of two latencies in a row that differ by more, one time is wrong (MendedTimes), or a clock has just made a step:
  // they count once two in a row agree.
  static constexpr Nanos kMostLeap = MendedTimes::kMostLeap;

  // A message that has both times, whatever they are.
  void add(UnixNanos ts_event, UnixNanos ts_recv) {
    const Times times{ts_event.value, int128{ts_recv.value} - ts_event.value};
    if (before_ && agree(*before_, times)) {
      for (const Times& of : {*before_, times}) {
        least_ = std::min(least_.value_or(of.latency), of.latency);
        latest_ = std::max(latest_, of.event);
      }
    }
    before_ = times;
  }
  // Of what was received now: not before the venue's latest time, and after its receipt only if our clock is slow, so
  // that messages seem to be received before they were sent. As long as nothing is known, the receipt.
  [[nodiscard]] UnixNanos of(UnixNanos ts_recv) const {
    if (!least_) return ts_recv;
    const int128 sent = std::max<int128>(ts_recv.value - *least_, latest_);
    return {static_cast<std::int64_t>(std::min<int128>(sent, std::numeric_limits<std::int64_t>::max()))};
  }

 private:
  struct Times {
    std::int64_t event;
    int128 latency;
  };
  static bool agree(const Times& a, const Times& b) {
    return std::max(a.latency, b.latency) - std::min(a.latency, b.latency) <= kMostLeap.count();
  }
  std::optional<Times> before_;
  std::optional<int128> least_;  // latency
  std::int64_t latest_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace acts::history
