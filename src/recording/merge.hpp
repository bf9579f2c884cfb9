// Joins two collectors' recordings of one symbol into one, as if one collector had received what either of them did:
// sealed segments with an index, each message once (merge_order.hpp), one run (merge_runs.hpp). Reads sealed segments
// only. Memory: what two hours hold, without their text. Blocking; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "recording/archive.hpp"

namespace acts {

struct MergeReport {
  std::uint64_t both = 0;  // messages that both have received
  std::array<std::uint64_t, 2> only{};
  std::array<std::uint64_t, 2> first{};  // that are here as this one has received them: it was the first
  std::uint64_t reordered = 0;           // messages that had to wait for one that only the other has
  std::size_t segments = 0;
  std::uint64_t problems = 0;  // of the segments: lines and entries that could not be read
};

// What number a message has in its stream: update and trade ids. Nothing: none.
using MessageNumber = std::function<std::optional<std::int64_t>(std::string_view json)>;

// `files`: of each, the sealed segments of one symbol of one venue. `problem` is told in one line what could not be
// read; the rest is used. Errors: kStorage, also if there is a segment in `out_dir` (a data directory) already.
Result<MergeReport> merge_recordings(const std::array<std::vector<RecordingFile>, 2>& files, const std::string& out_dir,
                                     const std::function<void(const std::string&)>& problem,
                                     const MessageNumber& number = {});

}  // namespace acts
