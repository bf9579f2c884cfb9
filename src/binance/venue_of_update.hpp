// Which venue a depth update came from, told by the bytes alone: for recordings that do not say it.
#pragma once

#include <optional>
#include <string_view>

#include "acts/market/venue.hpp"

namespace acts::binance {

// Nothing if this is no depth update. Only USD-M updates have "pu" (the previous update's u; market streams of both
// venues, read 2026-05-28).
std::optional<Venue> venue_of_update(std::string_view json) noexcept;

}  // namespace acts::binance
