#include "binance/venue_of_update.hpp"

namespace acts::binance {

std::optional<Venue> venue_of_update(std::string_view json) noexcept {
  if (!json.contains(R"("depthUpdate")")) return std::nullopt;
  return json.contains(R"("pu")") ? Venue::kBinanceUsdm : Venue::kBinanceSpot;
}

}  // namespace acts::binance
