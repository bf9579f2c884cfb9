// Any bytes as an index: reading ends, and every entry it gives is written and read back unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "recording/index.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  acts::IndexReader reader(acts::read_from_memory({reinterpret_cast<const char*>(data), size}));
  for (;;) {
    const auto entry = reader.next();
    if (!entry) continue;
    if (!*entry) return 0;
    std::string line;
    if (!acts::append_index_line(line, **entry)) continue;
    const auto back = acts::parse_index_line(std::string_view(line).substr(0, line.size() - 1));
    if (!back || *back != **entry) std::abort();
  }
}
