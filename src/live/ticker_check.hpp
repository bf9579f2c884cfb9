// Compares a book with the venue's own best prices: a bookTicker and a depth update with the same id speak of the same
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "acts/market/events.hpp"
#include "acts/market/order_book.hpp"

namespace acts {

class TickerCheck {
 public:
  // A depth update comes up to a second after the tickers it contains; the busiest symbols send some 500 of those a
  // second.
  static constexpr std::size_t kMaxRemembered = 4096;

  void on_ticker(const BookTicker& ticker, const OrderBook& book);
  // After an update was applied.
  void on_book(const OrderBook& book);

  [[nodiscard]] std::uint64_t points() const { return points_; }
  [[nodiscard]] std::uint64_t differences() const { return differences_; }

 private:
  void compare(const BookTicker& ticker, const OrderBook& book);

  std::deque<BookTicker> waiting_;  // ids not yet reached by the book, ascending
  std::uint64_t points_ = 0;
  std::uint64_t differences_ = 0;
};

}  // namespace acts
