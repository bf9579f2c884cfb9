// Times and durations: what is read prints as something that reads as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/assert.hpp"
#include "acts/base/time.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  if (const auto time = acts::parse_iso8601(text)) {
    const auto again = acts::parse_iso8601(acts::to_iso8601(*time));
    ACTS_ASSERT(again.has_value() && acts::to_unix_millis(*again) == acts::to_unix_millis(*time));
  }
  if (const auto duration = acts::parse_duration(text)) {
    const auto again = acts::parse_duration(acts::to_string(*duration));
    ACTS_ASSERT(again.has_value() && *again == *duration);
  }
  return 0;
}
