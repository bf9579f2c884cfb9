// What the times of events tell before any of them is used: by how much our clock was slow, on how many messages that
// rests, and how far either clock went back. A message: successive events with the same two times. Pure; not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/event_rows.hpp"
#include "backtest/market_feed.hpp"
#include "history/export/hft_order.hpp"

namespace acts::backtest {

class TimeSurvey {
 public:
  // A shift rests on few messages if so many at most, and no more than one in kOneIn, need more than kNotable more than
  // all others do. A clock that is slow shows by more of them.
  static constexpr std::size_t kMostFew = 1000;
  static constexpr std::uint64_t kOneIn = 20;
  static constexpr Nanos kNotable = std::chrono::seconds{1};

  // In the order in which they stand.
  void add(const EventRow& row);
  // The times can be shifted by so much, and there are some for each clock. Errors: kBadInput.
  [[nodiscard]] Result<void> check(Nanos shift) const;

  // What local times are to be shifted by so that none lies before its event, and so that none but the few does.
  struct Shifts {
    Nanos all{};
    Nanos without_few{};
    std::uint64_t few = 0;  // messages that need more than the latter; 0: both are the same
  };
  [[nodiscard]] Shifts shifts() const;

  [[nodiscard]] const history::HftMeasure& measure() const { return measure_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] const StepsBack& venue_steps() const { return venue_.steps; }
  [[nodiscard]] const StepsBack& local_steps() const { return local_.steps; }
  [[nodiscard]] UnixNanos first_local() const { return {first_local_}; }
  [[nodiscard]] UnixNanos last_local() const { return {last_local_}; }

 private:
  struct Clock {
    std::int64_t latest = INT64_MIN;
    StepsBack steps = {};
    void add(std::int64_t ts);
  };
  void add_message(const EventRow& row);

  history::HftMeasure measure_;
  std::optional<EventRow> before_;
  std::uint64_t messages_ = 0;
  Clock venue_;
  Clock local_;
  std::priority_queue<std::int64_t> least_;  // latencies of messages, kMostFew + 1 of them at most
  bool has_venue_ = false;
  bool has_local_ = false;
  std::int64_t first_local_ = kLastFeedTime;
  std::int64_t last_local_ = kFirstFeedTime;
};

}  // namespace acts::backtest
