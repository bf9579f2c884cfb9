#include "backtest/book_before.hpp"

#include <algorithm>

namespace acts::backtest {

void BookBefore::take(const EventRow& row) {
  if (!row.is_for_venue || !sim::is_of_book(row.kind)) return;
  ladder_.apply(row.row(row.exch_ts), as_hftbacktest_);
  last_ts_ = std::max(last_ts_, row.exch_ts);
}

std::vector<EventRow> BookBefore::rows(std::int64_t local_ts) const {
  std::vector<EventRow> rows;
  if (last_ts_ == INT64_MIN) return rows;
  rows.push_back({.exch_ts = last_ts_, .local_ts = local_ts, .kind = sim::RowKind::kClearBoth});
  for (const sim::SideIndex side : {sim::kBidSide, sim::kAskSide}) {
    const sim::LadderSide& levels = ladder_.sides[side];
    for (sim::Rank at = levels.best(); at != sim::kNoRank; at = levels.next_below(at)) {
      rows.push_back({.exch_ts = last_ts_,
                      .local_ts = local_ts,
                      .quantity = levels.quantity_at(at),
                      .rank = static_cast<std::int32_t>(at),
                      .side = side});
    }
  }
  return rows;
}

}  // namespace acts::backtest
