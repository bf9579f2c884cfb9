// Any bytes as a message of a recording: a mark price and a funding rate within their bounds, or none.
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
    const history::AnnouncedMark& mark = (*rate)->mark;
    ACTS_ASSERT(mark.ts_recv == UnixNanos{1} && mark.ts_event >= UnixNanos{0});
    ACTS_ASSERT(mark.price > 0 && mark.price <= history::AnnouncedMark::kMostPrice);
    if (const auto& funding = (*rate)->funding) {
      ACTS_ASSERT(funding->ts_recv == UnixNanos{1} && funding->at > UnixNanos{0});
      ACTS_ASSERT(funding->rate <= INT32_MAX && funding->rate >= -INT32_MAX);
    }
  }
  return 0;
}
