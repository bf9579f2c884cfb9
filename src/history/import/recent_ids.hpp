// Which ids were there a short while ago: two connections bring the same message within moments. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "acts/base/assert.hpp"

namespace acts::history {

class RecentIds {
 public:
  static constexpr std::size_t kMost = 8192;

  // False: it is one of the last kMost that were new. Any id but INT64_MIN (asserted).
  bool is_new(std::int64_t id) {
    ACTS_ASSERT(id != kNone);
    if (slots_.size() < 2 * (ids_.size() + 1) && ids_.size() < kMost) grow();
    if (slots_[slot_of(id)] == id) return false;
    if (ids_.size() < kMost) {
      ids_.push_back(id);
    } else {
      erase(ids_[oldest_]);
      ids_[oldest_] = id;
      oldest_ = (oldest_ + 1) % kMost;
    }
    slots_[slot_of(id)] = id;
    return true;
  }

 private:
  static constexpr std::int64_t kNone = INT64_MIN;
  static constexpr std::size_t kFirstSlots = 16;

  [[nodiscard]] std::size_t home_of(std::int64_t id) const {
    // 2^64 divided by the golden ratio: ids that follow each other lie far apart.
    constexpr std::uint64_t kSpread = 0x9E37'79B9'7F4A'7C15U;
    return static_cast<std::size_t>((static_cast<std::uint64_t>(id) * kSpread) >> 32U) & (slots_.size() - 1);
  }
  // Where it is, or would be.
  [[nodiscard]] std::size_t slot_of(std::int64_t id) const {
    std::size_t slot = home_of(id);
    while (slots_[slot] != kNone && slots_[slot] != id) slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }
  void grow() {
    slots_.assign(slots_.empty() ? kFirstSlots : 2 * slots_.size(), kNone);
    for (const std::int64_t id : ids_) slots_[slot_of(id)] = id;
  }
  // Those behind it move up, as far as they may, so that each is found without a gap before it.
  void erase(std::int64_t id) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = slot_of(id);
    for (std::size_t at = (hole + 1) & mask; slots_[at] != kNone; at = (at + 1) & mask) {
      if (((at - home_of(slots_[at])) & mask) < ((at - hole) & mask)) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = kNone;
  }

  std::vector<std::int64_t> ids_;  // in the order of their coming, from oldest_ on
  std::size_t oldest_ = 0;
  std::vector<std::int64_t> slots_;  // the same, each at its home or behind; at least half of them none
};

}  // namespace acts::history
