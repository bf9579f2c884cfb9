// Where this build's programs and libraries are.
#pragma once

#include <string>
#include <string_view>

namespace acts::test {

// "<build>/acts"
const std::string& acts_binary();
// "<build>/tests/backtest/lib<name>.so", of tests/backtest/libraries/<name>.cpp
std::string strategy_library(std::string_view name);

}  // namespace acts::test
