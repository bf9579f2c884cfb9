#include "acts/market/instrument.hpp"

#include <array>

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

}  // namespace acts
