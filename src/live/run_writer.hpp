// The port through which a run's recording is written: RunRecorder's, and a simulation's in its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "acts/base/time.hpp"

#include "recording/index.hpp"

namespace acts {

// Of lines and entries, counted from the run's first one.
struct RecordingProgress {
  std::uint64_t told = 0;
  // The first so many are on the disk with a mark that tells of them: they are there after a power cut too. A mark
  // comes to the disk with the sync after the one that it tells of.
  std::uint64_t durable = 0;
  std::optional<Nanos> stuck_for = {};  // something waits, and nothing got on for so long of real time
};

// Called in the order of the run. What can never be written is the writer's to count.
class RunWriter {
 public:
  virtual ~RunWriter() = default;

  virtual void line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) = 0;
  virtual void note(UnixNanos ts, IndexEvent event) = 0;
};

}  // namespace acts
