// The rows of the bundled recording that speed is measured over.
#pragma once

#include "backtest/instrument.hpp"
#include "rows_file.hpp"

namespace acts::bench {

backtest::BacktestInstrument recorded_instrument();
RowsFile recorded_rows();

}  // namespace acts::bench
