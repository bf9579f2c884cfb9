// Counts the updates that cross a book: behind them its best bid is at or above its best ask, as no venue has it. What
// a run makes of it is a guess: levels of the older side that the newer one has reached are out of sight, as in Ladder,
// so that a level which was never taken back counts once, and not with each update behind. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backtest/event_rows.hpp"
#include "sim/ladder.hpp"

namespace acts::backtest {

class CrossedWatch {
 public:
  // Of each of its two arrays of prices: 64 KiB. Levels further from the best price are in a map.
  static constexpr std::size_t kWindow = std::size_t{1} << 13U;

  // In the order in which they stand. Rows of a book with the same two times are one update; others do not matter.
  void take(const EventRow& row);
  // The last update is over.
  void end();

  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  [[nodiscard]] std::uint64_t crossed() const { return crossed_; }

 private:
  sim::LadderSide sides_[2] = {sim::LadderSide(kWindow), sim::LadderSide(kWindow)};
  sim::SideIndex newer_ = sim::kBidSide;  // the last that has reached the other one
  bool is_open_ = false;
  std::int64_t exch_ts_ = 0;  // of the update
  std::int64_t local_ts_ = 0;
  std::uint64_t updates_ = 0;
  std::uint64_t crossed_ = 0;
};

}  // namespace acts::backtest
