// Rows that a store lacks though the recording gives them, as after a store that took none for longer than memory could
// hold them: made again by the replay that gives every row. Blocking.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "store/row_gaps.hpp"
#include "store/sqlite_store.hpp"

namespace acts {

struct RowRepair {
  std::string venue;
  std::string symbol;
  std::size_t missing = 0;  // minutes without a row, between its first one and its last one, or in the range's time
  std::size_t added = 0;    // of them, those that the recording gives
};

// The minutes of these symbols that have no row. Errors: kStorage.
Result<std::vector<RowGap>> missing_rows(SqliteStore& store, const RowRange& range);

// One symbol after the other; no row that is there is touched, and sinks get those that are added. `store`: of
// `data_dir`, into which nobody collects meanwhile. `problem`: is told one line of what cannot be read. Errors:
// kStorage.
Result<std::vector<RowRepair>> repair_rows(SqliteStore& store, const std::string& data_dir, const RowRange& range,
                                           const std::function<void(const std::string&)>& problem);

}  // namespace acts
