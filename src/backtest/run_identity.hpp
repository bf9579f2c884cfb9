// What a run is before it has run: its instrument, strategy, parameters, the sums of its data, and a name that is equal
// for two runs that must give equal bytes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/registry.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/features/feature_data.hpp"
#include "backtest/instrument.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/run_folder.hpp"

namespace acts::backtest {

struct DataFile {
  std::string path;
  std::string sha256;
};

struct PreparedRun {
  std::vector<BacktestInstrument> instruments;    // as the settings' are
  std::map<std::string, std::string> parameters;  // canonical
  std::unique_ptr<Strategy> strategy;
  std::vector<std::string> features;  // that it wants
  std::string data;                   // data_json()
  std::string library;                // of the strategy, likewise one object; "null": it is one of acts
  std::string identity;               // SHA-256 of version, strategy, data, parameters and configuration
};

// Reads the files through. Errors: kUsage: settings that do not go together, or do not fit the strategy, files that are
// not there; kStorage.
Result<PreparedRun> prepare_run(const RunRequest& request);

// The files of all instruments, or those of the catalog that they come from. Reads them through. Errors: kUsage: one is
// not there; kStorage.
Result<std::vector<DataFile>> data_files(const BacktestSettings& settings);
// And the strategy's library: another one of the same name is another run.
Result<std::vector<DataFile>> known_files(const BacktestSettings& settings);

// Exact steps and names of the settings' instruments. Errors: kUsage.
Result<std::vector<BacktestInstrument>> backtest_instruments(const BacktestSettings& settings);

// What is wrong with the data of one instrument: which, where there are several.
std::unexpected<Error> of_instrument(const BacktestSettings& settings, const BacktestInstrument& instrument,
                                     const Error& error);

// Whether the data can give what the strategy wants. `stored`: of the settings. Errors: kUsage: FeaturePlan::make(), or
// of stored features StoredColumns::check(); bars of order books without `bar_interval`; of bars only what bars do not
// have, features that are not stored among it.
Result<void> check_wants(const Wants& wants, const BacktestSettings& settings, const StoredColumns& stored);

// Whether there is what a strategy cannot trade without. Errors: kUsage: what is missing, and where it would be said.
Result<void> check_needs(std::string_view strategy, const StrategyNeeds& needs, const BacktestSettings& settings);

// The request's folder, with the first digits of the identity in place of "{}".
std::string folder_of(const RunRequest& request, const PreparedRun& prepared);

// What becomes of a run that has failed: the folder of an isolated strategy's stays. `folder`: may be null. Returns the
// error, or that of the folder's files.
std::unexpected<Error> broken_off(const RunRequest& request, const PreparedRun& prepared, RunFolder* folder,
                                  const Error& error);

// JSON: an object of texts, and the data's files with their sums.
std::string object_of(const std::map<std::string, std::string>& texts);
std::string data_json(const std::vector<DataFile>& files);
// One of its objects.
std::string file_json(const DataFile& file);

}  // namespace acts::backtest
