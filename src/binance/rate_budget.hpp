// Holds requests and connection attempts below the venue's limits. Pure: `now` is an argument, and a `now` earlier than
// one seen before is taken as that one. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "base/recent_times.hpp"

namespace acts::binance {

// Nothing if it was taken; else the earliest time at which it is worth to ask again.
using Taken = std::expected<void, UnixNanos>;
// "Earliest time" of what can never be taken: more than the whole budget.
inline constexpr UnixNanos kNever{std::numeric_limits<std::int64_t>::max()};

struct RateBudgetConfig {
  int limit = 0;    // weight a window, as the venue says; > 0
  Nanos window{0};  // > 0; windows start at multiples of it since 1970 UTC, as the venue's do
  // The part of the limit that we use: the rest is for other programs of the same IP address between two answers, and
  // for requests that were charged before we saw how much they used. 1 ... 100.
  int share_percent = 80;
  // How far our clock and the way to the venue may move a request: what is taken at t counts in every window that
  // [t - guard, t + guard] touches. 0 <= guard < window / 2.
  Nanos guard = std::chrono::seconds{2};
};

// Request weight of one IP address in clock-aligned windows. In no window does what was taken exceed limit x
// share_percent / 100, even as the venue sees it (see guard), nor is anything taken while the venue's own count is at
// it.
class RateBudget {
 public:
  // Errors in the configuration are asserted. For a venue: its documented limit, until set_limit().
  explicit RateBudget(const RateBudgetConfig& config);
  explicit RateBudget(Venue venue, int share_percent = RateBudgetConfig{}.share_percent);

  // exchangeInfo's REQUEST_WEIGHT; what was taken stays taken. limit > 0 and window > 2 x guard, or false and no
  // change.
  bool set_limit(int limit, Nanos window, UnixNanos now);

  // weight >= 0 (asserted). `most_percent`: what may wait is to leave more of the limit than share_percent does.
  [[nodiscard]] Taken try_take(int weight, UnixNanos now, int most_percent = 100);
  // When try_take(weight) will work if nothing else is taken or told until then; `now` if it would at once.
  [[nodiscard]] UnixNanos next_allowed(int weight, UnixNanos now, int most_percent = 100) const;

  // The venue's own count of the current window, from an answer's header: other programs' requests are in it.
  void on_used_weight(int used, UnixNanos now);
  // 429: nothing is taken for `retry_after`.
  void on_rate_limited(Nanos retry_after, UnixNanos now);
  // 418: the same; banned_until() says so.
  void on_banned(Nanos retry_after, UnixNanos now);

  // Weight used in the window of `now`, ours or the venue's count, whichever is larger.
  [[nodiscard]] int used(UnixNanos now) const;
  [[nodiscard]] int budget() const { return budget_; }  // limit x share_percent / 100, rounded down, at least 1
  [[nodiscard]] int budget(int most_percent) const;     // the same, and at most that part of the limit
  [[nodiscard]] int limit() const { return config_.limit; }
  [[nodiscard]] bool banned(UnixNanos now) const { return now < banned_until_; }
  [[nodiscard]] UnixNanos banned_until() const { return banned_until_; }
  // After a 429 or 418: nothing is taken before.
  [[nodiscard]] UnixNanos blocked_until() const { return blocked_until_; }

 private:
  struct Window {
    UnixNanos start{std::numeric_limits<std::int64_t>::min()};
    int used = 0;
  };

  [[nodiscard]] UnixNanos latest(UnixNanos now) const { return now < latest_ ? latest_ : now; }
  [[nodiscard]] UnixNanos first_window(UnixNanos now) const { return floor_to(now - config_.guard, config_.window); }
  [[nodiscard]] UnixNanos last_window(UnixNanos now) const { return floor_to(now + config_.guard, config_.window); }
  [[nodiscard]] int used_in(UnixNanos start) const;
  int& slot(UnixNanos start);
  void block_until(UnixNanos until);

  RateBudgetConfig config_;
  int budget_ = 0;
  std::array<Window, 2> windows_;  // all that a guard can touch
  UnixNanos latest_;
  UnixNanos blocked_until_;
  UnixNanos banned_until_;
};

// At most `limit` events in any `window`, wherever it starts.
class SlidingBudget {
 public:
  // limit > 0, window > 0 (asserted).
  SlidingBudget(int limit, Nanos window);

  [[nodiscard]] Taken try_take(UnixNanos now);
  [[nodiscard]] UnixNanos next_allowed(UnixNanos now) const;
  [[nodiscard]] int used(UnixNanos now) const;

 private:
  [[nodiscard]] UnixNanos latest(UnixNanos now) const { return now < latest_ ? latest_ : now; }

  RecentTimes<UnixNanos> taken_;
  UnixNanos latest_{std::numeric_limits<std::int64_t>::min()};
};

// WebSocket connection attempts of one IP address: 80 % of the venue's limit, for the same reasons as above.
class ConnectBudget : public SlidingBudget {
 public:
  explicit ConnectBudget(Venue venue);
};

}  // namespace acts::binance
