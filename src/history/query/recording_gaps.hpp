// What is missing in recorded depth streams as a view of a query, recording_gaps: of every sealed day of every symbol
// below DATA_DIR/raw what its certificate tells (day_recording.hpp). Read as it is asked for: all of it, each time.
#pragma once

#include <functional>
#include <string>

#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"

namespace acts::history {

// Makes the view, empty where nothing is recorded. `is_stopped` is asked while recordings are read, from threads of
// DuckDB's: true ends the statement. Errors: kStorage.
Result<void> add_recording_gaps(Duck& duck, const std::string& data_dir, std::function<bool()> is_stopped);

}  // namespace acts::history
