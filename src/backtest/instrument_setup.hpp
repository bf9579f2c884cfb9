// What a run needs of an instrument besides its data and its account, as settings say it. Blocking.
#pragma once

#include "acts/base/result.hpp"

#include "backtest/account_book.hpp"
#include "backtest/instrument.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// Without a feed, an account and what the data announces. Errors: read_latencies(), LatencyDistribution::of(),
// read_funding(), filters_of().
Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument);

// Settles there from now on.
inline void join(InstrumentSetup& setup, const AccountBook::Place& place) {
  setup.account = place.account;
  setup.slot = place.slot;
}

}  // namespace acts::backtest
