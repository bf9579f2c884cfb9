// What a run needs of an instrument besides its data and its account, as settings say it. Blocking.
#pragma once

#include "acts/base/result.hpp"

#include "backtest/instrument.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// Without a feed and an account. Errors: read_latencies(), filters_of().
Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument);

}  // namespace acts::backtest
