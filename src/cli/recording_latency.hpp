// acts recording latency: what our own requests tell of the way to the venue, as a file for backtests.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/archive.hpp"

namespace acts::cli {

struct LatencyRequest {
  // The files that there are, each message in one of them. Asked again where a log was sealed while they were read.
  std::function<Result<std::vector<RecordingFile>>()> list = {};
  std::optional<UnixNanos> from = {};  // sent then and later
  std::optional<UnixNanos> to = {};    // and before
  std::string data_dir = {};           // for messages
  std::string out = {};
};

// Prints the round trips of all kinds of requests as CSV, with how many of each are left out as our clock contradicts
// them, writes those for the venue's time into `out`, and says what they are worth. Returns the exit code.
int measure_latency(const LatencyRequest& request);

}  // namespace acts::cli
