// What the commands that replay recordings share: what is to be replayed, and the run itself with rows on standard
// output.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/interval_feature.hpp"
#include "acts/features/row.hpp"
#include "acts/market/venue.hpp"

#include "cli/option.hpp"
#include "cli/values.hpp"
#include "live/replay.hpp"

namespace acts::cli {

struct ReplaySettings {
  ReplayOptions replay;
  std::optional<Venue> venue;        // --venue
  std::vector<std::string> symbols;  // as typed
  std::vector<std::string> files;
  std::vector<std::string> books;
  std::string rows = "csv";
  bool summary = false;
  IntervalFeatureOptions features;  // names: rows have these behind the columns of every minute row
  // Features of either kind: rows have these behind their key, and nothing else. Empty: rows are whole.
  std::vector<std::string> chosen;
  // Rows of then and later, and of before.
  std::optional<UnixNanos> from;
  std::optional<UnixNanos> to;
  std::string origin;   // not empty: of the catalog's rows of that origin, not of recordings
  bool stores = false;  // rows go into the store of features of their interval, and nowhere else
  std::string data_dir;
};

inline const OptionSpec kRowsSpec{.name = "rows",
                                  .placeholder = "",
                                  .kind = OptionKind::kChoice,
                                  .help = "form of the rows",
                                  .default_text = "csv",
                                  .choices = {"csv", "json", "none"}};
inline const OptionSpec kReplayedSymbolSpec{
    .name = "symbol",
    .placeholder = "LIST",
    .kind = OptionKind::kTexts,
    .help = "only these: BTCUSDT, binance-usdm:BTCUSDT, an asset (BTC: its USDT pair); all if not given"};
inline const OptionSpec kLimitSpec{
    .name = "limit",
    .placeholder = "LEVELS",
    .kind = OptionKind::kInteger,
    .help = "levels a side that the recorded snapshots were asked for, where that is not known"};
inline const OptionSpec kIntervalSpec{.name = "interval",
                                      .placeholder = "TIME",
                                      .kind = OptionKind::kDuration,
                                      .help = "from row to row, 100ms to 1d",
                                      .default_text = "1m"};
inline const OptionSpec kLevelsSpec{.name = "levels",
                                    .placeholder = "LIST",
                                    .kind = OptionKind::kNumbers,
                                    .help = "N of the features of the first N levels, at most 1000",
                                    .default_text = "1,5,10"};
inline const OptionSpec kReplayedOriginSpec{
    .name = "origin",
    .placeholder = "ORIGIN",
    .help = "of the catalog's books and trades of that origin, not of recordings"};
inline const OptionSpec kHorizonsSpec{.name = "horizons",
                                      .placeholder = "LIST",
                                      .kind = OptionKind::kTexts,
                                      .help = "H of the features that look H back, multiples of the interval",
                                      .default_text = "the interval"};

// As of another command, where it was recorded.
OptionSpec replayed_venue_spec();
// As the run had it that was recorded.
OptionSpec told_spec(OptionSpec spec, std::string_view default_text);

// Errors: kUsage, without a place.
Result<void> set_limit(ReplaySettings& settings, const Values& values);
Result<void> set_replayed_venue(ReplaySettings& settings, const Values& values);
Result<void> set_replayed_levels(ReplaySettings& settings, const Values& values);
Result<void> set_replayed_horizons(ReplaySettings& settings, const Values& values);

// The venue that --venue or a prefix of --symbol names. Errors: kUsage, if they contradict each other.
Result<std::optional<Venue>> named_venue(const ReplaySettings& settings);

// Of an asset its USDT pair, where that is what is recorded; else what was wished for.
std::string recorded_symbol(const std::string& data_dir, Venue venue, const std::string& wish);

// Replays the files of the settings; says on standard error what is wrong. The exit code.
int replay_files(ReplaySettings settings);
// ... or what a data directory holds of the one symbol that is named, and of the time from `from` to `to`.
int replay_data_dir(ReplaySettings settings, const std::string& data_dir);
// ... or what the catalog has of that symbol, time and the settings' origin.
int replay_catalog(ReplaySettings settings, const std::string& data_dir);

}  // namespace acts::cli
