#include "backtest/sweep/shared_market.hpp"

#include <algorithm>
#include <utility>

namespace acts::backtest {

Result<void> SharedMarket::begin() {
  if (std::exchange(has_begun_, true)) return {};
  if (Result<void> there = next_block(FeedClock::kVenue, venue_row_); !there) return there;
  return next_block(FeedClock::kLocal, local_row_);
}

Result<void> SharedMarket::next_block(FeedClock clock, const sim::MarketRow*& row) {
  const auto next = feed_->next(clock);
  if (!next) return std::unexpected(next.error());
  row = *next == nullptr ? &sim::kEndRow : *next;
  return {};
}

Result<void> SharedMarket::run_venue(UnixNanos until) {
  while (venue_row_->ts <= until.value) {
    venue_row_ = book_.run(venue_row_, until);
    if (venue_row_->ts != sim::kEndRow.ts) return {};
    last_row_ = std::max(last_row_, UnixNanos{venue_row_[-1].ts});
    if (Result<void> there = next_block(FeedClock::kVenue, venue_row_); !there) return there;
  }
  return {};
}

Result<void> SharedMarket::take_rows(UnixNanos until) {
  while (local_row_->ts <= until.value) {
    local_row_ = local_.take_all(local_row_, until);
    if (local_row_->ts != sim::kEndRow.ts) return {};
    last_row_ = std::max(last_row_, UnixNanos{local_row_[-1].ts});
    if (Result<void> there = next_block(FeedClock::kLocal, local_row_); !there) return there;
  }
  return {};
}

}  // namespace acts::backtest
