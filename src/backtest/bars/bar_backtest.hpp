// A backtest over bars from its settings to its files. Blocking.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/assumptions.hpp"
#include "backtest/bars/bar_blocks.hpp"
#include "backtest/bars/bar_run.hpp"
#include "backtest/instrument.hpp"
#include "backtest/lookahead/altered_feed.hpp"
#include "backtest/order_counts.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/settings.hpp"
#include "recording/file_ops.hpp"

namespace acts::backtest {

// What settings say of the run itself. `features`: that are wanted of stored ones. `cut`: behind it they are other
// ones. Errors: read_funding(), filters_of(), open_stored_features().
Result<BarRunOptions> bar_run_options(const BacktestSettings& settings, std::span<const BacktestInstrument> instruments,
                                      std::span<const std::string> features, const std::optional<FutureCut>& cut = {});

// The bars that begin within the settings' period, of their files or of the catalog. Errors: FileBars::open(),
// open_catalog_bars().
Result<std::unique_ptr<BarReader>> open_bars(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                                             InstrumentId id);

struct BarReport {
  BarTotals totals = {};
  std::vector<BacktestInstrument> instruments = {};  // by their ids, as what follows
  std::vector<Price> marks = {};                     // last closes
  std::vector<std::uint64_t> missing = {};           // bars that are not there between those that are
  std::vector<OrderCounts> orders = {};
  std::vector<AccountReport> accounts = {};  // one that has a limit, or none
  UnixNanos begin = {};                      // open of the first bar,
  UnixNanos end = {};                        // and close of the last one
  std::vector<Assumption> assumptions = {};
  std::string folder = {};  // where it went

  // Cash, fee and funding of all, without a quantity.
  [[nodiscard]] Position sum() const;
};

// As run_backtest(), of settings whose data is bars.
Result<BarReport> run_bar_backtest(FileOps& ops, const RunRequest& request);

}  // namespace acts::backtest
