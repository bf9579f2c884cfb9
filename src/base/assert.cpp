#include "acts/base/assert.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "acts/base/assertion_end.hpp"

namespace acts {
namespace {

std::atomic<AssertionEnd> assertion_end{nullptr};

}  // namespace

void set_assertion_end(AssertionEnd end) noexcept { assertion_end = end; }

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "acts: broken invariant: %s (%s:%d)\n", expression, file, line);
  if (const AssertionEnd end = assertion_end) end();
  std::abort();
}

}  // namespace acts
