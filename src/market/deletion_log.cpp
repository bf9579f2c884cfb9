#include "acts/market/deletion_log.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {

void DeletionLog::add(Side side, Price price, UpdateId id) {
  const Level deleted{price, Quantity{}};
  add_deleted({&deleted, 1}, side, id);
}

// Without a branch on the quantity: half of all levels are deleted, and no predictor knows which half.
void DeletionLog::add_deleted(std::span<const Level> levels, Side side, UpdateId id) {
  ACTS_ASSERT(levels.size() <= kMaxAtOnce);
  if (blocks_.empty() || blocks_.back()->entries.size() - blocks_.back()->end <= levels.size()) add_block();
  Block& block = *blocks_.back();
  std::int64_t* const head = block.entries.data() + block.end;
  std::int64_t* next = head + 1;
  std::int64_t signs = id.value();
  *head = head_of(side, id);
  for (const Level& level : levels) {
    *next = level.price.units();
    signs |= level.price.units();
    next += std::size_t{level.quantity.is_zero()};
  }
  ACTS_ASSERT(signs >= 0);
  if (next == head + 1) return;
  block.end += static_cast<std::size_t>(next - head);
  block.last_id = id;
}

void DeletionLog::add_block() {
  if (blocks_.size() == kMaxBlocks) {
    forgotten_upto_ = std::max(forgotten_upto_, blocks_.front()->last_id);
    forget_first_block();
  }
  blocks_.push_back(spare_ != nullptr ? std::move(spare_) : std::make_unique_for_overwrite<Block>());
  blocks_.back()->begin = blocks_.back()->end = 0;
}

void DeletionLog::forget_first_block() {
  spare_ = std::move(blocks_.front());
  blocks_.erase(blocks_.begin());
}

bool DeletionLog::begins_upto(UpdateId id) const {
  if (blocks_.empty()) return false;
  const Block& first = *blocks_.front();
  return first.begin < first.end && id_of(first.entries[first.begin]) <= id;
}

void DeletionLog::on_time(UnixNanos now, UpdateId last_update_id) {
  if (!marks_.empty() && now - marks_.back().time < kMarkInterval) return;
  marks_.push_back({now, last_update_id});
  while (now - marks_.front().time > kMaxAge) {
    if (begins_upto(marks_.front().id)) forget_upto(marks_.front().id);
    marks_.erase(marks_.begin());
  }
}

void DeletionLog::forget_upto(UpdateId id) {
  while (begins_upto(id) && blocks_.front()->last_id <= id) forget_first_block();
  if (begins_upto(id)) {
    Block& first = *blocks_.front();
    while (first.entries[first.begin] >= 0 || id_of(first.entries[first.begin]) <= id) ++first.begin;
  }
  forgotten_upto_ = std::max(forgotten_upto_, id);
}

void DeletionLog::rescale(int decimals) {
  UpdateId last_lost = kNoUpdateId;
  for (const std::unique_ptr<Block>& block : blocks_) {
    std::size_t kept = block->begin;
    UpdateId id = kNoUpdateId;
    for (std::size_t i = block->begin; i < block->end; ++i) {
      std::int64_t entry = block->entries[i];
      if (entry < 0) {
        id = id_of(entry);
      } else if (!shift_decimals(entry, decimals)) {
        last_lost = id;
        continue;
      }
      block->entries[kept++] = entry;
    }
    block->end = kept;
  }
  forget_upto(last_lost);
}

std::size_t DeletionLog::size() const {
  std::size_t count = 0;
  for (const std::unique_ptr<Block>& block : blocks_) {
    const std::span entries = std::span{block->entries}.first(block->end).subspan(block->begin);
    count += static_cast<std::size_t>(std::ranges::count_if(entries, [](std::int64_t entry) { return entry >= 0; }));
  }
  return count;
}

std::vector<Price> DeletionLog::deleted_after(Side side, UpdateId id) const {
  std::vector<Price> prices;
  for (const std::unique_ptr<Block>& block : blocks_) {
    if (block->last_id <= id) continue;
    bool wanted = false;
    for (const std::int64_t entry : std::span{block->entries}.first(block->end).subspan(block->begin)) {
      if (entry < 0) {
        wanted = side_of(entry) == side && id_of(entry) > id;
      } else if (wanted) {
        prices.emplace_back(entry);
      }
    }
  }
  std::ranges::sort(prices);
  const auto repeated = std::ranges::unique(prices);
  prices.erase(repeated.begin(), repeated.end());
  return prices;
}

std::size_t DeletionLog::memory_bytes() const {
  const std::size_t blocks = blocks_.size() + (spare_ != nullptr ? 1 : 0);
  return blocks * sizeof(Block) + blocks_.capacity() * sizeof(blocks_[0]) + marks_.capacity() * sizeof(Mark);
}

}  // namespace acts
