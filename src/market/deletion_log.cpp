#include "acts/market/deletion_log.hpp"

#include <algorithm>

namespace acts {

void DeletionLog::make_room() {
  if (entries_.size() == kMaxEntries) {
    forget_oldest();
    return;
  }
  std::vector<Entry> larger(std::max<std::size_t>(64, entries_.size() * 2));
  for (std::size_t i = 0; i < size_; ++i) larger[i] = at(i);
  entries_ = std::move(larger);
  begin_ = 0;
}

void DeletionLog::forget_oldest() {
  forgotten_upto_ = std::max(forgotten_upto_, id_of(at(0)));
  begin_ = (begin_ + 1) & (entries_.size() - 1);
  --size_;
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
  while (size_ > 0 && id_of(at(0)) <= id) forget_oldest();
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
