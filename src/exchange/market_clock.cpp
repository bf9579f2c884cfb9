#include "exchange/market_clock.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace acts::exchange {
namespace {

// Added to a time of this century it still is one. Recordings tell any times, and machines sleep for days.
constexpr Nanos kLongest = std::chrono::days{36'500};

Nanos bounded(double nanos) {
  constexpr auto kMost = static_cast<double>(kLongest.count());
  return Nanos{std::llround(std::clamp(nanos, -kMost, kMost))};
}

}  // namespace

void MarketClock::on_subscriptions(Venue venue, std::size_t streams, UnixNanos now) {
  streams_[static_cast<std::size_t>(venue)] = streams;
  if (!started_at_ && streams_[0] + streams_[1] >= pace_.wait_for_streams) started_at_ = now;
}

std::optional<UnixNanos> MarketClock::due(UnixNanos source_time) const {
  if (!started_at_) return std::nullopt;
  if (pace_.as_fast_as_read) return started_at_;
  const Nanos passed = source_time - origin_;
  if (pace_.factor == 1) return *started_at_ + std::clamp(passed, -kLongest, kLongest);
  return *started_at_ + bounded(static_cast<double>(passed.count()) / pace_.factor);
}

std::int64_t MarketClock::told_millis(std::int64_t millis) const {
  if (tells_original_times() || !started_at_) return millis;
  constexpr double kNoTime = 1e13;  // whatever a recording claims
  const double passed = (static_cast<double>(millis) - static_cast<double>(to_unix_millis(origin_))) / pace_.factor;
  if (std::abs(passed) > kNoTime) return millis;
  return to_unix_millis(*started_at_) + static_cast<std::int64_t>(std::floor(passed));
}

Nanos MarketClock::source_span(Nanos span) const {
  if (pace_.factor == 1) return span;
  return bounded(static_cast<double>(span.count()) * pace_.factor);
}

}  // namespace acts::exchange
