#include "acts/market/instrument.hpp"

namespace acts {
namespace {

std::uint8_t decimals_of(const std::optional<Decimal>& step) {
  if (!step) return 0;
  int scale = step->scale;
  for (int128 units = step->units; scale > 0 && units % 10 == 0; units /= 10) --scale;
  return static_cast<std::uint8_t>(scale);
}

}  // namespace

Scales Instrument::scales() const { return {decimals_of(tick_size), decimals_of(lot_size)}; }

}  // namespace acts
