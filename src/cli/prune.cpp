#include "cli/prune.hpp"

#include <fmt/format.h>

#include "net/real_clock.hpp"

namespace acts::cli {

int prune(const RetentionOptions& options) {
  if (!options.any()) {
    return complain({ErrorCode::kUsage, "prune: all is kept: say how much with --keep-..., or in acts.toml"});
  }
  RealClock clock;
  const RetentionReport report = run_retention(options, clock.now(), [] { return false; }, [] {});
  tell(retention_text(report, options) + "\n");
  const std::string failures = report.failures();
  return failures.empty() ? kExitDone : complain({ErrorCode::kStorage, failures});
}

}  // namespace acts::cli
