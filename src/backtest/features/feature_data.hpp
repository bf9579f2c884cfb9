// The stored features that a run's settings name: which columns they have, and their rows for the run. If one
// instrument of a run has some, features are told as they are stored, and none are computed: an instrument without is
// told none. Blocking.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "backtest/features/feature_file.hpp"
#include "backtest/features/stored_features.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// "DATA_DIR/features/1m.db": where `acts features compute --store` keeps rows.
std::string features_path(const std::string& data_dir, Nanos interval);

// The files that the settings name, or that of the interval in their data directory: of minutes that of the collector's
// rows, if none have been computed.
std::vector<std::string> feature_files(const InstrumentSettings& settings);

class StoredColumns {
 public:
  // Errors: open_feature_table(); kUsage: there is no store of the interval.
  static Result<StoredColumns> of(const BacktestSettings& settings);

  // No instrument has stored features.
  [[nodiscard]] bool empty() const { return tables_.empty(); }
  // Whether all tables have them, as numbers. Errors: kUsage: the first that is missing.
  [[nodiscard]] Result<void> check(std::span<const std::string> wanted) const;

 private:
  std::vector<FeatureTable> tables_;  // of all instruments
};

// Of the tables of an instrument the columns that are wanted; no spool: it has none, or none are wanted. `shift`: of
// local times. Errors: open_feature_table(), those of rows; kBadInput: times that do not rise, or no row at all;
// kStorage.
Result<StoredFeatureList> open_stored_features(const InstrumentSettings& settings, std::span<const std::string> wanted,
                                               Nanos shift, const std::optional<FutureCut>& cut);

// What a file's rows are known by: all of its bytes, and of a store those of the instrument. Nothing: its bytes.
Result<std::optional<std::string>> feature_digest(const InstrumentSettings& settings, const std::string& path);

// "stored(alpha.csv; delay 5s)"; empty: none are.
std::string features_model(const InstrumentSettings& settings);

// A line for each instrument that has stored features and was told none. `told`: by their ids; empty: nobody knows.
std::vector<std::string> untold_feature_notes(const BacktestSettings& settings, const std::vector<bool>& told);

}  // namespace acts::backtest
