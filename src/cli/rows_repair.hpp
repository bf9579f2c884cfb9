// acts rows repair: rows that are missing, out of the recording.
#pragma once

#include <string>

#include "store/row_range.hpp"

namespace acts::cli {

// Says of each symbol how many were missing, and how many the recording gave. The exit code: kExitBadInput if it does
// not give all.
int repair_rows(const std::string& data_dir, const RowRange& range);

}  // namespace acts::cli
