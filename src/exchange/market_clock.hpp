// Joins the time lines of the market sources to the venue's clock: when they start together, and how fast they run.
// Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

namespace acts::exchange {

// Of a pace: slower, and 100 ms of a market take minutes; faster, and a machine sends nothing but the backlog.
inline constexpr double kMinSpeed = 0.001;
inline constexpr double kMaxSpeed = 100'000;

struct Pace {
  double factor = 1;                 // times as fast as the venue's clock, kMinSpeed to kMaxSpeed
  bool as_fast_as_read = false;      // steps are due at once; whoever drives them waits for slow readers
  bool original_times = false;       // what messages tell of their times stays as the source has it
  std::size_t wait_for_streams = 1;  // distinct streams that have a subscriber before the first step; 0: starts at once
};

class MarketClock {
 public:
  // `origin`: the earliest time of any source.
  MarketClock(Pace pace, UnixNanos origin) : pace_(pace), origin_(origin) {}

  // How many streams of that venue have a subscriber now. Starts the market if there are enough.
  void on_subscriptions(Venue venue, std::size_t streams, UnixNanos now);
  // The venue's time at which a step is due, 100 years from the start at most; nothing while the market has not
  // started.
  [[nodiscard]] std::optional<UnixNanos> due(UnixNanos source_time) const;
  // A span of the venue's time on the sources' time lines, of 100 years at most.
  [[nodiscard]] Nanos source_span(Nanos span) const;
  // A time that a message tells, in milliseconds since 1970, on the venue's clock: as far from the message's own time
  // there as it was in the source. As it is with Pace::original_times, as fast as it is read, and before the start.
  [[nodiscard]] std::int64_t told_millis(std::int64_t millis) const;
  [[nodiscard]] bool tells_original_times() const { return pace_.original_times || pace_.as_fast_as_read; }
  [[nodiscard]] bool started() const { return started_at_.has_value(); }
  [[nodiscard]] const Pace& pace() const { return pace_; }

 private:
  Pace pace_;
  UnixNanos origin_;
  std::array<std::size_t, 2> streams_{};
  std::optional<UnixNanos> started_at_;
};

}  // namespace acts::exchange
