#include "backtest/crossed_watch.hpp"

#include <utility>

namespace acts::backtest {

void CrossedWatch::take(const EventRow& row) {
  if (!row.is_for_venue || !sim::is_of_book(row.kind)) return;
  if (row.exch_ts != exch_ts_ || row.local_ts != local_ts_) end();
  is_open_ = true;
  exch_ts_ = row.exch_ts;
  local_ts_ = row.local_ts;
  switch (row.kind) {
    case sim::RowKind::kLevel:
      sides_[row.side].set(row.rank, row.quantity);
      if (row.quantity > 0 && row.rank + sides_[sim::other(row.side)].best() >= 0) newer_ = row.side;
      break;
    case sim::RowKind::kClear: sides_[row.side].clear_to(row.rank, false); break;
    default:
      for (sim::LadderSide& side : sides_) side.clear();
  }
}

void CrossedWatch::end() {
  if (!std::exchange(is_open_, false)) return;
  ++updates_;
  if (sides_[sim::kBidSide].best() + sides_[sim::kAskSide].best() < 0) return;
  ++crossed_;
  sides_[sim::other(newer_)].drop_below(-sides_[newer_].best());
}

}  // namespace acts::backtest
