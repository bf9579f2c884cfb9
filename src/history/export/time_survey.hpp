// What the times of events tell before any of them is used: by how much our clock was slow, on how many messages that
// rests, and how far either clock went back. A message: successive events with the same two times. Pure; not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>

#include "acts/base/time.hpp"

#include "history/export/hft_order.hpp"

namespace acts::history {

// Messages whose time is earlier than that of one before.
struct StepsBack {
  std::uint64_t messages = 0;
  Nanos most{};  // that one lies behind the latest before it; not negative
};

class TimeSurvey {
 public:
  // A shift rests on few messages if so many at most, and no more than one in kOneIn, need more than kNotable more than
  // all others do. A clock that is slow shows by more of them.
  static constexpr std::size_t kMostFew = 1000;
  static constexpr std::uint64_t kOneIn = 20;
  static constexpr Nanos kNotable = std::chrono::seconds{1};

  // Of one event; which clocks it is for. A difference of two times must be one itself.
  struct Times {
    std::int64_t exch_ts = 0;
    std::int64_t local_ts = 0;
    bool is_for_venue = true;
    bool is_for_local = true;
    friend bool operator==(const Times&, const Times&) = default;
  };
  // In the order in which they stand.
  void add(const Times& event);

  // What local times are to be shifted by so that none lies before its event, and so that none but the few does.
  struct Shifts {
    Nanos all{};
    Nanos without_few{};
    std::uint64_t few = 0;  // messages that need more than the latter; 0: both are the same
  };
  [[nodiscard]] Shifts shifts() const;

  [[nodiscard]] const HftMeasure& measure() const { return measure_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] bool has_venue() const { return has_venue_; }  // there are events for it
  [[nodiscard]] bool has_local() const { return has_local_; }
  [[nodiscard]] const StepsBack& venue_steps() const { return venue_.steps; }
  [[nodiscard]] const StepsBack& local_steps() const { return local_.steps; }
  // Of any event; there is one.
  [[nodiscard]] UnixNanos first_local() const { return {first_local_}; }
  [[nodiscard]] UnixNanos last_local() const { return {last_local_}; }

 private:
  struct Clock {
    std::int64_t latest = INT64_MIN;
    StepsBack steps = {};
    void add(std::int64_t ts);
  };
  void add_message(const Times& message);

  HftMeasure measure_;
  std::optional<Times> before_;
  std::uint64_t messages_ = 0;
  Clock venue_;
  Clock local_;
  std::priority_queue<std::int64_t> least_;  // latencies of messages, kMostFew + 1 of them at most
  bool has_venue_ = false;
  bool has_local_ = false;
  std::int64_t first_local_ = INT64_MAX;
  std::int64_t last_local_ = INT64_MIN;
};

}  // namespace acts::history
