#include "history/engine/interrupt_watch.hpp"

#include <chrono>

namespace acts::history {
namespace {

// What a person hardly notices after Ctrl-C, and costs nothing to speak of.
constexpr std::chrono::milliseconds kWatchPause{20};

}  // namespace

InterruptWatch::InterruptWatch(Duck& duck, const std::function<bool()>& is_cancelled)
    : duck_(&duck), is_cancelled_(&is_cancelled), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void InterruptWatch::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wakes_.wait_for(lock, stop, kWatchPause, [&stop] { return stop.stop_requested(); })) {
    if ((*is_cancelled_)()) duck_->interrupt();
  }
}

}  // namespace acts::history
