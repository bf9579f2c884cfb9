// The port through which a run's recording is written: RunRecorder's, and a simulation's in its place.
#pragma once

#include <string_view>

#include "acts/base/time.hpp"

#include "recording/index.hpp"

namespace acts {

// Called in the order of the run. What can never be written is the writer's to count.
class RunWriter {
 public:
  virtual ~RunWriter() = default;

  virtual void line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) = 0;
  virtual void note(UnixNanos ts, IndexEvent event) = 0;
};

}  // namespace acts
