// Columns of minute rows over time. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "report/chart.hpp"

namespace acts::report {

class RowPanels {
 public:
  static constexpr std::size_t kMostValues = 1'000'000;  // in all: a page of some 20 MB

  // Errors: kUsage: a column that it has not, or that holds no numbers.
  static Result<RowPanels> open(const RowSchema& schema, const std::vector<std::string>& columns);

  // Rows of one symbol, by time. Errors: kUsage: more values than a chart can show.
  Result<void> add(const MinuteRow& row);
  // A panel a column, but columns of both sides of the book (total_bid, total_ask) share one. Where a minute has no row
  // lines break; minutes without one, or in another state than live, are shaded.
  [[nodiscard]] std::vector<Panel> finish();
  [[nodiscard]] std::size_t rows() const { return rows_; }

 private:
  struct Line {
    std::size_t column = 0;
    Series series;
  };
  RowPanels() = default;
  void add_point(double time, const MinuteRow* row);
  void shade(double from, double to);

  std::vector<std::vector<Line>> panels_;  // lines by panel
  std::vector<std::string> titles_;
  std::size_t state_ = 0;  // its column; 0: there is none
  std::vector<double> x_;
  std::vector<Shade> shades_;
  std::size_t rows_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace acts::report
