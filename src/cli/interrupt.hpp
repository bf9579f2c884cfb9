// SIGINT and SIGTERM, for commands that ask between pieces of their work, and for those that hear them in a loop.
#pragma once

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::cli {

// From now on; a second one ends at once.
void stop_at_signals();
// After EventLoop::on_signal(), whose loop hears the first one: a second one ends the process at once, as a shell's
// code for it (130, 143), whatever the loop is doing. Those that come within kTogether are one: timeout(1) sends each
// twice.
void end_at_second_signal();
inline constexpr Nanos kTogether = std::chrono::milliseconds{100};
// From any thread.
bool is_interrupted() noexcept;
// As complain(); of what was cancelled by a signal the exit code is a shell's for it: 130, 143. A result that was cut
// is none.
int complain_of_interrupted(const Error& error);

}  // namespace acts::cli
