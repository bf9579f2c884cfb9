// `acts collect` once its settings are known.
#pragma once

#include "live/settings.hpp"

namespace acts::cli {

// Until a signal or settings.duration; logs, the live display, readiness and watchdog of systemd. The exit code.
int run_collect(const CollectSettings& settings);

}  // namespace acts::cli
