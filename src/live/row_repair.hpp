// Rows that a store lacks though the recording gives them, as after a store that took none for longer than memory could
// hold them, and rows that were made up at a restart which had no time to read so far: made again by the replay that
// gives every row. Blocking.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "store/sqlite_store.hpp"

namespace acts {

struct RowRepair {
  std::string venue;
  std::string symbol;
  std::size_t missing = 0;   // minutes without a row between those that have one
  std::size_t added = 0;     // of them, those that the recording gives
  std::size_t made_up = 0;   // rows of minutes in which no process ran, as the restart behind them had it
  std::size_t replaced = 0;  // of them, those of which the recording knows better
};

// One symbol after the other, those with something to look at; no other row is touched, and sinks get what changes.
// Of a recording of which the begin is gone, and no book either, nothing is taken. `store`: of `data_dir`, into which
// nobody collects meanwhile. `problem`: is told one line of what cannot be read. Errors: kStorage.
Result<std::vector<RowRepair>> repair_rows(SqliteStore& store, const std::string& data_dir, const RowRange& range,
                                           const std::function<void(const std::string&)>& problem);

}  // namespace acts
