// Charts of runs. Pure.
#pragma once

#include <span>
#include <vector>

#include "report/chart.hpp"
#include "report/run/run_report.hpp"

namespace acts::report {

// Equity with and without fees, underwater, exposure; by period the histogram of returns, rolling Sharpe ratio and
// volatility, if there are enough; of each of the first kMostTracks instruments its price with the fills on it, and the
// position. Gaps in the run's data are shaded.
inline constexpr std::size_t kMostTracks = 8;
std::vector<Panel> run_panels(const RunReport& run);

// Profit since the start, and underwater, of several runs in one panel each. At most kMostCompared runs (asserted).
inline constexpr std::size_t kMostCompared = 6;
std::vector<Panel> comparison_panels(std::span<const RunReport> runs);

}  // namespace acts::report
