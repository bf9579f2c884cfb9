// Rows that are not in files as a table of DuckDB's: a table function that pulls them, as they are asked for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

#include "history/engine/duck.hpp"

namespace acts::history {

class TableRows {
 public:
  virtual ~TableRows() = default;
  // True: `row` is the next one, with a value for every column. False: there is none, however often asked. An error is
  // final.
  virtual Result<bool> next(MinuteRow& row) = 0;
};

// Called for each use in a statement, from whatever thread of DuckDB's; the rows are then used by one thread at a time.
using OpenTableRows = std::function<Result<std::unique_ptr<TableRows>>()>;

// Makes the view NAME, over a function acts_NAME() without parameters: texts VARCHAR, times TIMESTAMP, decimals
// DECIMAL(38,18), ratios DOUBLE, counts BIGINT. A decimal of 10^20 or more ends the statement with an error. Errors:
// kStorage.
Result<void> add_row_view(Duck& duck, const std::string& name, RowSchema schema, OpenTableRows open);
// The same of a table whose columns nobody knows: every statement that uses it ends with `why`.
Result<void> add_failing_view(Duck& duck, const std::string& name, std::string why);

}  // namespace acts::history
