// Judges the sequence of one instrument's depth updates and snapshots, and says when a snapshot is needed. Sans-IO: the
// caller delivers ids and time and carries out what poll_action() asks for. The levels go to OrderBook (see
// book_builder.hpp). Not thread-safe; keeps no reference to its input.
//
// There is no buffer of updates: they are applied from the first one on, and a snapshot is merged into what is there.
// The documented procedure's "drop buffered events" becomes "levels not newer than the snapshot take its value".
//
// Rules: "How to manage a local order book correctly" (spot web-socket-streams.md, text of 2025-11-12, read 2026-07-21;
// USD-M diff book depth streams, read 2026-05-28). Their step numbers stand at each branch: [spot N], [usdm N].
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/book_state.hpp"
#include "acts/market/events.hpp"
#include "acts/market/venue.hpp"

namespace acts::binance {

struct DepthIds {
  UpdateId first;     // U
  UpdateId last;      // u
  UpdateId previous;  // pu, USD-M
};

enum class UpdateVerdict : std::uint8_t {
  kApply,  // continues
  kStale,  // known already: drop it
  kGap,    // something is missing before it: mark the gap in the book, then apply it
};

enum class SnapshotVerdict : std::uint8_t {
  kMerge,    // merge it now
  kWait,     // the stream has not reached it yet: keep it and ask pending_is_due() after each update
  kTooOld,   // heals nothing: drop it; another one is asked for
  kRestart,  // the venue counts from anew: begin a new space of ids in the book, drop it; another one is asked for
};

// What a snapshot is for: to be merged, or to be compared with the book first. One of the latter nobody waits for.
enum class SnapshotUse : std::uint8_t { kMerge, kAudit };

struct SnapshotWanted {
  enum class Why : std::uint8_t { kFirst, kGap, kTooOld, kCrossed, kEdge, kRefresh };
  Why why = Why::kFirst;
};

struct DepthSyncLimits {
  Nanos quiet_start = std::chrono::seconds{3};       // a stream without events gets its snapshot after this
  Nanos wait_for_stream = std::chrono::seconds{10};  // how long a snapshot ahead of the stream is kept
  Nanos answer_timeout = std::chrono::seconds{60};   // a request not answered by then counts as failed
  Nanos retry_first = std::chrono::milliseconds{500};
  Nanos retry_cap = std::chrono::seconds{30};  // doubled at each failure up to this
  // Between snapshots that heal nothing: to grow K before the price leaves it, and for other reasons (crossed,
  // refresh).
  Nanos edge_interval = std::chrono::seconds{10};
  Nanos voluntary_interval = std::chrono::seconds{60};
  // Updates that follow one another and are all known already, for so long: the venue may count from anew (a test net
  // wiped, a matching engine restored). REST may lag as much, so that it cannot be taken for that.
  Nanos restart_silence = std::chrono::seconds{30};
};

class DepthSync {
 public:
  using Limits = DepthSyncLimits;

  explicit DepthSync(Venue venue, Limits limits = Limits());

  // In sync, with no request wanted or under way, and no sign that the venue counts from anew.
  [[nodiscard]] bool is_at_rest() const;
  // As after resume(): what was asked for that reason before does not count.
  void forget_restarts();
  // Instead of all that is known: in sync at `last`; `is_snapshot`: that is the first snapshot's id.
  void resume(UpdateId last, bool is_snapshot);
  // The same after a time in which nothing was seen: a gap. A snapshot is asked for once the stream is there.
  void resume_after_pause(UpdateId last, UnixNanos now);

  // The stream is subscribed: from now on silence is quiet. Without it the first update says so.
  void on_stream_open(UnixNanos now);
  // `now` is the receive time and must not go back (asserted for all calls). Errors: kBadInput if first > last or
  // (USD-M) previous > last; the state is unchanged.
  Result<UpdateVerdict> on_update(const DepthIds& ids, UnixNanos now);
  // An update has come that could not be read, so it is missing: a gap from now on, whatever the next one says. True if
  // it is to be marked in the book (false: there is nothing yet, or nothing has come since the last one was lost).
  bool on_lost(UnixNanos now);
  // Whether an update that begins with these ids (U; USD-M: pu) follows what has come, with nothing missing between:
  // otherwise on_update() says that there is a gap.
  [[nodiscard]] bool continues(UpdateId first, UpdateId previous) const;
  // Whether on_update() would drop it.
  [[nodiscard]] bool is_stale(const DepthIds& ids) const;
  // What on_snapshot() would say.
  [[nodiscard]] SnapshotVerdict judge(UpdateId snapshot, UpdateId forgotten_upto, UnixNanos now) const;
  // `forgotten_upto`: OrderBook::can_merge() is false below it.
  SnapshotVerdict on_snapshot(UpdateId snapshot, UpdateId forgotten_upto, UnixNanos now,
                              SnapshotUse use = SnapshotUse::kMerge);
  // True once the stream has reached the snapshot that was told to wait: judge it again with on_snapshot().
  [[nodiscard]] bool pending_is_due() const;
  // A request failed, or its answer could not be used.
  void on_snapshot_failed(UnixNanos now);
  // The snapshot that waited for the stream cannot be used after all: another one is asked for, unless it was an
  // audit's.
  void on_pending_failed(UnixNanos now);
  // A snapshot is wanted for a reason the ids do not tell. Granted at most once per edge_interval or
  // voluntary_interval; kCrossed, which wants it now, has an interval of its own.
  void want_snapshot(SnapshotWanted::Why why, UnixNanos now);
  // Call it at or after next_deadline(). True: the snapshot kept waiting was given up; forget it.
  bool on_timeout(UnixNanos now);

