// The table of a sweep: a line a parameter set, as CSV, or as Parquet with typed columns.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"

#include "backtest/bars/sweep_plan.hpp"
#include "backtest/sweep/sweep_journal.hpp"
#include "recording/file_ops.hpp"
#include "report/sweep/set_figures.hpp"

namespace acts::cli {

class SweepTable {
 public:
  // `types`: of the strategy's parameters, by name; `rows`: what the data's rows are called, "bars" or "rows". A
  // parameter of the name of another column is "NAME_parameter".
  SweepTable(std::vector<backtest::SweepAxis> axes, std::span<const std::pair<std::string, ParameterType>> types,
             std::string_view rows);

  // With their ends. Exact values as decimals, figures as shortest doubles, empty where undefined. Of a set that has
  // failed all is empty but for its number, parameters and error. `risk_free_rate`: of report::set_figures().
  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string line(const backtest::JournalEntry& set, double risk_free_rate);

  // Makes Parquet of a CSV file that has exactly the lines that line() has given: whole numbers, decimals with as many
  // places as there are, doubles, texts. Errors: kStorage, kBadInput: a value that its column cannot hold.
  [[nodiscard]] Result<void> to_parquet(FileOps& ops, const std::string& csv, const std::string& output) const;

 private:
  struct Column {
    std::string name;
    std::string type;  // DuckDB's; empty: a decimal
    int places = 0;    // of decimals
  };
  std::vector<backtest::SweepAxis> axes_;
  std::vector<Column> columns_;
};

}  // namespace acts::cli
