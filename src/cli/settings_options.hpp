// The options of a collector's run: keys of acts.toml and flags alike.
#pragma once

#include <span>

#include "cli/option.hpp"
#include "live/settings.hpp"

namespace acts::cli {

// Section [collect].
std::span<const Option<CollectSettings>> collect_options();

// Sections [venues.NAME]; as flags they speak of the venue of --venue, or name it: "binance-usdm:https://...".
struct VenueOption {
  OptionSpec spec;
  Result<void> (*set)(VenueAddresses& addresses, const std::string& value);
  bool has_effect = true;  // false: checked, and used by nothing yet
};
std::span<const VenueOption> venue_options();

}  // namespace acts::cli
