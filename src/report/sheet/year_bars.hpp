// Returns by year as bars. Pure.
#pragma once

#include <string>
#include <vector>

#include "report/sheet/heat_table.hpp"

namespace acts::report {

struct YearBar {
  std::string year = {};
  std::string text = {};  // its return; empty: no period ended in it
  double share = 0;       // its length beside that of the longest: 1, or -1 of a loss
};

// Of month_table(): of each row the last column. All lengths are 0 if no year gained or lost anything.
std::vector<YearBar> year_bars(const HeatTable& months);

// A section of the page; nothing if there are no years.
std::string years_body(const HeatTable& months);

}  // namespace acts::report
