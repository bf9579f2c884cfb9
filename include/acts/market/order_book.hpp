// The order book of one instrument: what is known of each level, and where the absence of a level is knowledge.
//
// The book keeps levels, the coverage set K, the deletions it remembers and the point before which levels are suspect.
// It judges no sequence and asks for nothing: the caller (binance/book_builder.hpp) says what continues, where a gap is
// and when a snapshot may be merged. The book is never reset: a gap makes levels suspect, an update or a snapshot makes
// them exact again. Sizes: see level_map.hpp and deletion_log.hpp. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/book_image.hpp"
#include "acts/market/coverage.hpp"
#include "acts/market/deletion_log.hpp"
#include "acts/market/events.hpp"
#include "acts/market/level_map.hpp"

namespace acts {

// What merging a snapshot changed, in levels.
struct MergeResult {
  std::size_t added = 0;
  std::size_t changed = 0;  // had another quantity
  std::size_t removed = 0;  // inside the window, not in the snapshot and not newer
  std::size_t kept = 0;     // newer than the snapshot, or deleted since
  std::size_t dropped = 0;  // outside the window; only at the first merge
  PriceInterval window{Price{}, Price{}};
};

// Of a snapshot: from its lowest bid to its highest ask; without end where a side is complete (fewer levels than the
// limit; where that is not known, fewer than the other side).
PriceInterval window_of(const DepthSnapshot& snapshot);

class OrderBook {
 public:
  explicit OrderBook(Scales scales = {});
  // As it was, but for the deletions that it remembered: as after forget_deletions(). Asserts what BookImage says of
  // itself.
  explicit OrderBook(const BookImage& image);

  // has_snapshot() (asserted).
  [[nodiscard]] BookImage image() const;

  [[nodiscard]] Scales scales() const { return scales_; }
  // Levels without a place at `to`, for want of 64 bits or of decimals, are ghosts and removed if they are suspect, or
  // not newer than `expendable_upto`: one absurd level must not keep a book from its venue's scales. kBadInput, and
  // unchanged, if another has none. K must be empty (asserted) unless `to` covers the present scales.
  Result<void> rescale(Scales to, UpdateId expendable_upto = kNoUpdateId);

  // Sets every level of the update. Its scales must be the book's; its id must not be below last_update_id() (both
  // asserted). ts_recv only ages the remembered deletions.
  void apply(const DepthUpdate& update, UnixNanos ts_recv);

  // Continuity is lost: every level set up to now is suspect until it is touched or lies in a merged window; K is
  // empty; a new epoch begins.
  void mark_gap();

  // The venue has begun to count anew and is at `at` now, below last_update_id(): a gap (see mark_gap()) behind which
  // ids start again. Touches every level.
  void restart_ids(UpdateId at);

  // True if the snapshot is not older than a deletion that was forgotten, nor than the last update before a gap, nor
  // than the first snapshot.
  [[nodiscard]] bool can_merge(UpdateId snapshot_id) const { return snapshot_id >= forgotten_upto(); }
  [[nodiscard]] UpdateId forgotten_upto() const { return deletions_.forgotten_upto(); }
  // In its window W every level not newer than the snapshot takes its value or is deleted; K grows by W. Outside W
  // nothing changes, but for the first merge, which drops there what is not newer than the snapshot. A snapshot ahead
  // of last_update_id() is a gap (see mark_gap()) unless the book is new: what happened in between was not seen.
  // Asserts can_merge(), the book's scales, positive quantities and lowest bid <= highest ask. `superseded_upto`: the
  // last update that such a first merge drops, where that is not the one with the snapshot's id.
  MergeResult merge(const DepthSnapshot& snapshot) { return merge(snapshot, snapshot.last_update_id); }
  MergeResult merge(const DepthSnapshot& snapshot, UpdateId superseded_upto);

  // A trade at `price` has happened now: suspect bids above and suspect asks below it are ghosts; removes them and says
  // how many.
  std::size_t remove_traded_through(Price price);
  // A snapshot older than last_update_id() cannot be merged from now on.
  void forget_deletions();
  // Gives back memory that the levels do not need. Changes nothing else; for rare moments (LevelMap::tidy()).
  void tidy();
  // Removes the suspect levels last set at or before `upto`.
  std::size_t remove_suspects(UpdateId upto);

  [[nodiscard]] const LevelMap& side(Side side) const { return side == Side::kBid ? bids_ : asks_; }
  [[nodiscard]] std::optional<BookLevel> best(Side s) const { return side(s).best(); }
  [[nodiscard]] std::size_t level_count(Side s) const { return side(s).size(); }
  [[nodiscard]] bool is_suspect(const BookLevel& level) const { return level.origin.update_id <= suspect_upto_; }
  [[nodiscard]] std::size_t suspect_count(Side side) const;
  // Levels set at or before this id are suspect; -1: none.
  [[nodiscard]] UpdateId suspect_upto() const { return suspect_upto_; }
  // Best bid at or above best ask.
  [[nodiscard]] bool crossed() const;

  [[nodiscard]] const CoverageSet& coverage() const { return coverage_; }
  // Totals from the best price to each limit (near to far); see LevelMap::accumulate().
  void accumulate(Side s, std::span<const Price> limits, std::span<BandTotal> totals) const {
    side(s).accumulate(limits, suspect_upto_, totals);
  }

  // Prices of remembered deletions after `id`, ascending, each once; all of them if can_merge(id).
  [[nodiscard]] std::vector<Price> deleted_after(Side s, UpdateId id) const { return deletions_.deleted_after(s, id); }

  [[nodiscard]] UpdateId last_update_id() const { return last_update_id_; }
  [[nodiscard]] bool has_snapshot() const { return has_snapshot_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  // Suspect levels that were contradicted by an exact one across them, or by a trade, and removed.
  [[nodiscard]] std::uint64_t ghosts() const { return ghosts_; }

  // Held for levels and remembered deletions.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  LevelMap& levels_of(Side side) { return side == Side::kBid ? bids_ : asks_; }
  [[nodiscard]] bool deletions_fit(int decimals, UpdateId expendable_upto) const;
  void remove_ghosts();
  void step_back_suspects();
  void merge_side(Side side, const DepthSnapshot& snapshot, UpdateId superseded_upto, MergeResult& result);
  std::size_t remove_beyond(Side side, Price price);

  Scales scales_;
  LevelMap bids_{Side::kBid};
  LevelMap asks_{Side::kAsk};
  CoverageSet coverage_;
  DeletionLog deletions_;
  UpdateId last_update_id_ = kNoUpdateId;
  UpdateId suspect_upto_ = kNoUpdateId;
  // A side (bids, asks) in which no suspect level is left: only a gap makes new ones.
  mutable std::array<bool, 2> healed_{};
  bool has_snapshot_ = false;
  std::uint64_t epoch_ = 0;
  std::uint64_t ghosts_ = 0;
};

}  // namespace acts
