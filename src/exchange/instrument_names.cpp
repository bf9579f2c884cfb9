#include "exchange/instrument_names.hpp"

#include <fmt/format.h>

#include <array>

namespace acts::exchange {

std::pair<std::string, std::string> split_symbol(std::string_view symbol) {
  // Longer names first where one ends in another.
  constexpr std::array<std::string_view, 14> kQuotes{"FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USDP", "BTC",
                                                     "ETH",   "BNB",  "EUR",  "TRY",  "BRL",  "JPY",  "USD"};
  for (const std::string_view quote : kQuotes) {
    if (symbol.size() > quote.size() && symbol.ends_with(quote)) {
      return {std::string(symbol.substr(0, symbol.size() - quote.size())), std::string(quote)};
    }
  }
  return {std::string(symbol), {}};
}

std::vector<std::string> synthetic_symbols(std::size_t count) {
  constexpr std::array<std::string_view, 10> kKnown{"BTCUSDT",  "ETHUSDT", "BNBUSDT",  "SOLUSDT",  "XRPUSDT",
                                                    "DOGEUSDT", "ADAUSDT", "AVAXUSDT", "LINKUSDT", "LTCUSDT"};
  std::vector<std::string> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(i < kKnown.size() ? std::string(kKnown[i]) : fmt::format("SYN{:04}USDT", i));
  }
  return names;
}

}  // namespace acts::exchange
