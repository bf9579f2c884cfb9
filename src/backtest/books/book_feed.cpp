#include "backtest/books/book_feed.hpp"

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts::backtest {

BookFeed::BookFeed(MarketFeed& feed, bool as_hftbacktest, Show show)
    : feed_(&feed), as_hftbacktest_(as_hftbacktest), show_(std::move(show)) {
  for (Side& side : sides_) side.ladder = std::make_unique<sim::Ladder>();
}

Result<const sim::MarketRow*> BookFeed::next(FeedClock clock) {
  Side& side = side_of(clock);
  follow(side);
  Result<const sim::MarketRow*> rows = feed_->next(clock);
  side.block = rows ? *rows : nullptr;
  return rows;
}

void BookFeed::ask(FeedClock clock, UnixNanos at, std::uint64_t number) {
  Side& side = side_of(clock);
  ACTS_ASSERT(!is_closed_ && side.ladder != nullptr && at.value >= side.passed);
  const auto later = std::ranges::upper_bound(side.asked, at, {}, &Asked::at);
  side.asked.insert(later, {at, number});
}

void BookFeed::follow(Side& side) {
  const sim::MarketRow* row = std::exchange(side.block, nullptr);
  if (is_closed_ && side.asked.empty()) side.ladder.reset();
  if (row == nullptr || side.ladder == nullptr) return;
  for (; row->ts != sim::kEndRow.ts; ++row) {
    if (!side.asked.empty() && side.asked.front().at.value < row->ts) show_until(side, row->ts);
    if (sim::is_of_book(row->kind)) side.ladder->apply(*row, as_hftbacktest_);
    side.passed = row->ts;
  }
}

void BookFeed::show_until(Side& side, std::int64_t before) {
  for (; !side.asked.empty() && side.asked.front().at.value < before; side.asked.pop_front()) {
    show_(side.asked.front().number, *side.ladder);
  }
}

void BookFeed::end() {
  for (Side& side : sides_) {
    follow(side);
    if (side.ladder != nullptr) show_until(side, sim::kEndRow.ts);
  }
}

}  // namespace acts::backtest
