// A backtest over bars from its settings to its files. Blocking.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "acts/base/result.hpp"

#include "backtest/bars/bar_blocks.hpp"
#include "backtest/bars/bar_run.hpp"
#include "backtest/instrument.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/settings.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

// What settings say of the run itself.
BarRunOptions bar_run_options(const BacktestSettings& settings, const BacktestInstrument& instrument);

// The bars that begin within the settings' period, of their files or of the catalog. Errors: FileBars::open(),
// open_catalog_bars().
Result<std::unique_ptr<BarReader>> open_bars(const InstrumentSettings& settings, const BacktestInstrument& instrument);

struct BarReport {
  BarTotals totals = {};
  BacktestInstrument instrument = {};
  UnixNanos begin = {};  // open of the first bar,
  UnixNanos end = {};    // and close of the last one
  Price mark = {};       // last close
  std::uint64_t missing = 0;
  std::string folder = {};  // where it went
};

// As run_backtest(), of settings whose data is bars.
Result<BarReport> run_bar_backtest(FileOps& ops, const RunRequest& request);

}  // namespace acts::backtest
