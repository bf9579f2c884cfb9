// The data directory of a demo: its own, and empty when one begins, so that no run goes on with what another has left.
#pragma once

#include <string>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::cli {

// Makes `data_dir`, or removes what an earlier demo has left there. A directory is a demo's if it holds a mark that one
// has put there, nothing that none leaves, and only rows from `first` to `last`, the time of the demo's market.
// Errors: kUsage: it is not a demo's, and nothing was touched; kStorage: somebody collects into it, or it cannot be
// read, made or emptied.
Result<void> empty_demo_folder(const std::string& data_dir, UnixNanos first, UnixNanos last);

}  // namespace acts::cli
