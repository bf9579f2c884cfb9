// A chart as one HTML page that needs nothing else: uPlot draws its panels, which can be zoomed and read off; data
// sets' days are a picture within. Its Content-Security-Policy lets nothing but its own script and style run, and
// nothing be fetched. Pure.
#pragma once

#include <string>

#include "report/chart.hpp"

namespace acts::report {

std::string to_html(const Chart& chart);

}  // namespace acts::report
