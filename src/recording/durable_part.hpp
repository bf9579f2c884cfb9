// How far an open log that a crash has left can be trusted: to its last mark (index::Durable). What lies behind was
// written and never synced: after a power cut there may be blocks missing in the middle of it, in the log as in its
// index, and nothing tells, as a frame has its checksum at its end. Blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/recording_reader.hpp"

namespace acts {

struct DurablePart {
  std::uint64_t log_bytes = 0;     // up to the last mark in front of which the log is what was written
  std::uint64_t index_bytes = 0;   // with that mark's entry
  std::uint64_t marked_bytes = 0;  // up to the last mark of all: had been on the disk
  std::uint64_t all_bytes = 0;     // of the log
  std::optional<UnixNanos> until;  // the time of the mark at log_bytes; nothing: there is none
  bool is_all = false;             // nothing lies behind, in the log or its index
  bool is_cut = false;             // its end is missing: no mark contradicts what is there
  // Why the disk does not give the log behind all_bytes, or its index behind told_bytes; empty: it does.
  std::string log_trouble;
  std::string index_trouble;
  std::uint64_t told_bytes = 0;  // of the index

  [[nodiscard]] bool is_log_damaged() const { return marked_bytes > log_bytes || !log_trouble.empty(); }
  [[nodiscard]] bool is_damaged() const { return is_log_damaged() || is_unreadable(); }
  [[nodiscard]] bool is_unreadable() const { return !log_trouble.empty() || !index_trouble.empty(); }
  // Of what had been on the disk.
  [[nodiscard]] std::uint64_t lost_bytes() const { return marked_bytes - (is_cut ? all_bytes : log_bytes); }
};

// Without a mark nothing is durable. What the disk does not give ends the log, or its index, as a cut does. `stop`:
// asked now and then, as there may be much to read; may be empty. Errors: kUsage if the log is gone, kCancelled.
Result<DurablePart> durable_part(const RecordingInput& log, const std::function<bool()>& stop = nullptr);

// What is not there of a log that ends with that part, since when, and how many bytes: one line.
std::string cut_text(const DurablePart& part);

// The same log, ending with that part.
RecordingInput only(RecordingInput log, const DurablePart& part);

// What is kept of a log that nobody writes any more: what sealing takes apart, and what is read of it before.
struct KeptPart {
  RecordingInput input;
  std::string lost = {};       // one line: what is known not to be in it; empty: nothing is
  std::string if_cut = {};     // what is lost if it does not read to a sound end
  bool is_damaged = false;     // of what had been on the disk: places that its index tells may not be there
  bool is_unreadable = false;  // ... as the disk does not give it, which it may do another time
};
// As durable_part(); kStorage.
Result<KeptPart> kept_part(const RecordingInput& log, const std::function<bool()>& stop);

// Whether the index lacks what the log goes on with, further than any crash explains: it is not there, or has been cut.
// A writer writes the index before the lines, with a sign of life or a mark each second at least, and syncs as often.
// Reads the log from the last of its frames on that the index tells; it may be being written.
bool misses_index(const RecordingInput& log);
inline constexpr std::string_view kMissesIndex = "its index is gone, or ends long before it";

}  // namespace acts
