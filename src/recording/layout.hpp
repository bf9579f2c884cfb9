// Where recordings lie: below DATA_DIR/raw/<venue>/
//   _open/<shard>-<first_recv_ns>.jsonl.zst               being written, or left by a crash: all symbols of a shard
//   <SYMBOL>/<YYYY-MM-DD>/<first_recv_ns>.jsonl.zst       sealed: an hour or less of one symbol
//   _session/<YYYY-MM-DD>/<first_recv_ns>.jsonl.zst       ... of messages of no symbol
//   _sealing/<name of an open log>/                       sealed segments on their way to their places
//   _damaged/                                             open logs that could not be read to what was on the disk
// and X.index.jsonl beside each X.jsonl.zst.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/time.hpp"

namespace acts {

inline constexpr std::string_view kSessionName = "_session";
inline constexpr std::string_view kLogEnding = ".jsonl.zst";
inline constexpr std::string_view kIndexEnding = ".index.jsonl";
// A log, and so a segment, ends with the hour at the latest: then it lies within one day.
inline constexpr Nanos kLogSpan = std::chrono::hours{1};

// "DATA_DIR/raw/<venue>"
std::string recording_directory(std::string_view data_dir, std::string_view venue);
std::string open_log_directory(std::string_view data_dir, std::string_view venue);
// "<SYMBOL>/<YYYY-MM-DD>", below the venue's.
std::string segment_directory(std::string_view symbol, UnixNanos first);
// Whether a symbol can be a directory's name, and is not one of those above.
bool is_segment_name(std::string_view symbol);

}  // namespace acts
