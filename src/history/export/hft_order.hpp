// Events in the order that hftbacktest wants. It has two clocks: sorted by each of them there are two sequences, which
// become one. Where they agree an event stands once, for both clocks; where the venue's order is another, it stands
// twice, once for each. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/export/hft_event.hpp"

namespace acts::history {

// What must be known of all events before the first of them can go out: a pass of its own.
class HftMeasure {
 public:
  void add(const HftEvent& event) { add(event.exch_ts, event.local_ts); }
  void add(std::int64_t exch_ts, std::int64_t local_ts);

  [[nodiscard]] std::uint64_t events() const { return events_; }
  // What all local times are to be shifted by so that none lies before its event at the venue: a clock that is slow
  // shows by it. `latency` (not negative) comes on top of a shift. 0 if none lies before.
  [[nodiscard]] Nanos shift(Nanos latency) const;
  // How far times have stepped back, at most, behind the latest before them; not negative.
  [[nodiscard]] Nanos exchange_lateness() const { return Nanos{exchange_.lateness}; }
  [[nodiscard]] Nanos local_lateness() const { return Nanos{local_.lateness}; }

 private:
  struct Clock {
    std::int64_t latest = INT64_MIN;
    std::int64_t lateness = 0;
    void add(std::int64_t ts);
  };
  std::uint64_t events_ = 0;
  std::int64_t least_latency_ = INT64_MAX;
  Clock exchange_;
  Clock local_;
};

class HftOrder {
 public:
  // Waiting for their turn; more is an error. 2 x 80 bytes each.
  static constexpr std::size_t kMostHeld = 1'000'000;

  // `measure`: of the same events. `latency`: as of HftMeasure::shift().
  HftOrder(const HftMeasure& measure, Nanos latency);

  // The next one. Errors: kBadInput: more than kMostHeld wait, as the venue's times are that far out of order.
  Result<void> add(const HftEvent& event);
  void end() { has_ended_ = true; }
  // The next one that is settled, with kExchange, kLocal or both; nothing: add() more, or at the end no more.
  std::optional<HftEvent> take();

 private:
  struct Held {
    std::int64_t ts;
    std::uint64_t number;  // equal times stay in their order
    HftEvent event;
    friend bool operator>(const Held& a, const Held& b) { return a.ts != b.ts ? a.ts > b.ts : a.number > b.number; }
  };
  struct Queue {
    std::priority_queue<Held, std::vector<Held>, std::greater<>> held;
    std::int64_t lateness = 0;
    std::int64_t latest = INT64_MIN;
    void add(const Held& held);
    // No event that is still to come can be before its first.
    [[nodiscard]] bool is_settled() const;
  };
  HftEvent pop(Queue& queue, std::uint64_t flags);

  std::int64_t shift_;
  std::uint64_t count_ = 0;
  bool has_ended_ = false;
  Queue exchange_;
  Queue local_;
};

}  // namespace acts::history
