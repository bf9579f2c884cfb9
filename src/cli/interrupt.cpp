#include "cli/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/command.hpp"
#include "live/real_time.hpp"

namespace acts::cli {
namespace {

constexpr int kExitSignal = 128;  // and the signal

// The signal that came; 0: none. Read by other threads too.
std::atomic<int> interrupted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): of a signal
static_assert(std::atomic<int>::is_always_lock_free);

// When it came, by real_nanos(); and who hears it.
std::atomic<Nanos::rep> interrupted_at = 0;         // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<void (*)(int)> loop_handler = nullptr;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
static_assert(std::atomic<Nanos::rep>::is_always_lock_free);

void hear(int signal) {
  const Nanos::rep now = real_nanos().count();
  Nanos::rep first = 0;
  if (!interrupted_at.compare_exchange_strong(first, now) && now - first > kTogether.count())
    ::_exit(kExitSignal + signal);
  if (const auto handler = loop_handler.load()) handler(signal);
}

}  // namespace

void stop_at_signals() {
  struct sigaction action{};
  action.sa_handler = [](int signal) { interrupted = signal; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

void end_at_second_signal() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action{};
    ::sigaction(signal, nullptr, &action);
    loop_handler = action.sa_handler;
    action.sa_handler = hear;
    ::sigaction(signal, &action, nullptr);
  }
}

bool is_interrupted() noexcept { return interrupted != 0; }

int complain_of_interrupted(const Error& error) {
  const int code = complain(error);
  return error.code == ErrorCode::kCancelled && interrupted != 0 ? kExitSignal + interrupted : code;
}

}  // namespace acts::cli
