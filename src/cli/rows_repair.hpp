// acts rows repair: rows that are missing, out of the recording.
#pragma once

#include <string>

#include "acts/features/row.hpp"

#include "store/row_range.hpp"

namespace acts::cli {

// Says of each symbol how many were missing, and how many the recording gave. `schema`: of the store that is there. The
// exit code: kExitBadInput if not all are given.
int repair_rows(const std::string& data_dir, const RowSchema& schema, const RowRange& range);

}  // namespace acts::cli
