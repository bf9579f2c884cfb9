// Rows from memory, in blocks of any size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "backtest/market_feed.hpp"

namespace acts::backtest::test {

// Rows of the same time keep their order. (This library's stable_sort() is not to be compiled by clang.)
inline void sort_by_time(std::vector<sim::MarketRow>& rows) {
  std::multimap<std::int64_t, sim::MarketRow> sorted;
  for (const sim::MarketRow& row : rows) sorted.emplace(row.ts, row);
  rows.clear();
  for (const auto& [ts, row] : sorted) rows.push_back(row);
}

class VectorFeed final : public MarketFeed {
 public:
  using Rows = std::vector<sim::MarketRow>;
  VectorFeed(Rows venue, Rows local, std::size_t block) : rows_{std::move(venue), std::move(local)}, block_(block) {}

  Result<const sim::MarketRow*> next(FeedClock clock) override {
    const auto index = static_cast<std::size_t>(clock);
    const Rows& rows = rows_[index];
    const std::size_t begin = given_[index];
    if (begin == rows.size()) return nullptr;
    const std::size_t end = std::min(begin + block_, rows.size());
    given_[index] = end;
    blocks_[index].assign(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                          rows.begin() + static_cast<std::ptrdiff_t>(end));
    blocks_[index].push_back(sim::kEndRow);
    return blocks_[index].data();
  }
  [[nodiscard]] const FeedFacts& facts() const override { return facts_; }

 private:
  Rows rows_[2];
  Rows blocks_[2];
  std::size_t given_[2] = {0, 0};
  std::size_t block_;
  FeedFacts facts_;
};

}  // namespace acts::backtest::test
