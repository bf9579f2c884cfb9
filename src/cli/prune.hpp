// acts recording prune, acts rows prune: what is older, or beyond the size that is kept, goes now.
#pragma once

#include "cli/command.hpp"
#include "live/retention_thread.hpp"

namespace acts::cli {

inline const OptionSpec kDryRunSpec{.name = "dry_run",
                                    .kind = OptionKind::kSwitch,
                                    .help = "prune: say what would be removed, and remove nothing",
                                    .default_text = "false"};

// Says what was removed. Nothing to keep to is a usage error.
int prune(const RetentionOptions& options);

}  // namespace acts::cli
