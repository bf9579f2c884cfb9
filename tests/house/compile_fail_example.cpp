// What acts_compile_fail_test() needs to show that it works: right as it stands, wrong with the macro.
#include "acts/base/time.hpp"

acts::Nanos difference(acts::UnixNanos a, acts::UnixNanos b) { return a - b; }

#ifdef ACTS_MUST_NOT_COMPILE
acts::UnixNanos sum(acts::UnixNanos a, acts::UnixNanos b) { return a + b; }
#endif
