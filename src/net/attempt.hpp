// For net/ itself: something under way that ends by its deadline, or when its owner no longer wants it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/time.hpp"

#include "net/asio.hpp"
#include "net/net_error.hpp"

namespace acts {

// A coroutine says before each wait what ends that wait (on_stop), and asks after it whether it was ended (is_stopped).
// That closes the socket rather than cancelling an operation, so that it works through every layer above the socket.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  explicit Attempt(const Executor& executor) : timer_(executor) {}

  // Ends what is under way `limit` from now; replaces the deadline there was.
  void arm(Nanos limit);
  void disarm();
  // Until the deadline. Armed before.
  [[nodiscard]] Nanos left() const { return timer_.expiry() - std::chrono::steady_clock::now(); }
  void cancel();

  // `wake` ends the wait that follows; replaces the one before. Called at once if the attempt is over already.
  void on_stop(std::function<void()> wake);

  [[nodiscard]] bool is_stopped() const noexcept { return expired_ || cancelled_; }

  // What ended the attempt: our stop if there was one, else `fault`. `what` names the peer and what was done:
  // "connection to host:443".
  [[nodiscard]] NetError failure(NetFault fault, std::string_view what, std::string_view why) const;

  NetStage stage = NetStage::kStart;

 private:
  void stop();

  asio::steady_timer timer_;
  Nanos limit_{0};
  std::function<void()> wake_;
  bool expired_ = false;
  bool cancelled_ = false;
};

}  // namespace acts
