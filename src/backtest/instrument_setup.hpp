// What a run needs of an instrument besides its data and its account, as settings say it. Blocking.
#pragma once

#include "acts/base/result.hpp"

#include "backtest/account_book.hpp"
#include "backtest/engine.hpp"
#include "backtest/instrument.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// Without a feed, an account and what the data announces. Errors: read_latencies(), LatencyDistribution::of(),
// read_funding(), filters_of().
Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument);

// Of every run over books, alone or in a sweep. `is_sampled`: there is somebody who wants samples.
EngineOptions engine_options(const BacktestSettings& settings, bool is_sampled);

// Settles there from now on.
inline void join(InstrumentSetup& setup, const AccountBook::Place& place) {
  setup.account = place.account;
  setup.slot = place.slot;
}

}  // namespace acts::backtest