  // At most one request is under way; the next one comes after its answer or failure. While it is, a more urgent reason
  // is told once: the request may still wait behind others.
  std::optional<SnapshotWanted> poll_action(UnixNanos now);
  [[nodiscard]] std::optional<UnixNanos> next_deadline() const;

  [[nodiscard]] SyncStatus status() const;
  [[nodiscard]] bool has_event() const { return has_event_; }
  [[nodiscard]] UpdateId last_update_id() const { return last_; }
  // A usable snapshot is not below this: the state just before the first update, or before the first one behind the
  // last gap.
  [[nodiscard]] UpdateId oldest_usable() const { return oldest_usable_; }
  // The last id of updates that a first snapshot supersedes: its own, on USD-M the one before.
  [[nodiscard]] UpdateId superseded_upto(UpdateId snapshot) const {
    return venue_ == Venue::kBinanceUsdm ? snapshot.previous() : snapshot;  // [usdm 3] u < lastUpdateId, [spot 4] <=
  }

  struct Counters {
    std::uint64_t applied = 0;
    std::uint64_t stale = 0;  // dropped, or applied before the first merge and superseded by it
    std::uint64_t gaps = 0;   // breaks after the first merge
    std::uint64_t merged = 0;
    std::uint64_t too_old = 0;
    std::uint64_t gave_up_waiting = 0;
    std::uint64_t restarts = 0;  // of the venue's ids
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  enum class Continuity : std::uint8_t { kContinues, kStale, kGap };
  [[nodiscard]] Continuity judge_update(const DepthIds& ids) const;
  [[nodiscard]] Continuity judge_spot(const DepthIds& ids) const;
  [[nodiscard]] Continuity judge_usdm(const DepthIds& ids) const;
  [[nodiscard]] UpdateId state_before(const DepthIds& ids) const;
  void open_gap(Reason reason);
  void note_stale(const DepthIds& ids, UnixNanos now);
  [[nodiscard]] bool may_have_restarted(UnixNanos now) const;
  void restart(UnixNanos now);
  void merge_snapshot(UpdateId snapshot);
  void note_unsynced(UpdateId last);
  void count_superseded(UpdateId snapshot);
  void ask(SnapshotWanted::Why why);
  void answer_came();
  void answered();
  void retry_later(SnapshotWanted::Why why, UnixNanos now);
  void at(UnixNanos now);

  // How many updates before the first merge are remembered for the stale count; those before are stale in any case (a
  // snapshot that old would not be usable: the book remembers deletions no longer).
  static constexpr std::size_t kMaxUnsynced = 65'536;

  // Updates that were all stale, each continuing the one before.
  struct StaleRun {
    UpdateId before = kNoUpdateId;  // the state that the first of them continued
    UpdateId last = kNoUpdateId;
    UnixNanos since;
    std::size_t count = 0;
  };
  static constexpr std::size_t kRestartUpdates = 4;

  Venue venue_;
  Limits limits_;
  bool has_event_ = false;
  bool has_snapshot_ = false;
  bool gap_open_ = false;
  bool lost_ = false;    // since the last update that was read
  bool paused_ = false;  // resume_after_pause(), and nothing has come since
  Reason gap_reason_ = Reason::kSequenceGap;
  bool snapshot_is_last_ = false;  // last_ is a snapshot's id, no update has continued it yet
  bool too_old_seen_ = false;      // since the last usable snapshot
  UpdateId last_ = kNoUpdateId;
  UpdateId oldest_usable_ = kNoUpdateId;
  StaleRun stale_run_;
  std::optional<UpdateId> pending_;  // the snapshot that waits for the stream
  SnapshotUse pending_use_ = SnapshotUse::kMerge;
  std::vector<UpdateId> unsynced_;

  UnixNanos now_{INT64_MIN};
  std::optional<SnapshotWanted::Why> wanted_;
  bool in_flight_ = false;
  SnapshotWanted::Why asked_ = SnapshotWanted::Why::kRefresh;  // why the last request was made
  std::uint32_t failures_ = 0;                                 // in a row
  UnixNanos ask_not_before_{INT64_MIN};
  std::optional<UnixNanos> answer_deadline_;
  std::optional<UnixNanos> wait_deadline_;
  std::optional<UnixNanos> quiet_deadline_;
  std::optional<UnixNanos> last_voluntary_;
  std::optional<UnixNanos> last_crossed_;
  std::optional<UnixNanos> last_restart_;
  Counters counters_;
};

}  // namespace acts::binance
