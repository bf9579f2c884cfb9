// --bar-path of `acts backtest` and `acts sweep`: in place of bar_path in [exchange], of every instrument.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "acts/base/result.hpp"

#include "backtest/bars/bar_path.hpp"
#include "backtest/settings.hpp"
#include "cli/option.hpp"

namespace acts::cli {

inline const OptionSpec kBarPathSpec{
    .name = "bar_path",
    .placeholder = "PATH",
    .help =
        "how the price went within a bar: worst, high_first, low_first or nearest; bar_path of CONFIG if not given"};

inline Result<void> take_bar_path(std::optional<backtest::BarPath>& path, const Values& values) {
  const Result<backtest::BarPath> parsed = backtest::parse_bar_path(values[0]);
  if (!parsed) return std::unexpected(parsed.error());
  path = *parsed;
  return {};
}

// Returns what it adds to the configuration, of which the run is another one; "" without the flag. Errors: kUsage: the
// data is not of bars.
inline Result<std::string> override_bar_path(std::optional<backtest::BarPath> path,
                                             backtest::BacktestSettings& settings) {
  if (!path) return std::string();
  if (!settings.is_bars) {
    return fail(ErrorCode::kUsage, "--bar-path is of bars, which kind = \"bars\" in [data] asks for: take it out");
  }
  for (backtest::InstrumentSettings& of : settings.instruments) of.exchange.bar_path = *path;
  return fmt::format("\n--bar-path {}\n", backtest::name_of(*path));
}

}  // namespace acts::cli
