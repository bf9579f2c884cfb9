// WebSocket frames on their way to Beast: however the bytes are cut, the same comes out; only opcodes change, and only
// from text to binary. The first byte chooses the cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "acts/base/assert.hpp"

#include "net/text_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = std::max<std::size_t>(data[0], 1);
  const std::string given(data + 1, data + size);
  std::string whole = given;
  acts::TextFrames one;
  one.pass(whole);
  std::string cut = given;
  acts::TextFrames other;
  for (std::size_t from = 0; from < cut.size(); from += step) {
    other.pass(std::span(cut).subspan(from, std::min(step, cut.size() - from)));
  }
  ACTS_ASSERT(whole == cut);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] == whole[i]) continue;
    ++changed;
    ACTS_ASSERT((given[i] & 0x0F) == 1 && (whole[i] & 0x0F) == 2 && (given[i] & 0xF0) == (whole[i] & 0xF0));
  }
  for (std::size_t i = 0; i < changed; ++i) (void)one.take_is_text();
  ACTS_ASSERT(changed == 0 || given.find("\r\n\r\n") != std::string::npos);
  return 0;
}
