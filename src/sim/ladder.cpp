#include "sim/ladder.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "acts/base/assert.hpp"

namespace acts::sim {

// The first level is where the window begins.
LadderSide::LadderSide(std::size_t window) : cells_(window), has_(window), away_(window / kRanksAChange) {
  ACTS_ASSERT(window >= 128 && window % 64 == 0);
}

std::int64_t LadderSide::word_at(Rank rank) const {
  const auto index = static_cast<std::size_t>(rank - base_);
  if (index < cells_.size()) return cells_[index];
  const auto found = far_.find(rank);
  return found == far_.end() ? 0 : found->second;
}

Rank LadderSide::next_below(Rank rank) const {
  const Rank top = std::min(rank, base_ + static_cast<Rank>(cells_.size()));
  Rank in_window = kNoRank;
  if (top > base_) {
    const std::size_t found = last_before(static_cast<std::size_t>(top - base_));
    if (found != SIZE_MAX) in_window = base_ + static_cast<Rank>(found);
  }
  // Above the window there is none that is looked for but from above it; below it only where the window has none.
  for (auto far = far_.lower_bound(rank); far != far_.begin();) {
    --far;
    if (far->first < in_window) break;
    if (far->second >> 1U != 0) return far->first;
  }
  return in_window;
}

std::size_t LadderSide::last_before(std::size_t index) const {
  while (index > 0) {
    std::uint64_t eight = 1;
    if (index % 8 == 0) std::memcpy(&eight, &has_[index - 8], 8);
    if (eight == 0) {
      index -= 8;
    } else if (has_[--index] != 0) {
      return index;
    }
  }
  return SIZE_MAX;
}

void LadderSide::find_near() {
  near_begin_ = std::max(base_, reach_);
  const Rank end = std::min(best_, base_ + static_cast<Rank>(cells_.size()));
  near_count_ = end > near_begin_ ? static_cast<std::uint64_t>(end - near_begin_) : 0;
}

LadderSide::Before LadderSide::set_elsewhere(Rank rank, std::int64_t quantity) {
  const auto index = static_cast<std::size_t>(rank - base_);
  const bool is_far = index >= cells_.size();
  const Before before = is_far ? set_far(rank, quantity) : set_cell(index, quantity);
  if (rank >= best_) at_best(rank, quantity);
  if (quantity != 0) reach_ = std::min(reach_, rank);
  const bool is_away = best_ != kNoRank && static_cast<std::size_t>(best_ - base_) >= cells_.size();
  if (is_far && is_away && ++away_ > cells_.size() / kRanksAChange) rebase(best_);
  find_near();
  return before;
}

void LadderSide::find_best_below(Rank rank) {
  best_ = next_below(rank);
  if (best_ < reach_) best_ = kNoRank;
}

void LadderSide::at_best(Rank rank, std::int64_t quantity) {
  if (quantity != 0) {
    best_ = rank;
    return;
  }
  if (rank != best_) return;
  find_best_below(rank);
  if (best_ == kNoRank) reach_ = -kNoRank;
}

LadderSide::Before LadderSide::set_far(Rank rank, std::int64_t quantity) {
  const auto far = far_.lower_bound(rank);
  const bool is_there = far != far_.end() && far->first == rank;
  const std::int64_t word = is_there ? far->second : 0;
  const std::int64_t changed = (quantity << 1U) | (word & 1);
  if (!is_there) {
    if (changed != 0) far_.emplace_hint(far, rank, changed);
  } else if (changed != 0) {
    far->second = changed;
  } else {
    far_.erase(far);
  }
  return {word >> 1U, (word & 1) != 0};
}

void LadderSide::put(Rank rank, std::int64_t word) {
  const auto index = static_cast<std::size_t>(rank - base_);
  if (index >= cells_.size()) {
    if (word == 0) {
      far_.erase(rank);
    } else {
      far_[rank] = word;
    }
    return;
  }
  cells_[index] = word;
  has_[index] = word >> 1U != 0 ? 1 : 0;
}

void LadderSide::rebase(Rank centre) {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i] != 0) far_[base_ + static_cast<Rank>(i)] = cells_[i];
  }
  std::ranges::fill(cells_, 0);
  std::ranges::fill(has_, std::uint8_t{0});
  ++moves_;
  away_ = 0;
  base_ = centre - static_cast<Rank>(cells_.size() / 2);
  const auto begin = far_.lower_bound(base_);
  const auto end = far_.lower_bound(base_ + static_cast<Rank>(cells_.size()));
  for (auto far = begin; far != end; ++far) put(far->first, far->second);
  far_.erase(begin, end);
}

void LadderSide::drop_below(Rank rank) {
  find_best_below(rank);
  find_near();
}

void LadderSide::erase(Rank from, Rank rank) {
  for (Rank at = from; at != kNoRank && at >= rank; at = next_below(at)) put(at, word_at(at) & 1);
}

void LadderSide::clear_to(Rank rank, bool as_hftbacktest) {
  // A level that is out of sight would be found again by a taker that goes through the book.
  erase(as_hftbacktest ? best_ : next_below(-kNoRank), rank);
  // Where the best was below already it is found again.
  find_best_below(as_hftbacktest ? rank - 1 : rank);
  if (best_ == kNoRank) reach_ = -kNoRank;
  find_near();
}

void LadderSide::clear() {
  erase(next_below(-kNoRank), kNoRank + 1);
  best_ = kNoRank;
  reach_ = -kNoRank;
  find_near();
}

void LadderSide::mark_own(Rank rank, bool is_own) {
  const std::int64_t word = word_at(rank);
  put(rank, (word & ~std::int64_t{1}) | (is_own ? 1 : 0));
}

// Of the best price, of one above it, or of more than one.
Ladder::Applied Ladder::apply_elsewhere(const MarketRow& row, bool as_hftbacktest) {
  LadderSide& side = sides[row.side];
  if (row.kind != RowKind::kLevel) {
    clear(row, as_hftbacktest);
    return {{0, false}, false};
  }
  const bool is_better = row.rank > side.best() && row.quantity != 0;
  const LadderSide::Before before = side.set(row.rank, row.quantity);
  if (!is_better) return {before, false};
  LadderSide& opposite = sides[other(row.side)];
  if (side.best() + opposite.best() >= 0) opposite.drop_below(-side.best());
  return {before, true};
}

void Ladder::note_print(const MarketRow& row) {
  constexpr std::int64_t kMost = std::int64_t{1} << 62U;
  if (!has_prints_) printed_[kBidSide] = printed_[kAskSide] = {};
  has_prints_ = true;
  Printed& printed = printed_[other(row.side)];
  const Rank rank = -Rank{row.rank};
  if (rank > printed.rank) return;
  if (rank < printed.rank) printed = {.rank = rank};
  printed.quantity += std::min(row.quantity, kMost - printed.quantity);
}

void Ladder::clear(const MarketRow& row, bool as_hftbacktest) {
  if (row.kind == RowKind::kClear) return sides[row.side].clear_to(row.rank, as_hftbacktest);
  for (LadderSide& side : sides) side.clear();
}

}  // namespace acts::sim
