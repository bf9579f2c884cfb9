// Rows that wait until all that they were made of is recorded on the disk: whatever ends the process, or the power,
// leaves no stored row that the recording does not give. Pure; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "live/run_writer.hpp"

namespace acts {

class HeldRows {
 public:
  // Of real time: a recording that gets no further for so long holds up no row any more.
  static constexpr Nanos kLongestHold = std::chrono::seconds{10};

  void push(MinuteRow row) { rows_.push_back({std::move(row)}); }
  // Once all that the rows pushed so far were made of is told to the recording: those that need not wait (longer), the
  // oldest first.
  std::vector<MinuteRow> take(const RecordingProgress& progress);
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  struct Held {
    MinuteRow row;
    std::optional<std::uint64_t> mark = {};  // RecordingProgress::told, once its input is told in full
  };
  std::deque<Held> rows_;
};

}  // namespace acts
