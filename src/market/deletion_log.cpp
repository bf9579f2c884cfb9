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
  if (entries_.size() - size_ < levels.size()) make_room(levels.size());
  Entry* const entries = entries_.data();
  const std::size_t mask = entries_.size() - 1;
  const std::uint64_t tag = tag_of(side, id);
  std::size_t end = begin_ + size_;
  for (const Level& level : levels) {
    entries[end & mask] = {level.price, tag};
    end += std::size_t{level.quantity.is_zero()};
  }
  size_ = end - begin_;
}

void DeletionLog::make_room(std::size_t count) {
  if (entries_.size() == kMaxEntries) {
    forget_oldest(count - (kMaxEntries - size_));
    return;
  }
  std::vector<Entry> larger(std::max(2 * kMaxAtOnce, entries_.size() * 2));
  const std::size_t to_end = std::min(size_, entries_.size() - begin_);
  std::copy_n(entries_.begin() + static_cast<std::ptrdiff_t>(begin_), to_end, larger.begin());
  std::copy_n(entries_.begin(), size_ - to_end, larger.begin() + static_cast<std::ptrdiff_t>(to_end));
  entries_ = std::move(larger);
  begin_ = 0;
}

void DeletionLog::forget_oldest(std::size_t count) {
  forgotten_upto_ = std::max(forgotten_upto_, id_of(at(count - 1)));
  begin_ = (begin_ + count) & (entries_.size() - 1);
  size_ -= count;
}

void DeletionLog::on_time(UnixNanos now, UpdateId last_update_id) {
  if (!marks_.empty() && now - marks_.back().time < kMarkInterval) return;
  marks_.push_back({now, last_update_id});
  while (now - marks_.front().time > kMaxAge) {
    if (size_ > 0 && id_of(at(0)) <= marks_.front().id) forget_upto(marks_.front().id);
    marks_.erase(marks_.begin());
  }
}

void DeletionLog::forget_upto(UpdateId id) {
  std::size_t count = 0;
  while (count < size_ && id_of(at(count)) <= id) ++count;
  if (count > 0) forget_oldest(count);
  forgotten_upto_ = std::max(forgotten_upto_, id);
}

void DeletionLog::rescale(int decimals) {
  const std::int64_t factor = power_of_ten(decimals);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    Entry entry = at(i);
    std::int64_t units = 0;
    if (__builtin_mul_overflow(entry.price.units(), factor, &units)) continue;
    entry.price = Price{units};
    entries_[(begin_ + kept) & (entries_.size() - 1)] = entry;
    ++kept;
  }
  size_ = kept;
}

std::vector<Price> DeletionLog::deleted_after(Side side, UpdateId id) const {
  std::vector<Price> prices;
  for (std::size_t i = size_; i-- > 0 && id_of(at(i)) > id;) {
    if ((at(i).tag & 1) == static_cast<std::uint64_t>(side)) prices.push_back(at(i).price);
  }
  std::ranges::sort(prices);
  const auto repeated = std::ranges::unique(prices);
  prices.erase(repeated.begin(), repeated.end());
  return prices;
}

}  // namespace acts
