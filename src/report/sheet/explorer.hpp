// The tables of a run's fills and orders, which the page's script fills, searches and leafs through. Pure.
#pragma once

#include <string>

#include "report/run/run_report.hpp"

namespace acts::report {

// The places for the tables, and what of them is not listed.
std::string explorer_body(const RunReport& run);
// Their content, safe within a script element: [{"id", "columns": [..], "rows": [[seconds, text, ..], ..]}]; the first
// value of a row is the time for charts, the others are texts: the time as one, the instrument, and so on.
std::string explorer_json(const RunReport& run);

}  // namespace acts::report
