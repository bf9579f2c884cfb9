// What of a run's profit rests on where its orders stood in their queues: the run beside instances of its strategy that
// went through the same data under other queues (RunReport::scenarios). Pure.
#pragma once

#include <vector>

#include "report/chart.hpp"
#include "report/run/run_report.hpp"
#include "report/sheet/figures.hpp"

namespace acts::report {

// "queues": profit and fills of the run and of each scenario, how far the lowest and the highest profit lie apart, and
// that as a share of the run's. Of a run that has scenarios (asserted).
FigureGroup scenario_figures(const RunReport& run);

// Profit since the start of all of them.
Panel scenario_panel(const RunReport& run);

// figures_of(), and the scenarios' if there are any.
std::vector<FigureGroup> all_figures_of(const RunReport& run, const Benchmark* benchmark);

}  // namespace acts::report
