// A book that lives from a simulated venue, every step of which the input chooses: loss, repetition, stale and early
// snapshots, failures, trades and time. What it promises holds after each step.
#include <fmt/format.h>

#include <string>

#include "acts/base/assert.hpp"

#include "support/book_client.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  if (size < 2) return 0;
  acts::test::BookClient client(bytes[0], (bytes[1] & 1) != 0);
  for (std::size_t i = 2; i + 1 < size; i += 2) {
    const std::string wrong = client.act(bytes[i], bytes[i + 1]);
    if (!wrong.empty()) fmt::print(stderr, "{}\n", wrong);
    ACTS_ASSERT(wrong.empty());
  }
  return 0;
}
