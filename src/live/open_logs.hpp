// Logs that a run has left and that are not sealed yet: what their indexes tell, and what each symbol's segment will
// hold. Blocking.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "live/replay.hpp"
#include "recording/archive.hpp"
#include "recording/durable_part.hpp"
#include "recording/log_parts.hpp"

namespace acts {

struct OpenLog {
  RecordingFile file;
  KeptPart kept;                                      // what sealing keeps of it
  std::vector<IndexEntry> beginnings;                 // of its run and its symbols
  std::map<std::string, UnixNanos> since;             // by symbol: when it was added first
  std::set<std::pair<std::string, UnixNanos>> saved;  // books: where, by symbol and time
};

// Errors: kUsage if it is gone, kStorage, kCancelled: `stop`.
Result<OpenLog> read_open_log(const RecordingFile& file, const std::function<bool()>& stop);

// Gives each symbol's replay what its segment will hold. `from`: what was received before it is not wanted.
// `replay_of`: nullptr: nobody wants that symbol's. What comes back is the number of lines read. Errors: kStorage;
// kUsage: it is gone, or cannot be opened; kCancelled: `stop`.
Result<std::uint64_t> replay_parts(const OpenLog& log, std::optional<UnixNanos> from, std::unique_ptr<LineOwner> owner,
                                   const std::function<Replay*(const std::string& symbol)>& replay_of,
                                   const std::function<bool()>& stop);

}  // namespace acts
