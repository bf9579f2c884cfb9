// acts recording merge: two collectors' recordings of the same symbols, as one.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "recording/archive.hpp"

namespace acts::cli {

// Of both data directories what is sealed and wanted, into `out`, which has no recordings yet. Says of each symbol how
// many messages both had and only one of them.
int merge_directories(const std::array<std::string, 2>& directories, const std::string& out,
                      const std::function<bool(const RecordingFile&)>& is_wanted);

}  // namespace acts::cli
