// A symbol that a user names of what is stored, in the spelling that all commands take (binance/symbols.hpp).
#pragma once

#include <optional>
#include <string>

#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

namespace acts::cli {

struct StoredSymbol {
  std::optional<Venue> venue;  // none: of any
  std::string text;            // as the venue spells it, or an asset
};

// `venue`: that --venue names. Errors: kUsage, also if the two contradict each other.
Result<StoredSymbol> parse_stored_symbol(const std::string& typed, std::optional<Venue> venue);

// An asset stands for this.
std::string usual_pair(const std::string& asset);

}  // namespace acts::cli
