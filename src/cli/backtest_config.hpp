// The configuration of a backtest (TOML): sections, keys and what they may be.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "backtest/settings.hpp"

namespace acts::cli {

// `name`: the file's, which begins messages; files that it names lie relative to its folder. Errors: kUsage,
// "NAME:LINE: ...": not TOML, an unknown section or key (with the nearest one), a wrong type, a value that cannot be;
// without a line: one that is missing.
Result<backtest::BacktestSettings> parse_backtest_config(std::string_view text, const std::string& name);

}  // namespace acts::cli
