// Prices to compare a run's returns with, out of a CSV file. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "report/run/csv_table.hpp"
#include "report/sheet/figures.hpp"

namespace acts::report {

class BenchmarkTable {
 public:
  static constexpr std::size_t kMostPrices = 5'000'000;

  // Columns `time` (ISO 8601, UTC) and `price`, or `close` of a candle, whose time is then to be that of its end.
  // Errors: kBadInput: there are none.
  static Result<BenchmarkTable> open(std::string_view header);

  // Errors: kBadInput: no time after that of the line above, no price above 0, more than kMostPrices lines.
  Result<void> add(std::string_view line);
  [[nodiscard]] Benchmark take(std::string name) && { return {std::move(name), std::move(prices_)}; }

 private:
  explicit BenchmarkTable(CsvTable table) : table_(std::move(table)) {}

  CsvTable table_;
  Closes prices_;
};

}  // namespace acts::report
