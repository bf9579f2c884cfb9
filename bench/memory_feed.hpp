// Rows that are in memory, each clock's in one block.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "backtest/market_feed.hpp"

namespace acts::bench {

class MemoryFeed final : public backtest::MarketFeed {
 public:
  // Both end with kEndRow, and outlive it.
  MemoryFeed(const std::vector<sim::MarketRow>& venue, const std::vector<sim::MarketRow>& local)
      : rows_{venue.data(), local.data()} {}
  Result<const sim::MarketRow*> next(backtest::FeedClock clock) override {
    return std::exchange(rows_[static_cast<std::size_t>(clock)], nullptr);
  }
  [[nodiscard]] const backtest::FeedFacts& facts() const override { return facts_; }

 private:
  const sim::MarketRow* rows_[2];
  backtest::FeedFacts facts_;
};

}  // namespace acts::bench
