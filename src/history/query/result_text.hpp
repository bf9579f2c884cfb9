// Rows of a query as text: CSV with a header, JSON lines, or a table for people. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "history/engine/select.hpp"

namespace acts::history {

using ResultCells = std::vector<std::optional<std::string>>;

// NULL is empty, an empty text is "". Each appends one line with its newline.
void append_csv_header(std::string& out, const std::vector<SelectColumn>& columns);
void append_csv_row(std::string& out, const ResultCells& cells);
// Decimals are strings, as they may have more digits than a reader's numbers, and whole numbers beyond 2^53, which many
// readers would round; other whole numbers, doubles and flags are not.
void append_json_row(std::string& out, const std::vector<SelectColumn>& columns, const ResultCells& cells);

// Columns as wide as the widest of the first rows; those behind them may be wider. Numbers stand to the right.
class ResultTable {
 public:
  explicit ResultTable(std::vector<SelectColumn> columns);
  // Appends what can be said by now.
  void add(const ResultCells& cells, std::string& out);
  void finish(std::string& out);

  static constexpr std::size_t kMeasured = 1000;  // rows

 private:
  void begin(std::string& out);
  void append(const ResultCells& cells, std::string& out) const;
  void append_cell(std::size_t column, std::string_view text, std::string& out) const;

  std::vector<SelectColumn> columns_;
  std::vector<std::size_t> widths_;
  std::vector<ResultCells> held_;
  bool has_begun_ = false;
};

}  // namespace acts::history
