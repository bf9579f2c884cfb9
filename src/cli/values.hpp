// Options that several commands have, and how their values are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
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
// Of commands that know Binance's alone; the catalog has captures of others too.
inline constexpr std::string_view kOtherVenues =
    "rows of other venues in the catalog are read by acts query, and its --output makes a file of them";
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
// Of --from and --to, either of which may be left out.
Result<void> check_period(const std::optional<UnixNanos>& from, const std::optional<UnixNanos>& to);
// N of features of the first N levels, and H of returns over H (interval_feature.hpp).
Result<void> set_feature_levels(std::vector<std::size_t>& levels, const Values& values);
Result<void> set_feature_horizons(std::vector<Nanos>& horizons, const Values& values);
inline const OptionSpec kRiskFreeRateSpec{
    .name = "risk_free_rate",
    .placeholder = "RATE",
    .help = "of a year, such as 0.04: taken off returns for Sharpe, Sortino and what else takes one",
    .default_text = "0"};
// Of a year: report::is_risk_free_rate().
Result<void> set_risk_free_rate(double& rate, const Values& values);
// An amount of money that is not negative.
Result<void> set_capital(Decimal& capital, const Values& values);

// For what has a limit, or none: "all". A duration is an hour at least. Errors: kUsage, without a place.
Result<void> set_kept_age(std::optional<Nanos>& age, const Values& values);
// "500GB", "20GiB", "1048576": kB, MB, GB, TB are powers of 1000, KiB, MiB, GiB, TiB of 1024.
Result<std::uint64_t> parse_bytes(std::string_view text);
// "all", 0 (whatever may go), or 1 MiB at least: a number below has lost its unit.
inline constexpr std::uint64_t kLeastKeptBytes = std::uint64_t{1} << 20;
Result<void> set_kept_bytes(std::optional<std::uint64_t>& bytes, const Values& values);

// What is kept: of collect, and of the commands that prune.
inline constexpr std::string_view kKeepAll = "all";
inline const OptionSpec kKeepRecordingsSpec{.name = "keep_recordings",
                                            .placeholder = "TIME",
                                            .kind = OptionKind::kDuration,
                                            .help = "remove recordings that are older",
                                            .default_text = kKeepAll};
inline const OptionSpec kKeepRecordingsBytesSpec{.name = "keep_recordings_bytes",
                                                 .placeholder = "SIZE",
                                                 .help = "remove the oldest recordings beyond it, such as 500GB",
                                                 .default_text = kKeepAll};
inline const OptionSpec kKeepRowsSpec{.name = "keep_rows",
                                      .placeholder = "TIME",
                                      .kind = OptionKind::kDuration,
                                      .help = "remove rows that are older and delivered",
                                      .default_text = kKeepAll};
inline const OptionSpec kKeepRowsBytesSpec{.name = "keep_rows_bytes",
                                           .placeholder = "SIZE",
                                           .help = "remove the oldest rows that are delivered beyond it",
                                           .default_text = kKeepAll};
inline const OptionSpec kKeepRejectedSpec{.name = "keep_rejected",
                                          .placeholder = "TIME",
                                          .kind = OptionKind::kDuration,
                                          .help = "remove rejected rows that are older",
                                          .default_text = kKeepAll};

inline const OptionSpec kKeepBooksSpec{.name = "keep_books",
                                       .placeholder = "TIME",
                                       .kind = OptionKind::kDuration,
                                       .help = "remove full books that are older and delivered",
                                       .default_text = kKeepAll};
inline const OptionSpec kKeepBooksBytesSpec{.name = "keep_books_bytes",
                                            .placeholder = "SIZE",
                                            .help = "remove the oldest full books that are delivered beyond it",
                                            .default_text = kKeepAll};

// Errors: kUsage, without a place: no name, or one that only a shell understands.
Result<void> check_directory_name(std::string_view name);

// "9100", ":9100", "HOST:9100", "[::1]:9100"; on loopback if no host is given. Errors: kUsage, without a place.
Result<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace acts::cli
