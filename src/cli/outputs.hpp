// What a command writes must not be what it reads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "backtest/settings.hpp"

namespace acts::cli {

// `read`: files, and folders of runs; names that are not there count for nothing. Errors: kUsage: `output` of this flag
// is one of them, or a file of such a run.
Result<void> check_not_read(std::string_view flag, const std::string& output, std::span<const std::string> read);

// What a run of these settings reads: its library and its instruments' files, those of features among them.
std::vector<std::string> files_read(const backtest::BacktestSettings& settings);

}  // namespace acts::cli
