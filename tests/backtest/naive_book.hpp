// An order book in two maps, as one would write it down.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "acts/strategy/strategy.hpp"

#include "sim/market_row.hpp"

namespace acts::backtest::test {

std::int64_t tick_of(const sim::MarketRow& row);

// Ticks are price units.
class NaiveBook final : public BookView {
 public:
  void apply(const sim::MarketRow& row);
  [[nodiscard]] Scales scales() const override { return scales_; }
  [[nodiscard]] std::optional<Level> best(Side side) const override;
  std::size_t levels(Side side, std::span<Level> out) const override;
  [[nodiscard]] Quantity quantity_at(Side side, Price price) const override;
  [[nodiscard]] bool covers(Side /*side*/, Price /*price*/) const override { return true; }

  std::optional<std::int64_t> best_bid;
  std::optional<std::int64_t> best_ask;
  std::map<std::int64_t, std::int64_t> bids;
  std::map<std::int64_t, std::int64_t> asks;

 private:
  void set_bid(std::int64_t tick, std::int64_t quantity);
  void set_ask(std::int64_t tick, std::int64_t quantity);
  void find_bid_below(std::int64_t tick);
  void find_ask_above(std::int64_t tick);
  Scales scales_;
  std::int64_t lowest_bid_ = INT64_MAX;
  std::int64_t highest_ask_ = INT64_MIN;
};

}  // namespace acts::backtest::test
