// The markets we know.
#pragma once

#include <cstdint>
#include <string_view>

#include "acts/base/result.hpp"

namespace acts {

enum class Venue : std::uint8_t { kBinanceSpot, kBinanceUsdm };

// "binance-spot", "binance-usdm": as in commands, configuration, files and tables.
std::string_view to_string(Venue venue) noexcept;
// Errors: kUsage, naming the venues there are.
Result<Venue> parse_venue(std::string_view name);

}  // namespace acts
