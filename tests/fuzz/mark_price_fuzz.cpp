// Any bytes as a message of a recording: a funding rate within its bounds, or none.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/funding_rates.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace acts;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rate = history::parse_mark_price(text, "BTCUSDT", UnixNanos{1});
  if (!rate) {
    ACTS_ASSERT(rate.error().code == ErrorCode::kBadInput);
  } else if (*rate) {
    ACTS_ASSERT((*rate)->ts_recv == UnixNanos{1} && (*rate)->at > UnixNanos{0});
    ACTS_ASSERT((*rate)->rate <= INT32_MAX && (*rate)->rate >= -INT32_MAX);
  }
  return 0;
}
