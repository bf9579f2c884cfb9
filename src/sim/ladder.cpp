#include "sim/ladder.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include "acts/base/assert.hpp"

namespace acts::sim {

// The first level is where the window begins.
LadderSide::LadderSide(std::size_t window) : cells_(window), bits_(window / 64), away_(window / kRanksAChange) {
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
    const auto index = static_cast<std::size_t>(top - base_);  // what is looked for lies before it
    std::size_t word = (index - 1) / 64;
    const std::size_t used = index - word * 64;  // 1 ... 64 bits of the first word
    std::uint64_t bits = bits_[word] & (~std::uint64_t{0} >> (64 - used));
    while (bits == 0 && word > 0) bits = bits_[--word];
    if (bits != 0) in_window = base_ + static_cast<Rank>(word * 64 + 63) - std::countl_zero(bits);
  }
  // Above the window there is none that is looked for but from above it; below it only where the window has none.
  for (auto far = far_.lower_bound(rank); far != far_.begin();) {
    --far;
    if (far->first < in_window) break;
    if (far->second >> 1U != 0) return far->first;
  }
  return in_window;
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
  const std::int64_t word = word_at(rank);
  put(rank, (quantity << 1U) | (word & 1));
  if (rank >= best_) at_best(rank, quantity);
  if (quantity != 0) reach_ = std::min(reach_, rank);
  const bool is_away = best_ != kNoRank && static_cast<std::size_t>(best_ - base_) >= cells_.size();
  if (is_away && ++away_ > cells_.size() / kRanksAChange) rebase(best_);
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
  const std::uint64_t bit = std::uint64_t{1} << (index % 64);
  bits_[index / 64] = (bits_[index / 64] & ~bit) | (word >> 1U == 0 ? 0 : bit);
}

void LadderSide::rebase(Rank centre) {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i] != 0) far_[base_ + static_cast<Rank>(i)] = cells_[i];
  }
  std::ranges::fill(cells_, 0);
  std::ranges::fill(bits_, 0);
  ++moves_;
  away_ = 0;
  base_ = centre - static_cast<Rank>(cells_.size() / 2);
  const auto begin = far_.lower_bound(base_);
  const auto end = far_.lower_bound(base_ + static_cast<Rank>(cells_.size()));
  for (auto far = begin; far != end; ++far) put(far->first, far->second);
  far_.erase(begin, end);
}

void LadderSide::drop_below(Rank rank) { find_best_below(rank); }

void LadderSide::erase(Rank from, Rank rank) {
  for (Rank at = from; at != kNoRank && at >= rank; at = next_below(at)) put(at, word_at(at) & 1);
}

void LadderSide::clear_to(Rank rank, bool as_hftbacktest) {
  // A level that is out of sight would be found again by a taker that goes through the book.
  erase(as_hftbacktest ? best_ : next_below(-kNoRank), rank);
  // Where the best was below already it is found again.
  find_best_below(as_hftbacktest ? rank - 1 : rank);
  if (best_ == kNoRank) reach_ = -kNoRank;
}

void LadderSide::clear() {
  erase(next_below(-kNoRank), kNoRank + 1);
  best_ = kNoRank;
  reach_ = -kNoRank;
}

void LadderSide::mark_own(Rank rank, bool is_own) {
  const std::int64_t word = word_at(rank);
  put(rank, (word & ~std::int64_t{1}) | (is_own ? 1 : 0));
}

// Of the best price, of one above it, or of more than one.
bool Ladder::apply_at_best(const MarketRow& row, bool as_hftbacktest, LadderSide::Before& before) {
  LadderSide& side = sides[row.side];
  if (row.kind != RowKind::kLevel) {
    clear(row, as_hftbacktest);
    before = {0, false};
    return false;
  }
  const bool is_better = row.rank > side.best() && row.quantity != 0;
  before = side.set(row.rank, row.quantity);
  if (!is_better) return false;
  LadderSide& opposite = sides[other(row.side)];
  if (side.best() + opposite.best() >= 0) opposite.drop_below(-side.best());
  return true;
}

void Ladder::clear(const MarketRow& row, bool as_hftbacktest) {
  if (row.kind == RowKind::kClear) return sides[row.side].clear_to(row.rank, as_hftbacktest);
  for (LadderSide& side : sides) side.clear();
}

}  // namespace acts::sim
