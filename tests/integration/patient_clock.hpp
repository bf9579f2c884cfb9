// A clock many times as fast as real time that waits for those who go by it. What a machine takes to do is nothing by
// it, however busy that machine is: so no deadline, silence or lifetime passes because little was done meanwhile, and a
// market never gets away from who follows it. On a machine that keeps up it is an AcceleratedClock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "acts/base/clock.hpp"

#include "net/event_loop_impl.hpp"

namespace acts::testing {

class PatientClock final : public Clock {
 public:
  // `loop` is that of all who go by it, and outlives it.
  PatientClock(EventLoop& loop, UnixNanos start, double factor) : loop_(loop), turn_at_(start), factor_(factor) {}

  [[nodiscard]] UnixNanos now() override {
    const auto passed = std::min<Nanos>(RealTime::clock::now() - turn_began_, kLongestTurn);
    return turn_at_ + Nanos{std::llround(static_cast<double>(passed.count()) * factor_)};
  }
  void not_before(UnixNanos earliest) override { turn_at_ = std::max(turn_at_, earliest); }
  // At least a millisecond: while this clock waits, a timer that is due a moment later by it would keep the loop busy.
  [[nodiscard]] Nanos real_time_for(Nanos span) override {
    const Nanos real{static_cast<std::int64_t>(std::ceil(static_cast<double>(span.count()) / factor_))};
    return std::max(real, kShortestTimer);
  }

  // As EventLoop::run_for(), which this clock does not go on in for longer than a turn.
  bool run_for(Nanos real_limit) {
    asio::io_context& context = loop_.impl().context;
    const RealTime end = RealTime::clock::now() + real_limit;
    do {
      context.run_one_until(std::min(end, RealTime::clock::now() + kLongestWait));
      const RealTime last = RealTime::clock::now() + kLongestCatchUp;
      while (context.poll_one() > 0 && RealTime::clock::now() < last) {
      }
      begin_turn();
    } while (!context.stopped() && RealTime::clock::now() < end);
    const bool was_stopped = context.stopped();
    if (was_stopped) context.restart();
    return was_stopped;
  }
  // False: not within `limit` of real time, nor of what this clock makes of that where it need not wait.
  template <class Condition>
  bool run_until(const Condition& is_done, Nanos limit) {
    const RealTime real_end = RealTime::clock::now() + limit;
    const UnixNanos end = now() + Nanos{std::llround(static_cast<double>(limit.count()) * factor_)};
    while (!is_done()) {
      if (RealTime::clock::now() >= real_end && now() >= end) return false;
      if (run_for(kLook)) return false;
    }
    return true;
  }
  // Until it has gone on by so much. False: stopped before.
  bool pass(Nanos span) {
    const UnixNanos end = now() + span;
    while (now() < end) {
      if (run_for(std::min(kLook, real_time_for(end - now())))) return false;
    }
    return true;
  }

 private:
  using RealTime = std::chrono::steady_clock::time_point;

  static constexpr Nanos kShortestTimer = std::chrono::milliseconds{1};
  static constexpr Nanos kLongestWait = std::chrono::milliseconds{2};
  // Of real time: so far it goes on while what there is to do is done ...
  static constexpr Nanos kLongestTurn = std::chrono::milliseconds{25};
  // ... unless that takes longer than any machine should.
  static constexpr Nanos kLongestCatchUp = std::chrono::seconds{2};
  static constexpr Nanos kLook = std::chrono::milliseconds{20};

  void begin_turn() {
    turn_at_ = now();
    turn_began_ = RealTime::clock::now();
  }

  EventLoop& loop_;
  UnixNanos turn_at_;
  RealTime turn_began_ = RealTime::clock::now();
  double factor_;
};

}  // namespace acts::testing
