// A side of an order book as an array by price: what a replayed book costs is one cell a change. It covers a window of
// ranks (market_row.hpp) around the best price; levels outside of it are kept in a map. A best price that leaves the
// window takes it along once it has stayed away long enough: to move it costs as much as many changes in the map, and a
// price that leaps to and fro would pay that each time. Own orders mark their prices, so that a change there is seen
// without looking for them.
//
// It is what hftbacktest's book does (its HashMapMarketDepth, 2.4, read 2026-11), stale levels included: a level that
// the other side has crossed stays, out of sight, until it is changed or cleared or the best price comes back to it.
// hftbacktest's clear of a side leaves what is out of sight.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "sim/market_row.hpp"

namespace acts::sim {

class alignas(64) LadderSide {
 public:
  // 6553.6 of BTCUSDT's price on futures, in half a MiB.
  static constexpr std::size_t kWindow = std::size_t{1} << 16U;

  // The window moves after one change outside of it for so many of its ranks, the best price being outside too.
  static constexpr std::size_t kRanksAChange = 64;

  // `window`: ranks; a multiple of 64, at least 128 (asserted).
  explicit LadderSide(std::size_t window = kWindow);

  // kNoRank: empty.
  [[nodiscard]] Rank best() const { return best_; }
  [[nodiscard]] std::int64_t quantity_at(Rank rank) const { return word_at(rank) >> 1U; }
  // The next level below; kNoRank if there is none.
  [[nodiscard]] Rank next_below(Rank rank) const;

  struct Before {
    std::int64_t quantity = 0;
    bool is_own = false;  // an own order stands there
  };
  // `quantity`: not negative, below 2^62. What there was before.
  Before set(Rank rank, std::int64_t quantity) {
    return is_near(rank) ? set_near(rank, quantity) : set_elsewhere(rank, quantity);
  }
  // In the window, below the best price and not below all that has been set, as most changes are: nothing but its cell
  // changes.
  [[nodiscard]] bool is_near(Rank rank) const { return static_cast<std::uint64_t>(rank - near_begin_) < near_count_; }
  // set() where is_near().
  Before set_near(Rank rank, std::int64_t quantity) {
    return set_cell(static_cast<std::size_t>(rank - base_), quantity);
  }

  // The other side's best price has come to these ranks: the best is now below `rank`.
  void drop_below(Rank rank);
  // Takes away all levels down to `rank`. `as_hftbacktest`: from the best on, and the level right below is not found
  // afterwards.
  void clear_to(Rank rank, bool as_hftbacktest);
  // All of them.
  void clear();
  // Own orders stand at this price, or no longer do.
  void mark_own(Rank rank, bool is_own);

  // How often the window has moved.
  [[nodiscard]] std::uint64_t moves() const { return moves_; }

 private:
  Before set_cell(std::size_t index, std::int64_t quantity) {
    std::int64_t& cell = cells_[index];
    const std::int64_t word = cell;
    cell = (quantity << 1U) | (word & 1);
    has_[index] = quantity != 0 ? 1 : 0;
    return {word >> 1U, (word & 1) != 0};
  }
  Before set_elsewhere(Rank rank, std::int64_t quantity);
  [[nodiscard]] std::int64_t word_at(Rank rank) const;
  void at_best(Rank rank, std::int64_t quantity);
  Before set_far(Rank rank, std::int64_t quantity);
  void put(Rank rank, std::int64_t word);
  // Puts the window around a rank.
  void rebase(Rank centre);
  // Takes away the levels from `from` down to `rank`; own marks stay.
  void erase(Rank from, Rank rank);
  // The best level below `rank` and not below reach_ becomes the best.
  void find_best_below(Rank rank);
  // After each change of base_, best_ or reach_.
  void find_near();
  // The last cell before that one with a quantity; SIZE_MAX: none.
  [[nodiscard]] std::size_t last_before(std::size_t index) const;

  std::vector<std::int64_t> cells_;  // quantity x 2, + 1 where own orders stand
  std::vector<std::uint8_t> has_;    // whether a cell has a quantity: written without being read first, as bits are not
  Rank base_ = 0;                    // of the first cell
  Rank near_begin_ = 0;              // is_near()
  std::uint64_t near_count_ = 0;
  Rank best_ = kNoRank;
  Rank reach_ = -kNoRank;                  // the lowest rank that has been set: nothing is looked for below
  std::map<Rank, std::int64_t> far_ = {};  // words of ranks outside of the window
  std::size_t away_;                       // changes outside of the window since it moved, with the best price outside
  std::uint64_t moves_ = 0;
};

// Both sides.
class Ladder {
 public:
  LadderSide sides[2];

  explicit Ladder(std::size_t window = LadderSide::kWindow) : sides{LadderSide(window), LadderSide(window)} {}

  struct Applied {
    LadderSide::Before before = {};
    bool is_better = false;  // the best price of the row's side is better than before
  };
  // Of a row of the book.
  Applied apply(const MarketRow& row, bool as_hftbacktest) {
    LadderSide& side = sides[row.side];
    if (row.kind == RowKind::kLevel && side.is_near(row.rank)) [[likely]] {
      return {side.set_near(row.rank, row.quantity), false};
    }
    return apply_elsewhere(row, as_hftbacktest);
  }

  // A trade, which has been there before the book tells of it: until end_prints() what it took of the passive side is
  // not there, and nothing of better levels is.
  void note_print(const MarketRow& row);
  [[nodiscard]] bool has_prints() const { return has_prints_; }
  // Before the next row of the book. It is not looked for in apply(), as few rows are the first behind a trade.
  void end_prints(std::int64_t ts) {
    has_prints_ = false;
    told_at_ = ts;
  }
  // When the book came to tell of the last trades: levels that the message of that time has not told yet may be what
  // they were before.
  [[nodiscard]] std::int64_t told_at() const { return told_at_; }
  // What trades have left of so much at a level.
  [[nodiscard]] std::int64_t left_by_prints(SideIndex side, Rank rank, std::int64_t quantity) const {
    const Printed& printed = printed_[side];
    if (!has_prints_ || rank < printed.rank) return quantity;
    return rank > printed.rank ? 0 : std::max<std::int64_t>(quantity - printed.quantity, 0);
  }

 private:
  struct Printed {
    Rank rank = std::numeric_limits<Rank>::max();  // the furthest from the best that trades have come to
    std::int64_t quantity = 0;
  };

  Applied apply_elsewhere(const MarketRow& row, bool as_hftbacktest);
  void clear(const MarketRow& row, bool as_hftbacktest);

  bool has_prints_ = false;  // since the last row of the book
  std::int64_t told_at_ = std::numeric_limits<std::int64_t>::min();
  Printed printed_[2];
};

}  // namespace acts::sim
