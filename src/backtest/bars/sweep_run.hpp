// A sweep from its settings to the rows of its table. Blocking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"

#include "backtest/bars/bar_run.hpp"
#include "backtest/bars/sweep_plan.hpp"
#include "backtest/instrument.hpp"
#include "backtest/settings.hpp"

namespace acts::backtest {

struct SweepRequest {
  BacktestSettings settings = {};         // of bars; its parameters hold for all sets
  std::vector<SweepAxis> axes = {};       // what changes
  std::optional<std::size_t> count = {};  // so many sets, drawn; else all
  std::uint64_t seed = 1;                 // what draws them
  std::size_t threads = 1;                // at least 1
};

// One parameter set and what it came to.
struct SweepRow {
  std::size_t number = 0;  // of the combination, from 1
  std::vector<GivenParameter> given = {};
  BarTotals totals = {};
};

struct SweepReport {
  BacktestInstrument instrument = {};
  std::size_t sets = 0;      // that were run
  std::size_t refused = 0;   // combinations that the strategy does not take,
  std::string refusal = {};  // and why the first of them
};

using SweepRowTaker = std::function<Result<void>(const SweepRow& row, const BacktestInstrument& instrument)>;

// Sets that share a pass: what is in memory. Rows of a pass are told when it is over.
inline constexpr std::size_t kSetsAPass = 4096;

// Rows come in the order of their numbers. Errors: kUsage: settings, or no combination that the strategy takes; those
// of the data; what `on_row` fails with.
Result<SweepReport> run_sweep(const SweepRequest& request, const SweepRowTaker& on_row);

// CSV with a header: the set's number, what changes, totals; exact values as decimals, the Sharpe ratio of daily
// returns (a year of 365 days) as the shortest double, empty where it is none.
std::string sweep_header(const std::vector<SweepAxis>& axes);
std::string sweep_line(const SweepRow& row, const BacktestInstrument& instrument);

}  // namespace acts::backtest
