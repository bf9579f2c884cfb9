#include <boost/asio/post.hpp>

#include "acts/base/assert.hpp"

#include "net/event_loop_impl.hpp"

namespace acts {

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->context.run();
  // What makes stop() count for the run() under way or the next, and for no later one.
  impl_->context.restart();
}

bool EventLoop::run_for(Nanos real_limit) {
  impl_->context.run_for(real_limit);
  const bool was_stopped = impl_->context.stopped();
  if (was_stopped) impl_->context.restart();
  return was_stopped;
}

void EventLoop::stop() { impl_->context.stop(); }

void EventLoop::post(std::function<void()> callback) { asio::post(impl_->context, std::move(callback)); }

EventLoop::TimerId EventLoop::start_timer(Nanos real_delay, std::function<void()> callback) {
  const TimerId id = ++impl_->last_timer;
  asio::steady_timer& timer = impl_->timers.try_emplace(id, impl_->context, real_delay).first->second;
  timer.async_wait([impl = impl_.get(), id, callback = std::move(callback)](const error_code&) {
    // Not there: cancelled, perhaps after it had become due.
    if (impl->timers.erase(id) != 0) callback();
  });
  return id;
}

bool EventLoop::cancel_timer(TimerId id) { return impl_->timers.erase(id) != 0; }

void EventLoop::on_signal(const std::vector<int>& signals, std::function<void(int)> callback) {
  ACTS_ASSERT(!impl_->signals);
  impl_->on_signal = std::move(callback);
  impl_->signals.emplace(impl_->context);
  for (const int signal : signals) impl_->signals->add(signal);
  impl_->wait_for_signal();
}

void EventLoop::Impl::wait_for_signal() {
  signals->async_wait([this](const error_code& error, int signal) {
    if (error) return;
    wait_for_signal();
    on_signal(signal);
  });
}

}  // namespace acts
