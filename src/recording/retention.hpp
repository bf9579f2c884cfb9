// Removes recordings that have become too old or too many: sealed segments, the oldest first, each with its index.
// Never an open log, nor one that is being sealed or is kept in _damaged/. Blocking.
//
// A log goes before its index, and is gone from the disk by then: cut off anywhere, every segment that is there is
// whole, and an index that is left over goes with the next pass. Folders of days and symbols that became empty go too.
// Others may read, record and seal meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "acts/base/time.hpp"

#include "recording/file_ops.hpp"

namespace acts {

struct RecordingLimits {
  std::optional<Nanos> age = {};            // since the end of a segment's hour; none: any
  std::optional<std::uint64_t> bytes = {};  // of all segments and open logs with their indexes; none: any

  [[nodiscard]] bool any() const { return age || bytes; }
  friend bool operator==(const RecordingLimits&, const RecordingLimits&) = default;
};

// A segment, as far as its removal depends on it.
struct AgedFile {
  UnixNanos end;            // nothing in it is later
  std::uint64_t bytes = 0;  // with its index
};
// How many of these, from the front, are to go; the oldest is the first. `total_bytes`: what the limit speaks of, these
// included. Pure.
std::size_t count_to_remove(std::span<const AgedFile> files, std::uint64_t total_bytes, const RecordingLimits& limits,
                            UnixNanos now);

struct RecordingPrune {
  std::uint64_t files = 0;               // segments removed
  std::uint64_t bytes = 0;               // of them and their indexes
  std::optional<UnixNanos> oldest = {};  // what the oldest segment that is kept begins with; none: there is none
  std::string failure = {};              // one line, if not all could be done; what was removed is counted
};

// By venue and symbol: from when on a restart needs the recording.
using NeededSince = std::map<std::pair<std::string, std::string>, UnixNanos>;

// Age counts up to `now`, but not beyond a day after the last segment: a wall clock that is wrong by years must not
// empty an archive.
inline constexpr Nanos kTrustedGap = std::chrono::hours{24};

struct RecordingPruneOptions {
  RecordingLimits limits = {};
  NeededSince needed = {};                            // stays, whatever the limits
  bool dry_run = false;                               // removes nothing, and tells what it would
  std::function<bool()> stop = [] { return false; };  // asked between files
};
RecordingPrune prune_recordings(const std::string& data_dir, const RecordingPruneOptions& options, UnixNanos now,
                                FileOps& ops = real_file_ops());

}  // namespace acts
