// acts recording latency: what our own requests tell of the way to the venue, as a file for backtests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "recording/archive.hpp"

namespace acts::cli {

struct LatencyRequest {
  std::vector<RecordingFile> files = {};  // each message once
  std::optional<UnixNanos> from = {};     // sent then and later
  std::optional<UnixNanos> to = {};       // and before
  std::string data_dir = {};              // for messages
  std::string out = {};
};

// Prints the round trips of all kinds of requests as CSV, writes those for the venue's time into `out`, and says what
// they are worth. Returns the exit code.
int measure_latency(const LatencyRequest& request);

}  // namespace acts::cli
