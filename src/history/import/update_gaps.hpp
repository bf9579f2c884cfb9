// What is missing in one symbol's depth updates, told by their ids while a recording is looked through. A gap lasts
// until a snapshot that is not older than what showed it: so long nobody knows the book. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/events.hpp"
#include "acts/market/venue.hpp"

#include "history/import/recent_ids.hpp"
#include "history/import/recorded_messages.hpp"

namespace acts::history {

struct UpdateGap {
  UnixNanos from;        // receipt of the last update before,
  UnixNanos at;          // and of the first one behind, which showed it
  UpdateId last_before;  // what is missing lies between these
  UpdateId first_after;
  std::optional<UnixNanos> healed_at;  // receipt of a snapshot; none: nothing yet

  friend bool operator==(const UpdateGap&, const UpdateGap&) = default;
};

class UpdateGaps {
 public:
  static constexpr std::size_t kMostGaps = 10'000;        // listed; all are counted
  static constexpr std::size_t kMostSnapshots = 100'000;  // looked at, behind the first gap

  UpdateGaps(Venue venue, std::string symbol) : venue_(venue), symbol_(std::move(symbol)) {}

  void take(const SeenMessage& seen);
  // The same of this symbol's rows, by their ids alone, in the order of receipt; levels are not looked at.
  void take(const DepthUpdate& update, UnixNanos ts_recv);
  void take(UpdateId snapshot, UnixNanos ts_recv);
  // `contents`: of the recording that was looked through, which tells whose answers are. Once.
  void finish(const RecordingContents& contents);
  [[nodiscard]] const std::vector<UpdateGap>& gaps() const { return gaps_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  struct Snapshot {
    UnixNanos at;
    UpdateId id;
    std::string file = {};  // and line, of an answer that the contents will tell of; else empty
    std::uint64_t line = 0;
  };
  void take_update(const DepthUpdate& update, UnixNanos ts);

  Venue venue_;
  std::string symbol_;
  RecentIds known_;  // two connections may bring an update
  std::optional<UpdateId> last_;
  UnixNanos last_at_;
  std::vector<UpdateGap> gaps_;
  std::uint64_t count_ = 0;
  std::vector<Snapshot> snapshots_;  // that may heal one of them, by time
};

}  // namespace acts::history
