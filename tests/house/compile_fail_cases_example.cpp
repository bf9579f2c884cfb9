// Two mistakes, each refused on its own.
#include "acts/base/time.hpp"

acts::UnixNanos later(acts::UnixNanos t, acts::Nanos span) { return t + span; }

#ifdef ACTS_MUST_NOT_COMPILE_first
bool compare(acts::UnixNanos t, acts::Nanos span) { return t < span; }
#endif
#ifdef ACTS_MUST_NOT_COMPILE_second
acts::UnixNanos from_count(acts::Nanos span) { return span; }
#endif
