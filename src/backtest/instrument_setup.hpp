// What a run needs of an instrument besides its data, as settings say it. Blocking.
#pragma once

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "backtest/instrument.hpp"
#include "backtest/instrument_run.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

// Without a feed. `cash`: booked at the start. Errors: read_latencies().
Result<InstrumentSetup> instrument_setup(const InstrumentSettings& settings, const BacktestInstrument& instrument,
                                         const Decimal& cash);

}  // namespace acts::backtest
