// Puts the rows of one clock in the order of their times, rows of the same time in the order in which they came. Holds
// those only that may still be preceded by one to come. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "sim/market_row.hpp"

namespace acts::backtest {

class RowOrder {
 public:
  // Waiting for their turn; more is an error.
  static constexpr std::size_t kMostHeld = 4'000'000;

  struct Placed {
    sim::MarketRow row;
    std::uint64_t number = 0;   // the event's
    std::int64_t other_ts = 0;  // its time by the other clock
  };

  // `lateness`: how far times step back behind the latest before them, at most.
  explicit RowOrder(Nanos lateness) : lateness_(lateness.count()) {}

  void add(const Placed& placed) {
    is_sorted_ = is_sorted_ && (held_.empty() || held_.back().row.ts <= placed.row.ts);
    if (placed.row.ts > latest_) latest_ = placed.row.ts;
    held_.push_back(placed);
  }
  // Appends what nothing that is still to come can precede; at the end all. Errors: kBadInput: more than kMostHeld
  // wait.
  Result<void> settle(bool is_end, std::vector<Placed>& out);

 private:
  std::int64_t lateness_;
  std::int64_t latest_ = INT64_MIN;
  bool is_sorted_ = true;
  std::vector<Placed> held_;
};

}  // namespace acts::backtest
