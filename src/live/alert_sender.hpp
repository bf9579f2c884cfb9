// Says alerts to a webhook and to a command, each by itself: a message holds what has come up since the last one, and
// there is one at most every kInterval. What fails is tried again, ever more rarely. On the event loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/backoff.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "collector/alerts.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"

namespace acts {

// One way to say them.
class AlertChannel {
 public:
  static constexpr Nanos kInterval = std::chrono::seconds{10};    // of real time, between two messages
  static constexpr Nanos kLongestWait = std::chrono::minutes{5};  // ... of which the first has failed
  static constexpr std::size_t kMostWaiting = 1000;               // the oldest are left out, and counted
  static constexpr std::size_t kMostAtOnce = 50;

  using Done = std::function<void(Result<void>)>;
  // Calls `done` exactly once, never inside the call.
  using Deliver = std::function<void(std::string message, Done done)>;

  struct Status {
    std::string name;
    std::size_t waiting = 0;
    std::uint64_t delivered = 0;  // alerts
    std::uint64_t failures = 0;
    std::uint64_t left_out = 0;
    std::string failure = {};  // of the last message, if it failed: one line
  };

  AlertChannel(EventLoop& loop, std::string name, std::string version, Deliver deliver, Nanos interval = kInterval);
  ~AlertChannel();
  AlertChannel(const AlertChannel&) = delete;
  AlertChannel& operator=(const AlertChannel&) = delete;

  void push(const collector::Alert& alert);
  [[nodiscard]] Status status() const;
  // At the end: what waits is said without an interval, and what fails once more is not tried again.
  void finish();
  // After finish(): nothing is under way any more. What could not be said is in status().
  [[nodiscard]] bool is_finished() const { return is_finished_; }

 private:
  void deliver();
  void on_done(std::uint64_t told, const Result<void>& done);
  void wait(Nanos span);

  EventLoop& loop_;
  std::string version_;
  Deliver deliver_;
  Nanos interval_;
  Backoff backoff_;
  std::deque<collector::Alert> waiting_;
  std::size_t under_way_ = 0;  // of the front
  std::uint64_t untold_ = 0;   // left out, and not told of yet
  std::optional<EventLoop::TimerId> timer_;
  bool is_ending_ = false;
  bool is_finished_ = false;
  Status status_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// POSTs the message as application/json; any 2xx is success. The client outlives it.
AlertChannel::Deliver post_to(HttpClient& client, std::string url);

// Runs `command` by /bin/sh with the message on its standard input; exit 0 is success. Killed, with what it has
// started, after `limit` of real time.
inline constexpr Nanos kCommandLimit = std::chrono::seconds{30};
AlertChannel::Deliver run_command(EventLoop& loop, std::string command, Nanos limit = kCommandLimit);

}  // namespace acts
