#include "net/attempt.hpp"

#include <fmt/format.h>

namespace acts {

void Attempt::arm(Nanos limit) {
  limit_ = limit;
  timer_.expires_after(limit);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<Attempt> self = weak.lock();
    // The deadline may have been moved after this one had become due.
    if (error || !self || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
    self->expired_ = true;
    self->stop();
  });
}

void Attempt::disarm() { timer_.expires_at(SteadyTime::max()); }

void Attempt::cancel() {
  cancelled_ = true;
  disarm();
  stop();
}

void Attempt::on_stop(std::function<void()> wake) {
  wake_ = std::move(wake);
  if (is_stopped()) stop();
}

void Attempt::stop() {
  if (wake_) wake_();
}

NetError Attempt::failure(NetFault fault, std::string_view what, std::string_view why) const {
  if (cancelled_) return net_error(NetFault::kCancelled, stage, fmt::format("{}: cancelled", what));
  if (expired_) {
    return net_error(
        NetFault::kTimeout, stage,
        fmt::format("{}: not done within {}, waiting at stage '{}'", what, to_string(limit_), to_string(stage)));
  }
  return net_error(fault, stage, fmt::format("{}: {}", what, why));
}

}  // namespace acts
