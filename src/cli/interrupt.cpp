#include "cli/interrupt.hpp"

#include <atomic>
#include <csignal>

#include "cli/command.hpp"

namespace acts::cli {
namespace {

constexpr int kExitSignal = 128;  // and the signal

// The signal that came; 0: none. Read by other threads too.
std::atomic<int> interrupted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): of a signal
static_assert(std::atomic<int>::is_always_lock_free);

}  // namespace

void stop_at_signals() {
  struct sigaction action{};
  action.sa_handler = [](int signal) { interrupted = signal; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted() noexcept { return interrupted != 0; }

int complain_of_interrupted(const Error& error) {
  const int code = complain(error);
  return error.code == ErrorCode::kCancelled && interrupted != 0 ? kExitSignal + interrupted : code;
}

}  // namespace acts::cli
