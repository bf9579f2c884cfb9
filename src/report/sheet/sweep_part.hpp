// What a sheet shows of a sweep. Pure.
#pragma once

#include <string>
#include <vector>

#include "report/chart.hpp"
#include "report/sheet/figures.hpp"
#include "report/sheet/sheet.hpp"

namespace acts::report {

// Groups "best" and, if there is one, "walk_forward".
std::vector<FigureGroup> sweep_figures(const SweepReport& sweep);
// The equity of the tests of a walk-forward, if there is one.
std::vector<Panel> sweep_panels(const SweepReport& sweep);
// A table of the folds of a walk-forward, as HTML; empty if there is none.
std::string folds_body(const SweepReport& sweep);

}  // namespace acts::report
