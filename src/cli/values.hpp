// Options that several commands have, and how their values are read.
#pragma once

#include <optional>

#include "acts/base/time.hpp"
#include "acts/features/bands.hpp"
#include "acts/market/venue.hpp"

#include "cli/option.hpp"
#include "live/settings.hpp"

namespace acts::cli {

inline const OptionSpec kVenueSpec{.name = "venue",
                                   .placeholder = "",
                                   .kind = OptionKind::kChoice,
                                   .help = "where symbols are traded that do not say it",
                                   .default_text = "binance-spot",
                                   .choices = {"binance-spot", "binance-usdm"}};
inline const OptionSpec kBandsSpec{.name = "bands",
                                   .placeholder = "LIST",
                                   .kind = OptionKind::kNumbers,
                                   .help = "per cent around mid that sums are taken over",
                                   .default_text = "1,4"};
inline const OptionSpec kStaleAfterSpec{.name = "stale_after",
                                        .placeholder = "TIME",
                                        .kind = OptionKind::kDuration,
                                        .help = "without a depth event for so long a row is stale",
                                        .default_text = "60s"};

// Errors: kUsage, without a place.
Result<void> set_bands(BandList& bands, const Values& values);
Result<void> set_venue(Venue& venue, const Values& values);
Result<void> set_positive_duration(Nanos& duration, const Values& values);
Result<void> set_time(std::optional<UnixNanos>& time, const Values& values);

// "9100", ":9100", "HOST:9100", "[::1]:9100"; on loopback if no host is given. Errors: kUsage, without a place.
Result<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace acts::cli
