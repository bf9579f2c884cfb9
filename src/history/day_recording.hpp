// What a day's sealed segments of one symbol are and hold. Blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "history/gap_trace.hpp"

namespace acts::history {

struct SegmentFacts {
  std::string file;  // below the data directory
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string index_sha256;
  std::string lost = {};  // of the log it was taken from, as it says itself

  friend bool operator==(const SegmentFacts&, const SegmentFacts&) = default;
};

struct RecordingFacts {
  std::vector<SegmentFacts> segments;  // by time
  std::uint64_t messages = 0;
  std::uint64_t refused = 0;     // of them
  std::uint64_t updates = 0;     // of depth
  std::uint64_t snapshots = 0;   // merged
  std::uint64_t unreadable = 0;  // lines and entries
  std::uint64_t gap_count = 0;
  std::vector<DepthGap> gaps;
  std::optional<AuditCounts> audits;
  bool is_sealed = true;  // false: an open log has messages of that day
};

// `day`: midnight. The end of what was recorded before is read too, for what is missing across midnight; 31 days back
// at most. `is_stopped` is asked now and then: true ends it. Errors: kStorage; kCancelled.
Result<RecordingFacts> day_recording(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos day,
                                     const std::function<bool()>& is_stopped = {});
// Of which there are segments of that day; all venues.
Result<std::vector<std::pair<Venue, std::string>>> recorded_symbols(const std::string& data_dir, UnixNanos day);

// SHA-256 of a file. Errors: kStorage.
Result<std::string> sha256_of_file(const std::string& path);

inline constexpr Nanos kDay = std::chrono::hours{24};

}  // namespace acts::history
