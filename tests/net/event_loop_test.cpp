#include "net/event_loop.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <thread>
#include <vector>

#include "net/real_clock.hpp"

namespace acts {
namespace {

using namespace std::chrono_literals;

TEST(EventLoop, CallsPostsInOrderAndNotInsideTheCall) {
  EventLoop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] {
      order.push_back(3);
      loop.stop();
    });
    order.push_back(2);
  });
  EXPECT_TRUE(order.empty());
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(EventLoop, TakesPostsFromAnyThread) {
  EventLoop loop;
  std::thread::id called_on;
  std::thread other([&] {
    loop.post([&] {
      called_on = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  EXPECT_EQ(called_on, std::this_thread::get_id());
}

TEST(EventLoop, FiresTimersByTheirTimeAndNotTheirOrder) {
  EventLoop loop;
  std::vector<int> order;
  loop.start_timer(20ms, [&] {
    order.push_back(2);
    loop.stop();
  });
  loop.start_timer(1ms, [&] { order.push_back(1); });
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(EventLoop, NeverCallsACancelledTimerEvenIfItWasDue) {
  EventLoop loop;
  bool was_called = false;
  EventLoop::TimerId second = 0;
  loop.start_timer(0ms, [&] { EXPECT_TRUE(loop.cancel_timer(second)); });
  second = loop.start_timer(0ms, [&] { was_called = true; });
  EXPECT_FALSE(loop.run_for(20ms));
  EXPECT_FALSE(was_called);
  EXPECT_FALSE(loop.cancel_timer(second));
}

TEST(EventLoop, StopsTheNextRunIfNoneIsUnderWay) {
  EventLoop loop;
  loop.stop();
  EXPECT_TRUE(loop.run_for(5s));
  EXPECT_FALSE(loop.run_for(1ms));
}

TEST(EventLoop, HandsSignalsOverEachTime) {
  EventLoop loop;
  std::vector<int> signals;
  loop.on_signal({SIGHUP, SIGUSR1}, [&](int signal) {
    signals.push_back(signal);
    if (signals.size() == 1) {
      std::raise(SIGUSR1);
    } else {
      loop.stop();
    }
  });
  std::raise(SIGHUP);
  EXPECT_TRUE(loop.run_for(5s));
  EXPECT_EQ(signals, (std::vector{SIGHUP, SIGUSR1}));
}

TEST(EventLoop, LetsAnExceptionOut) {
  EventLoop loop;
  loop.post([] { throw std::runtime_error("defect"); });
  EXPECT_THROW(loop.run(), std::runtime_error);
}

TEST(RealClock, IsTheSystemsAndPassesAtItsPace) {
  RealClock clock;
  EXPECT_GT(clock.now(), parse_iso8601("2024-01-01").value());
  EXPECT_EQ(clock.real_time_for(5s), 5s);
}

TEST(AcceleratedClock, RunsAsManyTimesAsFast) {
  const UnixNanos start = parse_iso8601("2024-08-08").value();
  AcceleratedClock clock(start, 1000);
  EXPECT_EQ(clock.real_time_for(1min), 60ms);
  EXPECT_EQ(clock.real_time_for(1ns), 1ns);
  EventLoop loop;
  const auto real_start = std::chrono::steady_clock::now();
  (void)loop.run_for(10ms);
  const UnixNanos later = clock.now();
  const Nanos real = std::chrono::steady_clock::now() - real_start;
  EXPECT_GE(later - start, Nanos{10s});
  EXPECT_LE(later - start, real * 1000 + 1s);
  EXPECT_GE(clock.now(), later);
}

}  // namespace
}  // namespace acts
