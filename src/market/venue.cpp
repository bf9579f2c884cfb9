#include "acts/market/venue.hpp"

#include <fmt/format.h>

namespace acts {

std::string_view to_string(Venue venue) noexcept {
  switch (venue) {
    case Venue::kBinanceSpot: return "binance-spot";
    case Venue::kBinanceUsdm: return "binance-usdm";
  }
  return "unknown";
}

Result<Venue> parse_venue(std::string_view name) {
  for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    if (name == to_string(venue)) return venue;
  }
  return fail(ErrorCode::kUsage, fmt::format("unknown venue '{}': there are binance-spot and binance-usdm", name));
}

}  // namespace acts
