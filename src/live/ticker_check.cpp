#include "live/ticker_check.hpp"

#include <optional>

namespace acts {
namespace {

bool same(const std::optional<BookLevel>& ours, const Level& theirs, Scales book_scales, Scales scales) {
  if (!ours) return theirs.quantity.is_zero();
  return to_decimal(ours->price, book_scales) == to_decimal(theirs.price, scales) &&
         to_decimal(ours->quantity, book_scales) == to_decimal(theirs.quantity, scales);
}

}  // namespace

void TickerCheck::on_ticker(const BookTicker& ticker, const OrderBook& book) {
  if (ticker.update_id == book.last_update_id()) compare(ticker, book);
  if (ticker.update_id <= book.last_update_id()) return;
  if (waiting_.size() == kMaxRemembered) waiting_.pop_front();
  waiting_.push_back(ticker);
}

void TickerCheck::on_book(const OrderBook& book) {
  while (!waiting_.empty() && waiting_.front().update_id <= book.last_update_id()) {
    if (waiting_.front().update_id == book.last_update_id()) compare(waiting_.front(), book);
    waiting_.pop_front();
  }
}

void TickerCheck::compare(const BookTicker& ticker, const OrderBook& book) {
  if (!book.has_snapshot()) return;
  ++points_;
  const bool equal = same(book.best(Side::kBid), ticker.bid, book.scales(), ticker.scales) &&
                     same(book.best(Side::kAsk), ticker.ask, book.scales(), ticker.scales);
  if (!equal) ++differences_;
}

}  // namespace acts
