// When nobody knew one symbol's book, told by the ids of its depth updates while a recording is looked through: what is
// missing among them lasts until a snapshot that is not older than what showed it. So does a beginning without a
// snapshot. What comes of its trades and best prices shows that the depth should have come, too. Not thread-safe.
#pragma once

#include <chrono>
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

enum class GapCause : std::uint8_t {
  kLostUpdates,  // ids jump
  kNoSnapshot,   // the data begins without one
  kNoUpdates,    // none came, while trades or best prices did
};

struct UpdateGap {
  UnixNanos from = {};  // receipt of the last update before; of kNoSnapshot of the first message,
  UnixNanos at = {};    // and of what showed it: the first update behind, or where there is none the last message
  // What is missing lies between these; nothing: there was none.
  std::optional<UpdateId> last_before = {};
  std::optional<UpdateId> first_after = {};
  std::optional<UnixNanos> healed_at = {};  // receipt of a snapshot, or of the update that joins; none: nothing yet
  GapCause cause = GapCause::kLostUpdates;

  friend bool operator==(const UpdateGap&, const UpdateGap&) = default;
};

class UpdateGaps {
 public:
  static constexpr std::size_t kMostGaps = 10'000;  // listed; all are counted
  static constexpr std::size_t kMostSnapshots = 100'000;
  // Updates come first, and the snapshot is asked for then: bundled recordings have it after 0.3 s. So far the start of
  // each recording is like this, and not worth a word.
  static constexpr Nanos kLongestStart = std::chrono::seconds{2};
  // Counted from the first trade or best price behind the last update, so that a quiet symbol may be quiet: a trade or
  // a new best price is a change of the book, whose update comes within a second at the slowest interval that the
  // venues have (spot's 1000ms). The collector calls a book stale after a minute without any event, as it cannot tell
  // quiet from dead so; here another stream tells.
  static constexpr Nanos kLongestSilence = std::chrono::seconds{10};

  UpdateGaps(Venue venue, std::string symbol) : venue_(venue), symbol_(std::move(symbol)) {}

  void take(const SeenMessage& seen);
  // The same of this symbol's rows, by their ids alone, in the order of receipt; levels are not looked at.
  void take(const DepthUpdate& update, UnixNanos ts_recv);
  void take(UpdateId snapshot, UnixNanos ts_recv);
  void take_other(UnixNanos ts_recv);  // a trade, or a best bid and offer
  // `contents`: of the recording that was looked through, which tells whose answers are. Once.
  void finish(const RecordingContents& contents);
  // By `from`, but for a silence that snapshots have cut short.
  [[nodiscard]] const std::vector<UpdateGap>& gaps() const { return gaps_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  struct Snapshot {
    UnixNanos at;
    UpdateId id;
    std::string file = {};  // and line, of an answer that the contents will tell of; else empty
    std::uint64_t line = 0;
  };
  struct FirstUpdate {
    UpdateId before;
    UpdateId first;
    UnixNanos at;
  };
  void take_update(const DepthUpdate& update, UnixNanos ts);
  void on_message(UnixNanos ts);
  void on_depth(UnixNanos ts);
  [[nodiscard]] bool is_silent(UnixNanos since) const;
  void add(const UpdateGap& gap);
  void finish_start();
  void shorten_silences();
  void finish_end();
  void heal(UpdateGap& gap) const;

  Venue venue_;
  std::string symbol_;
  RecentIds known_;                 // two connections may bring an update
  std::optional<UnixNanos> begin_;  // of the first message
  std::optional<FirstUpdate> first_;
  std::optional<UpdateId> last_;
  UnixNanos last_at_;
  std::optional<UnixNanos> depth_at_;     // when there was a sign of the depth last
  std::optional<UnixNanos> first_other_;  // behind it
  UnixNanos last_other_;
  std::vector<UpdateGap> gaps_;
  std::uint64_t count_ = 0;
  std::vector<Snapshot> snapshots_;  // by time
};

}  // namespace acts::history
