// Where the data of a backtest lies if its configuration does not say it. Blocking.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "backtest/settings.hpp"

namespace acts::cli {

// Instruments without files and data_dir are of the data directory of other commands: that of acts.toml, or
// ./acts-data; features_store is of their data_dir, or of that one. `name`: of the configuration, for messages. Errors:
// kUsage: it is not there, or acts.toml cannot be read.
Result<void> take_default_data_dir(backtest::BacktestSettings& settings, const std::string& name);

}  // namespace acts::cli
