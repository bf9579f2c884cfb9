// A bound on the memory of the whole process, for what no library counts.
#pragma once

#include <cstdint>

namespace acts::cli {

// From now on this process may take `bytes` more than it has now, stacks of threads included: beyond, allocations fail
// (std::bad_alloc). A tighter limit that is there stays; where the kernel does not say what the process has, there is
// none. Call it before there are other threads.
void limit_more_memory(std::uint64_t bytes);

}  // namespace acts::cli
