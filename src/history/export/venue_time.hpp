// When a message without a time of the venue's happened there, judged by those that have one: it was received at least
// the least latency afterwards that any message so far has shown. So it is never taken for older than it can have been,
// and whoever trades at the venue's time never sees it before it was. Pure; not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "acts/base/time.hpp"

#include "history/export/mended_times.hpp"

namespace acts::history {

class VenueTime {
 public:
  // Of two latencies in a row that differ by more, one time is wrong (MendedTimes), or a clock has just made a step:
  // they count once two in a row agree.
  static constexpr Nanos kMostLeap = MendedTimes::kMostLeap;

  // A message that has both times.
  void add(UnixNanos ts_event, UnixNanos ts_recv) {
    const Times times{ts_event, ts_recv - ts_event};
    if (before_ && std::max(before_->latency, times.latency) - std::min(before_->latency, times.latency) <= kMostLeap) {
      for (const Times& of : {*before_, times}) {
        least_ = std::min(least_.value_or(of.latency), of.latency);
        latest_ = std::max(latest_.value_or(of.ts_event), of.ts_event);
      }
    }
    before_ = times;
  }
  // Of what was received now: not before the venue's latest time, and after its receipt only if our clock is slow, so
  // that messages seem to be received before they were sent. As long as nothing is known, the receipt.
  [[nodiscard]] UnixNanos of(UnixNanos ts_recv) const {
    return least_ ? std::max(ts_recv - *least_, *latest_) : ts_recv;
  }

 private:
  struct Times {
    UnixNanos ts_event;
    Nanos latency;
  };
  std::optional<Times> before_;
  std::optional<Nanos> least_;       // both or none,
  std::optional<UnixNanos> latest_;  // of the venue's times
};

}  // namespace acts::history
