// The answer to exchangeInfo, with what the two venues put into it.
#pragma once

#include <span>
#include <string>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "exchange/market_source.hpp"

namespace acts::exchange {

std::string exchange_info_json(Venue venue, std::span<const ListedSymbol* const> symbols, int weight_limit,
                               UnixNanos now);

}  // namespace acts::exchange
