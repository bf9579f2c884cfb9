// One collector a data directory: two would write the same rows, each with half of the truth.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "recording/file_lock.hpp"

namespace acts {

// On DIR/acts.lock. Makes the directory if it is not there. Errors: kStorage, naming the process that holds it and the
// remedy.
Result<FileLock> lock_data_dir(const std::string& data_dir);

}  // namespace acts
