// How far an open log that a crash has left can be trusted: to its last mark (index::Durable). What lies behind was
// written and never synced: after a power cut there may be blocks missing in the middle of it, in the log as in its
// index, and nothing tells, as a frame has its checksum at its end. Blocking.
#pragma once

#include <cstdint>
#include <optional>

#include "recording/recording_reader.hpp"

namespace acts {

struct DurablePart {
  std::uint64_t log_bytes = 0;
  std::uint64_t index_bytes = 0;  // with the mark's entry
  bool is_all = false;            // nothing lies behind
};

// Without a mark nothing is durable. Nothing: the log no longer has the bytes that its last mark tells of.
std::optional<DurablePart> durable_part(const RecordingInput& log);

// The same log, ending with that part.
RecordingInput only(RecordingInput log, const DurablePart& part);

}  // namespace acts
