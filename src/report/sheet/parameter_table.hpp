// A sweep's table as a map: a statistic by two parameters. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "report/run/csv_table.hpp"
#include "report/sheet/heat_table.hpp"

namespace acts::report {

class ParameterTable {
 public:
  static constexpr std::size_t kMostValues = 100;  // of a parameter

  // `header`: of a CSV file with a line a set of parameters; `across`, `down` and `statistic` are columns of it.
  // Errors: kBadInput: a column is missing.
  static Result<ParameterTable> open(std::string_view header, std::string across, std::string down,
                                     std::string statistic);

  // An empty statistic is undefined. Errors: kBadInput: no number, or more than kMostValues of a parameter.
  Result<void> add(std::string_view line);
  // Parameters in their order as numbers, or as texts if one of them is none. A cell is the mean of the lines that
  // share both parameters, and says of how many.
  [[nodiscard]] HeatTable table() const;

 private:
  ParameterTable() = default;
  // Behind a pointer: csv_ keeps looking at it.
  std::unique_ptr<std::array<std::string, 3>> names_;
  std::unique_ptr<std::array<std::string_view, 3>> wanted_;
  std::optional<CsvTable> csv_;
  std::vector<std::string> across_;
  std::vector<std::string> down_;
  struct Cell {
    double total = 0;
    std::size_t lines = 0;
  };
  std::vector<Cell> cells_;  // kMostValues a line of `down`
};

}  // namespace acts::report
