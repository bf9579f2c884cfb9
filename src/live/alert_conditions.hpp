// What of a run's state needs a person, and the message that says so. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "collector/alerts.hpp"
#include "collector/health.hpp"
#include "live/process_health.hpp"

namespace acts {

struct AlertLimits {
  Nanos no_data = std::chrono::seconds{60};       // a symbol without a message for so long
  Nanos gap = std::chrono::minutes{5};            // a gap that is not healed for so long
  Nanos no_connection = std::chrono::seconds{5};  // a venue without a connection for so long
  Nanos clock_offset = std::chrono::seconds{1};
  Nanos failing = std::chrono::seconds{30};  // rows, recording or books that cannot be written for so long
  double disk_free_share = 0.05;             // less of the disk than this is free, and less than ...
  std::uint64_t disk_free_bytes = std::uint64_t{10} << 30;
};

std::vector<collector::AlertCondition> alert_conditions(std::span<const collector::Health> venues,
                                                        const ProcessHealth& process, const AlertLimits& limits);

// At the end of a run: each alert that was said is resolved, as nobody looks any more. What still holds is said anew by
// the next run.
std::vector<collector::Alert> end_alerts(collector::AlertBook& book, UnixNanos now);

// What a webhook and a command get: one JSON object. `left_out`: alerts that could not be said before.
std::string alert_message(std::span<const collector::Alert> alerts, std::uint64_t left_out, std::string_view version);

}  // namespace acts
