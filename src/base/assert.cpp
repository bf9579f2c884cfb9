#include "acts/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace acts {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "acts: broken invariant: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace acts
