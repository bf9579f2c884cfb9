// Whether a backtest's configuration says all that is needed, and nothing that is not looked at.
#pragma once

#include <vector>

#include "acts/base/result.hpp"

#include "backtest/settings.hpp"
#include "cli/config_file.hpp"

namespace acts::cli {

// `entries`: what holds for this instrument, sections as if it were the only one. Errors: kUsage, without a place.
Result<void> check_instrument(const backtest::InstrumentSettings& settings, bool is_bars,
                              const std::vector<ConfigEntry>& entries);
// What all have in common. Errors: kUsage, without a place.
Result<void> check_run(const backtest::BacktestSettings& settings, const std::vector<ConfigEntry>& entries);

}  // namespace acts::cli
