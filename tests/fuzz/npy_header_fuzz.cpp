// The head of a numpy array: what is taken says a count, and is of the length that it says itself.
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/export/npy_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  using namespace acts;
  using namespace acts::history;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto length = npy_header_bytes(text.substr(0, kNpyPreambleBytes + 2));
  const auto count = parse_npy_header(text);
  if (count) {
    ACTS_ASSERT(length && *length == size && size <= kMaxNpyHeaderBytes);
    ACTS_ASSERT(parse_npy_header(npy_header(*count)) == *count);
  } else {
    ACTS_ASSERT(count.error().code == ErrorCode::kBadInput && !count.error().message.contains('\n'));
  }
  return 0;
}
