// The collectors' state for programs: /health as JSON and /metrics in Prometheus' text form. Names: shared promises to
// users, in README.md.
#pragma once

#include <span>
#include <string>

#include "collector/health.hpp"
#include "live/process_health.hpp"

namespace acts {

// The worst of them.
collector::Overall overall_of(std::span<const collector::Health> venues, const ProcessHealth& process);
std::string health_json(std::span<const collector::Health> venues, const ProcessHealth& process);
std::string metrics_text(std::span<const collector::Health> venues, const ProcessHealth& process);

}  // namespace acts
