// Tables whose cells are coloured by their value: months by year, a statistic by two parameters. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/period_closes.hpp"

namespace acts::report {

struct HeatCell {
  std::optional<double> value = {};
  std::string text = {};
};

struct HeatTable {
  std::string title = {};
  std::string corner = {};
  std::vector<std::string> columns = {};
  std::vector<std::string> rows = {};
  std::vector<HeatCell> cells = {};  // row by row
  // Colours: about 0, or from the lowest to the highest.
  bool is_about_zero = true;
};

// How strong a cell's colour is: -4 ... 4; with is_about_zero 0 is none.
std::vector<int> heat_of(const HeatTable& table);

// Returns by month, UTC, compounded of daily ones, and of the whole year as the last column. A close at 00:00 of a
// first day ends the month before. `closes`: values above 0 but the last.
HeatTable month_table(const Closes& closes);

}  // namespace acts::report
