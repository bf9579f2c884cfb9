// One instrument's book from its depth messages: DepthSync judges their sequence, OrderBook keeps the levels. Pure; no
// recording, no sockets. The book is never reset: see order_book.hpp for what a gap does to it.
//
// Takes every decoded depth update and snapshot of the instrument in order of receipt, and trades for clearing ghosts.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/book_audit.hpp"
#include "acts/market/book_state.hpp"
#include "acts/market/events.hpp"
#include "acts/market/order_book.hpp"
#include "acts/market/venue.hpp"

#include "binance/depth_sync.hpp"
#include "binance/saved_book.hpp"

namespace acts::binance {

struct BookBuilderOptions {
  DepthSync::Limits sync;
  // Levels of before a gap that nothing has touched or contradicted for so long are removed.
  Nanos suspect_age_limit = std::chrono::hours{24};
};

// Audits since the start; each ends in one of these.
struct AuditCounts {
  std::uint64_t matched = 0;
  std::uint64_t differed = 0;
  std::uint64_t skipped = 0;  // nothing could be compared: a gap, too old, behind the stream for too long, ...
  friend bool operator==(const AuditCounts&, const AuditCounts&) = default;
};

class BookBuilder {
 public:
  using Options = BookBuilderOptions;

  // kRestarted: the venue's ids have gone back; see OrderBook::restart_ids().
  // kUnneeded: an audit's, of which nothing was taken.
  enum class SnapshotOutcome : std::uint8_t { kMerged, kWaiting, kTooOld, kRestarted, kUnneeded };

  BookBuilder(Venue venue, Scales scales, Options options = Options());

  // A book that has merged a snapshot, and is whole and at rest: no gap, nothing asked for, nothing waiting.
  [[nodiscard]] bool is_at_rest() const;
  // book().has_snapshot() (asserted).
  [[nodiscard]] SavedBook saved() const;
  // From here on it goes on as one that resume() has made of saved() does: the deletions it remembers are forgotten.
  void forget_past();
  // Instead of the book that is here: as it was when it was saved.
  void resume(const SavedBook& saved);
  // The same after a time in which nothing was seen: a gap, healed by a snapshot that is not older than the book.
  void resume_after_pause(const SavedBook& saved, UnixNanos now);

  // Errors: kBadInput if the values do not fit the book at its scales or at the update's, or the ids make no sense:
  // nothing of it is applied then; call on_lost(). Behind a gap the book may come down to coarser scales for it, and
  // lose suspect levels that have no place there.
  Result<UpdateVerdict> on_update(const DepthUpdate& update, UnixNanos now);
  // An update has come that could not be read or applied: a gap. False if it is part of one that is known.
  bool on_lost(UnixNanos now);
  // Keeps a copy if it must wait for the stream. Errors: kBadInput as above.
  // One for an audit is merged as any other once it is compared; if that cannot be, it is left out, and no other one is
  // asked for.
  Result<SnapshotOutcome> on_snapshot(const DepthSnapshot& snapshot, UnixNanos now,
                                      SnapshotUse use = SnapshotUse::kMerge);
  void on_trade(const Trade& trade);

  void on_stream_open(UnixNanos now) { sync_.on_stream_open(now); }
  void on_snapshot_failed(UnixNanos now) { sync_.on_snapshot_failed(now); }
  // An audit's answer cannot be used, or on_snapshot() has refused it.
  void on_audit_failed() { ++audits_.skipped; }
  void want_snapshot(SnapshotWanted::Why why, UnixNanos now) { sync_.want_snapshot(why, now); }
  void on_timeout(UnixNanos now);
  std::optional<SnapshotWanted> poll_action(UnixNanos now) { return sync_.poll_action(now); }
  [[nodiscard]] std::optional<UnixNanos> next_deadline() const;

  [[nodiscard]] const OrderBook& book() const { return book_; }
  [[nodiscard]] const DepthSync& sync() const { return sync_; }
  // As sync().status(), and suspect with kCrossedBook while an in-sync book is crossed.
  [[nodiscard]] SyncStatus status() const;
  // Venue time of the last applied update; none before.
  [[nodiscard]] std::optional<UnixNanos> last_event_time() const { return last_event_time_; }
  // Receive time of the last applied update: one that is dropped brings the book no further.
  [[nodiscard]] std::optional<UnixNanos> last_update_received() const { return last_update_received_; }
  // Of the snapshots that were merged since the last gap, the most levels a side that one was asked for; 0: none was.
  [[nodiscard]] int merged_limit() const { return book_.epoch() == merged_epoch_ ? merged_limit_ : 0; }
  // That had waited for the stream, and no longer fitted the book when their turn came.
  [[nodiscard]] std::uint64_t unfit_snapshots() const { return unfit_snapshots_; }
  // The last one in which something could be compared.
  [[nodiscard]] const std::optional<BookAudit>& last_audit() const { return last_audit_; }
  [[nodiscard]] const AuditCounts& audits() const { return audits_; }

 private:
  struct Kept {
    UpdateId last_update_id;
    UnixNanos ts_event;
    int limit = 0;
    Scales scales;
    std::vector<Level> bids;
    std::vector<Level> asks;
    SnapshotUse use = SnapshotUse::kMerge;
    [[nodiscard]] DepthSnapshot view() const { return {last_update_id, ts_event, limit, scales, bids, asks}; }
  };
  // Older gaps than these are joined with the next one, whose suspects include theirs.
  static constexpr std::size_t kMaxGaps = 64;

  // Levels at the book's scales of a message that came at others.
  struct Room {
    std::vector<Level> bids;
    std::vector<Level> asks;
  };
  Result<void> come_to(Scales to, UpdateId expendable_upto);
  template <class Depth>
  Result<void> make_room(Depth& depth, UpdateId expendable_upto, Room& room);
  void merge(DepthSnapshot snapshot, UnixNanos now, SnapshotUse use);
  [[nodiscard]] bool is_useless_audit(const DepthSnapshot& snapshot) const;
  void drop_waiting();
  void merge_waiting(UnixNanos now);
  void note_gap(UnixNanos now);
  void restart(UnixNanos now);
  void set_margins(const DepthSnapshot& snapshot, PriceInterval window);
  void watch_book(UnixNanos now);
  [[nodiscard]] bool near_edge() const;

  Options options_;
  OrderBook book_;
  DepthSync sync_;
  std::optional<Kept> waiting_;
  int merged_limit_ = 0;
  std::uint64_t merged_epoch_ = 0;  // of the book, in which that was
  std::uint64_t unfit_snapshots_ = 0;
  std::optional<BookAudit> last_audit_;
  AuditCounts audits_;
  std::deque<KnownGap> gaps_;                // oldest first
  std::optional<UnixNanos> gap_event_time_;  // of the last update before the last gap
  // How near the best prices may come to an end of K: half of what the last snapshot held from them on.
  std::optional<std::int64_t> margin_low_;  // in units of price; none where that side was complete
  std::optional<std::int64_t> margin_high_;
  std::optional<UnixNanos> last_event_time_;
  std::optional<UnixNanos> last_update_received_;
};

}  // namespace acts::binance
