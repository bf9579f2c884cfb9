// What a strategy keeps from one run to the next, in a file: whose it is, the bytes that Strategy::save() gave, and
// their sum. Blocking but for the parser.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::backtest {

inline constexpr std::size_t kMostStateBytes = std::size_t{64} << 20U;

std::string state_text(std::string_view strategy, std::string_view state);
// The state in such a text, which it points into. Errors: kBadInput: no such text, cut or damaged; kUsage: of another
// strategy.
Result<std::string_view> parse_state(std::string_view text, std::string_view strategy);

// Errors: kUsage: larger than kMostStateBytes; kStorage.
Result<void> write_state(FileOps& ops, const std::string& path, std::string_view strategy, std::string_view state);
// Errors, naming the path: kUsage: it is not there; as parse_state().
Result<std::string> read_state(const std::string& path, std::string_view strategy);

}  // namespace acts::backtest
