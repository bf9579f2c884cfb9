// How much of the levels of a book's side own orders have had. The replayed market knows nothing of own orders, so a
// level still shows what they took of it: without this book-keeping it would be sold again at each look.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include "sim/ladder.hpp"
#include "sim/market_row.hpp"

namespace acts::sim {

class LevelUse {
 public:
  // Beyond it levels that are gone from the book are forgotten.
  static constexpr std::size_t kMostLevels = 4096;

  [[nodiscard]] std::int64_t at(Rank rank) const {
    const auto found = used_.find(rank);
    return found == used_.end() ? 0 : found->second;
  }
  // `book`: the side that they are of, in which the level is marked so that its next change is told here.
  void add(LadderSide& book, Rank rank, std::int64_t quantity) {
    if (used_.size() >= kMostLevels) {
      std::erase_if(used_, [&book](const auto& level) { return book.quantity_at(level.first) == 0; });
    }
    used_[rank] += quantity;
    book.mark_own(rank, true);
  }
  // The level shows so much from now on. What own orders took of it stays taken as long as the level stands: what goes
  // away is taken to go from the rest. `is_new`: it did not stand. True: something of it is still taken.
  bool on_level(Rank rank, std::int64_t quantity, bool is_new) {
    const auto found = used_.find(rank);
    if (found == used_.end()) return false;
    found->second = is_new ? 0 : std::min(found->second, quantity);
    if (found->second != 0) return true;
    used_.erase(found);
    return false;
  }

 private:
  std::map<Rank, std::int64_t> used_;
};

}  // namespace acts::sim
