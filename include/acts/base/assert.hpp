// Invariants that are checked in every build. A broken one is a defect of ours: it is printed with its place and the
// process aborts; starting again is the recovery path. Never for input from outside: that is Result<T> (result.hpp).
#pragma once

namespace acts {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace acts

#define ACTS_ASSERT(expression) \
  (static_cast<bool>(expression) ? static_cast<void>(0) : ::acts::assertion_failed(#expression, __FILE__, __LINE__))
