// The logs that the last run has left open. Blocking; before the run, while nobody else writes to the data directory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "recording/file_ops.hpp"

namespace acts {

struct LeftLogs {
  std::uint64_t cut = 0;              // logs of which something could not be read
  std::string loss = {};              // of the last such log: one line
  std::size_t later = 0;              // logs that are left to the run: they would take too long
  std::vector<std::string> problems;  // one line each: why one is not sealed
};

// Seals the logs that the last run has left open. A long one, and what is not sealed after `limit` of real time, the
// run itself will. A disk that fails is asked again, kSealRetries times in all. `ops`: the disk. `stop`: true ends it
// too; may be empty.
inline constexpr int kSealRetries = 2;
inline constexpr Nanos kSealPause = std::chrono::milliseconds{250};  // of real time, before each of them
LeftLogs seal_left_logs(const std::string& data_dir, Venue venue, Nanos limit,
                        const std::function<bool()>& stop = nullptr, FileOps& ops = real_file_ops());

}  // namespace acts
