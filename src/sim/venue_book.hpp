// The replayed book of a venue as own orders see it: of one simulated venue, or of several that stand beside the same
// replayed market (shared_book.hpp), whose own orders are kept apart. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "sim/ladder.hpp"
#include "sim/market_row.hpp"

namespace acts::sim {

// At which ranks of one side which venues want to be told of changes. Only looked up, never gone through.
class Watchers {
 public:
  // Once or more; marks the rank in `side`.
  void add(LadderSide& side, Rank rank, std::uint32_t venue);
  void remove(LadderSide& side, Rank rank, std::uint32_t venue);
  // Valid until the next add() or remove().
  [[nodiscard]] std::span<const std::uint32_t> at(Rank rank) const;

 private:
  std::unordered_map<Rank, std::vector<std::uint32_t>> at_;
};

// A side: what LadderSide has of interest to a venue.
class VenueBookSide {
 public:
  // `watchers` null: `ladder` is of this venue alone. Both outlive this.
  VenueBookSide(LadderSide& ladder, Watchers* watchers, std::uint32_t venue)
      : ladder_(&ladder), watchers_(watchers), venue_(venue) {}

  [[nodiscard]] Rank best() const { return ladder_->best(); }
  [[nodiscard]] std::int64_t quantity_at(Rank rank) const { return ladder_->quantity_at(rank); }
  [[nodiscard]] Rank next_below(Rank rank) const { return ladder_->next_below(rank); }
  void mark_own(Rank rank, bool is_own) {
    if (watchers_ == nullptr) return ladder_->mark_own(rank, is_own);
    if (is_own) return watchers_->add(*ladder_, rank, venue_);
    watchers_->remove(*ladder_, rank, venue_);
  }
  [[nodiscard]] const LadderSide& ladder() const { return *ladder_; }

 private:
  LadderSide* ladder_;
  Watchers* watchers_;
  std::uint32_t venue_;
};

class VenueBook {
 public:
  explicit VenueBook(std::size_t window)
      : own_(std::make_unique<Ladder>(window)),
        ladder_(own_.get()),
        sides{VenueBookSide(own_->sides[0], nullptr, 0), VenueBookSide(own_->sides[1], nullptr, 0)} {}
  // Of the venue with this number beside `shared`; both outlive it.
  VenueBook(Ladder& shared, Watchers (&watchers)[2], std::uint32_t venue)
      : ladder_(&shared),
        sides{VenueBookSide(shared.sides[0], &watchers[0], venue),
              VenueBookSide(shared.sides[1], &watchers[1], venue)} {}

  // As Ladder::apply(). Not of a shared one.
  Ladder::Applied apply(const MarketRow& row, bool as_hftbacktest) { return ladder_->apply(row, as_hftbacktest); }
  // As those of Ladder. Not of a shared one.
  void note_print(const MarketRow& row) { ladder_->note_print(row); }
  void end_prints(std::int64_t ts) { ladder_->end_prints(ts); }
  [[nodiscard]] bool has_prints() const { return ladder_->has_prints(); }
  [[nodiscard]] std::int64_t told_at() const { return ladder_->told_at(); }
  [[nodiscard]] std::int64_t left_by_prints(SideIndex side, Rank rank, std::int64_t quantity) const {
    return ladder_->left_by_prints(side, rank, quantity);
  }

 private:
  std::unique_ptr<Ladder> own_;  // null: it is shared
  Ladder* ladder_;

 public:
  VenueBookSide sides[2];
};

}  // namespace acts::sim
