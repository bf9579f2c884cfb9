// Bars out of the catalog: of its candles, or of its trades. Blocking.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/bars/bar_reader.hpp"
#include "backtest/run_identity.hpp"
#include "backtest/settings.hpp"
#include "history/catalog/manifest.hpp"

namespace acts::backtest {

// Bars of `settings.interval` that are over, from `from` on and before `to`. Errors: kUsage: what CatalogBars::open()
// says, or no interval; kStorage.
Result<std::unique_ptr<BarReader>> open_catalog_bars(const InstrumentSettings& settings,
                                                     const BacktestInstrument& instrument, InstrumentId id);

// Of the catalog in the settings' data directory, the files that are wanted: current_files(). Errors: kUsage: it cannot
// be one; kStorage.
Result<std::vector<history::CatalogFile>> catalog_files(
    const InstrumentSettings& settings, const std::function<bool(const history::CatalogFile&)>& is_wanted);

// By their names in the catalog.
std::vector<DataFile> data_of_catalog(const std::vector<history::CatalogFile>& files);
// The catalog's files that these may come from, by their names in the catalog. Errors: as above.
Result<std::vector<DataFile>> catalog_data(const InstrumentSettings& settings);

}  // namespace acts::backtest
