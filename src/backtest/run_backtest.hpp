// A backtest from its settings to its files: opens data, makes the strategy, runs, writes. Blocking.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "backtest/engine.hpp"
#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"
#include "backtest/settings.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

struct RunRequest {
  BacktestSettings settings = {};
  std::string version = {};        // of acts
  std::string configuration = {};  // its text, as it was read
  std::string json = {};           // where the object goes; empty: nowhere
  // Where the folder goes; empty: nowhere. "{}" in it stands for the first digits of what the run is: of data, settings
  // and version.
  std::string folder = {};
  std::function<void(std::string_view)> on_problem = {};  // is told of what cannot be read; may be empty
};

struct RunReport {
  RunEnd end = {};
  FeedFacts data = {};
  BacktestInstrument instrument = {};
  std::optional<Decimal> equity = {};  // nothing if the book ended empty
  std::string folder = {};             // where it went
};

// Errors: kUsage: settings that do not go together, files that are not there; kBadInput, kStorage.
Result<RunReport> run_backtest(FileOps& ops, const RunRequest& request);

}  // namespace acts::backtest
