// Files with a strategy's state from outside: what is read is what was written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "backtest/state_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto state = acts::backtest::parse_state(bytes, "grid");
  if (state) ACTS_ASSERT(acts::backtest::state_text("grid", *state) == bytes);
  return 0;
}
