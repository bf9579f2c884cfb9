// The exchange's own book of one symbol: what is asked for by REST and what a client's book is compared with.
//
// Deliberately another structure than the client's: each side is one sorted array, best level last, so that changes
// near the top move few levels; 16 bytes a level. Knows no sequence rule. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/market/events.hpp"

#include "exchange/level_array.hpp"

namespace acts::exchange {

// Times as they stand in answers, milliseconds since 1970.
struct BookTimes {
  std::int64_t event = 0;
  std::int64_t transaction = 0;
  friend bool operator==(const BookTimes&, const BookTimes&) = default;
};

class TrueBook {
 public:
  explicit TrueBook(Scales scales = {}) : scales_(scales) {}

  [[nodiscard]] Scales scales() const { return scales_; }
  // To scales that cover the present ones. kBadInput, and unchanged, if a value would not fit 64 bits.
  Result<void> rescale(Scales finer);

  // Becomes exactly this: every price at most once a side, quantities above zero (others are left out). Forgets
  // history.
  void reset(UpdateId id, BookTimes times, std::span<const Level> bids, std::span<const Level> asks);
  // Absolute quantities, zero deletes. `id` must not be below last_update_id() (asserted).
  void apply(UpdateId id, BookTimes times, std::span<const Level> bids, std::span<const Level> asks);

  [[nodiscard]] UpdateId last_update_id() const { return last_update_id_; }
  [[nodiscard]] BookTimes times() const { return times_; }
  // Worst first, best last; valid until the next change.
  [[nodiscard]] std::span<const Level> levels(Side side) const {
    return side == Side::kBid ? bids_.view() : asks_.view();
  }
  [[nodiscard]] std::size_t level_count(Side side) const { return levels(side).size(); }
  [[nodiscard]] std::optional<Level> best(Side side) const;
  // Zero: no such level.
  [[nodiscard]] Quantity quantity_at(Side side, Price price) const;
  // Best bid at or above best ask.
  [[nodiscard]] bool crossed() const;

  // The last `updates` changes are remembered, so that at() can go back over them. 0 (the default): none.
  void keep_history(std::size_t updates);
  // The book as it was after the last change with an id not above `id`; nothing if that is not remembered.
  [[nodiscard]] std::optional<TrueBook> at(UpdateId id) const;

 private:
  // What must be set to undo one change, or one level of it: those of one change follow each other, with the same ids.
  struct Undo {
    UpdateId id;
    UpdateId previous_id;
    BookTimes previous_times;
    Side side = Side::kBid;
    std::optional<Level> level = {};  // none: the change has none
    bool is_last = false;             // of its change
  };
  static Quantity set_level(Side side, LevelArray& book, const Level& level);
  void apply_side(Side side, std::span<const Level> levels, const Undo& undo);
  void forget_beyond_limit();

  Scales scales_;
  UpdateId last_update_id_;
  BookTimes times_;
  LevelArray bids_;  // ascending
  LevelArray asks_;  // descending
  std::size_t history_limit_ = 0;
  std::size_t remembered_ = 0;  // changes
  std::deque<Undo> history_;
};

// `units` x 10^-scale with exactly `decimals` decimals, scale ... kMostFixedDecimals (asserted): "61837.63000000".
inline constexpr int kMostFixedDecimals = 36;
void append_fixed(std::string& out, std::int64_t units, int scale, int decimals);

// ["price","quantity"], as append_fixed() writes them.
void append_level(std::string& out, const Level& level, Scales scales, Scales decimals);

// [["price","quantity"],...] of the best `count` levels, best first. More decimals than asked for where values need
// them.
void append_levels(std::string& out, const TrueBook& book, Side side, std::size_t count, Scales decimals);

}  // namespace acts::exchange
