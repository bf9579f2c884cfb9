// acts rows merge FILE...: the rows of other collectors' stores into ours.
#pragma once

#include <string>
#include <vector>

namespace acts::cli {

// `files`: acts.db files, or data directories with one. Says on standard error how many rows of each were added, were
// the same, or differed and which won. The exit code.
int merge_rows(const std::string& data_dir, const std::vector<std::string>& files);

}  // namespace acts::cli
