// SIGINT and SIGTERM, for commands that ask between pieces of their work.
#pragma once

#include "acts/base/result.hpp"

namespace acts::cli {

// From now on; a second one ends at once.
void stop_at_signals();
// From any thread.
bool is_interrupted() noexcept;
// As complain(); of what was cancelled by a signal the exit code is a shell's for it: 130, 143. A result that was cut
// is none.
int complain_of_interrupted(const Error& error);

}  // namespace acts::cli
