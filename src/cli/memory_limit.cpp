#include "cli/memory_limit.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

namespace acts::cli {

void limit_more_memory(std::uint64_t bytes) {
  // proc(5): size, resident, shared, text, lib, data and stack, in pages: the sixth is what RLIMIT_DATA counts.
  std::ifstream told("/proc/self/statm");
  std::uint64_t pages = 0;
  for (int i = 0; i < 6; ++i) told >> pages;
  rlimit limit{};
  if (!told || ::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  const rlim_t now = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (bytes > RLIM_INFINITY - 1 - now) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, now + bytes);
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace acts::cli
