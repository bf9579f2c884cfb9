// Decimals: what is read prints as something that reads as the same number, and the two readers agree.
#include <cstddef>
#include <cstdint>
#include <string>

#include "acts/base/assert.hpp"
#include "acts/base/decimal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int scale = data[0] % (acts::kMaxScale + 1);
  // An exact copy, so that reading behind its end is found.
  const std::string text(data + 1, data + size);

  const acts::ScaledInteger scaled = acts::parse_scaled(text, scale);
  const auto decimal = acts::parse_decimal(text);
  if (decimal) {
    const auto again = acts::parse_decimal(acts::to_string(*decimal));
    ACTS_ASSERT(again.has_value() && again->units == decimal->units && again->scale == decimal->scale);
    ACTS_ASSERT(acts::significant_decimals(text) == decimal->scale);
  }
  if (scaled.status == acts::DecimalStatus::kOk) {
    ACTS_ASSERT(scaled.units >= 0 && decimal.has_value());
    ACTS_ASSERT((*decimal == acts::Decimal{scaled.units, scale}));
  }
  return 0;
}
