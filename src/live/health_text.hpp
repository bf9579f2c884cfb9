// The collectors' state for programs: /health as JSON and /metrics in Prometheus' text form. Names: shared promises to
// users, in README.md.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "collector/health.hpp"
#include "live/row_writer.hpp"

namespace acts {

struct ProcessHealth {
  RowWriter::Counters rows;
  std::size_t recording_queue_bytes = 0;
};

// The worst of them.
collector::Overall overall_of(std::span<const collector::Health> venues);
std::string health_json(std::span<const collector::Health> venues, const ProcessHealth& process);
std::string metrics_text(std::span<const collector::Health> venues, const ProcessHealth& process);

}  // namespace acts
