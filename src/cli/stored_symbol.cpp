#include "cli/stored_symbol.hpp"

#include <fmt/format.h>

#include "binance/symbols.hpp"

namespace acts::cli {

Result<StoredSymbol> parse_stored_symbol(const std::string& typed, std::optional<Venue> venue) {
  const auto wish = binance::parse_symbol_wish(typed, venue.value_or(Venue::kBinanceSpot));
  if (!wish) return fail(wish.error().code, "--symbol: " + wish.error().message);
  if (!typed.contains(':')) return StoredSymbol{venue, wish->text};
  if (venue && *venue != wish->venue) {
    return fail(ErrorCode::kUsage,
                fmt::format("--symbol: '{}' is not of {}, which --venue names", typed, to_string(*venue)));
  }
  return StoredSymbol{wish->venue, wish->text};
}

std::string usual_pair(const std::string& asset) { return asset + "USDT"; }

}  // namespace acts::cli
