// Which ids were there a short while ago: two connections bring the same message within moments. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace acts::history {

class RecentIds {
 public:
  static constexpr std::size_t kMost = 8192;

  // False: it is one of the last kMost that were new.
  bool is_new(std::int64_t id) {
    if (!known_.insert(id).second) return false;
    if (ids_.size() < kMost) {
      ids_.push_back(id);
      return true;
    }
    known_.erase(ids_[oldest_]);
    ids_[oldest_] = id;
    oldest_ = (oldest_ + 1) % kMost;
    return true;
  }

 private:
  std::vector<std::int64_t> ids_;  // in the order of their coming, from oldest_ on
  std::size_t oldest_ = 0;
  std::unordered_set<std::int64_t> known_;  // the same
};

}  // namespace acts::history
