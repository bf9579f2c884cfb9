// The tables of a run's fills and orders, which the page's script fills, searches and leafs through, with the order
// books that they met. Pure.
#pragma once

#include <string>

#include "report/run/run_report.hpp"

namespace acts::report {

// The places for the tables, and what of them is not listed.
std::string explorer_body(const RunReport& run);
// Their content, safe within a script element: {"books": [[of the venue, time, bids, asks], ..], "tables": [{"id",
// "columns": [..], "rows": [[seconds, text, ..], ..], "books": [[local, venue], ..]}]}. The first value of a row is the
// time for charts, the others are texts: the time as one, the instrument, and so on. Bids and asks are lists of texts,
// price and quantity in turns, the best first. The books of a table are those of its rows, numbers in the list of
// books, -1 for none; of a run without books there are none at all.
std::string explorer_json(const RunReport& run);

}  // namespace acts::report
