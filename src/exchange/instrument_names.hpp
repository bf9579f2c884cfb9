// Names of the instruments of a synthetic market, as Binance makes them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace acts::exchange {

// `count` symbols of a synthetic market: BTCUSDT, ETHUSDT and other known ones first, then SYN0001USDT, ...
std::vector<std::string> synthetic_symbols(std::size_t count);

}  // namespace acts::exchange
