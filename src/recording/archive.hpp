// What recordings there are below a data directory (layout.hpp), and whether a file of them is sound. Reads while they
// are written. Blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts {

struct RecordingFile {
  std::string venue;
  std::string symbol;  // kSessionName: of none; empty: an open log, of all
  std::string path;
  UnixNanos first;  // receive time of what it begins with
  std::uint64_t bytes = 0;
};

// By venue, symbol and time. None if there is no such directory. Errors: kStorage.
Result<std::vector<RecordingFile>> list_recordings(const std::string& data_dir);

// Open logs that lost what had been on the disk, kept in _damaged/ (layout.hpp). Errors: kStorage.
Result<std::vector<RecordingFile>> list_damaged(const std::string& data_dir);
// Segments that are not there, though their indexes are; also, for a moment, those that come to their places or are
// removed. Errors: kStorage.
Result<std::vector<RecordingFile>> list_missing(const std::string& data_dir);

// A log that is being sealed is there until all its segments are in their places: of `files`, which list_recordings()
// gave, those segments are left out whose log is among them too. So each message is in one file.
void leave_out_doubled(std::vector<RecordingFile>& files);
// ... and the rest is put in order of time: as whoever reads several wants them.
void order_by_time(std::vector<RecordingFile>& files);

// The sealed segments of one symbol and day (any time of it), or with an empty symbol a venue's open logs: without a
// look at all that lies beside them.
Result<std::vector<RecordingFile>> list_segments(const std::string& data_dir, const std::string& venue,
                                                 const std::string& symbol, UnixNanos day);

// The days of which there are sealed segments of a symbol, oldest first: midnights. None if there is no such directory.
// Errors: kStorage.
Result<std::vector<UnixNanos>> recorded_days(const std::string& data_dir, const std::string& venue,
                                             const std::string& symbol);

struct RecordingCheck {
  std::uint64_t lines = 0;
  UnixNanos last;                     // of a line or an entry
  std::vector<std::string> problems;  // one line each, at most kMaxProblems
  static constexpr std::size_t kMaxProblems = 20;
};

// Reads the file whole: every frame's checksum, the lines' form and order, that the index agrees, the sums of a sealed
// segment's end and of each mark of an open log, and that its index does not end long before it. What a crash has cut
// off an open log behind its last mark is none.
RecordingCheck check_recording(const RecordingFile& file);

}  // namespace acts
