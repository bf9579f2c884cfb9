// A zip is any bytes: it is refused in one line, or gives no more than the limits allow.
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "acts/base/assert.hpp"

#include "history/import/zip_member.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  // The member's name is that of the file, so this has always the same: the seeds hold "100.csv".
  constexpr int kFile = 100;
  const int made = ::memfd_create("zip", 0);
  ACTS_ASSERT(made >= 0 && ::dup2(made, kFile) == kFile);
  ::close(made);
  ACTS_ASSERT(::write(kFile, bytes, size) == static_cast<ssize_t>(size));
  const std::string path = "/proc/self/fd/100";
  constexpr std::uint64_t kMost = 100'000;
  const auto member = history::open_zip_member(path, {.most_bytes = kMost});
  std::uint64_t total = 0;
  std::vector<char> buffer(4096);
  while (member) {
    const Result<std::size_t> count = (*member)->read(buffer);
    if (!count) ACTS_ASSERT(!count.error().message.contains('\n'));
    if (!count || *count == 0) break;
    total += *count;
    ACTS_ASSERT(total <= kMost);
  }
  ::close(kFile);
  return 0;
}
