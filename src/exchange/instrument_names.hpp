// Names of instruments, as Binance makes them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acts::exchange {

// "BTCUSDT" -> {"BTC", "USDT"}, by the quote assets there are; {"X", ""} where none fits.
std::pair<std::string, std::string> split_symbol(std::string_view symbol);

// `count` symbols of a synthetic market: BTCUSDT, ETHUSDT and other known ones first, then SYN0001USDT, ...
std::vector<std::string> synthetic_symbols(std::size_t count);

}  // namespace acts::exchange
