#include "binance/venue_of_update.hpp"

namespace acts::binance {

std::optional<Venue> venue_of_update(std::string_view json) noexcept {
  if (json.find(R"("depthUpdate")") == std::string_view::npos) return std::nullopt;
  return json.find(R"("pu")") != std::string_view::npos ? Venue::kBinanceUsdm : Venue::kBinanceSpot;
}

}  // namespace acts::binance
