// The one thread on which sockets, timers and signals call back. Everything in net/ belongs to an EventLoop, is used on
// its thread only, and must be destroyed before it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "acts/base/time.hpp"

namespace acts {

class EventLoop {
 public:
  using TimerId = std::uint64_t;  // never 0, never used again

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls back on the calling thread until stop(). An exception from a callback leaves through run(). May be called
  // again.
  void run();
  // The same for at most `real_limit`. True: ended by stop().
  bool run_for(Nanos real_limit);
  // Ends the run() under way, or the next. From any thread, and from a callback.
  void stop();
  // Calls `callback` in the loop, in the order of the posts. From any thread; never inside the call.
  void post(std::function<void()> callback);

  // Calls `callback` once, `real_delay` of real (monotonic) time from now, which is not before what is already due.
  TimerId start_timer(Nanos real_delay, std::function<void()> callback);
  // False: has fired already, or is unknown. Once cancelled it is never called, even if it was due.
  bool cancel_timer(TimerId id);

  // Calls back in the loop with the number, each time one of these signals arrives. Once an event loop.
  void on_signal(const std::vector<int>& signals, std::function<void(int signal)> callback);

  struct Impl;  // event_loop_impl.hpp, for net/ itself
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace acts
