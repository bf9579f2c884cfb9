// Writes the order books that a run's orders and fills met, as lines of books.csv: of each order event the book as it
// was known here when it was, and of each fill that at the venue too. Of the first order events and fills of a time
// alone: what is beyond is counted. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/market/order.hpp"

#include "backtest/books/book_feed.hpp"
#include "backtest/instrument.hpp"
#include "backtest/market_feed.hpp"

namespace acts::backtest {

inline constexpr std::string_view kBooksName = "books.csv";
std::string books_header();

// Lines of orders.csv and fills.csv without a book, for they are of another time or come behind the first ones.
struct BooksLeftOut {
  std::uint64_t order_events = 0;
  std::uint64_t fills = 0;
};

class BookRecorder {
 public:
  // As many as a tear sheet lists.
  static constexpr std::uint64_t kMostOrderEvents = 5000;
  static constexpr std::uint64_t kMostFills = 5000;
  static constexpr std::size_t kLevels = 10;  // a side

  struct Limits {
    std::uint64_t order_events = kMostOrderEvents;
    std::uint64_t fills = kMostFills;
    // Of fills at the venue, of order events here: from <= their time < to.
    UnixNanos from = {INT64_MIN};
    UnixNanos to = {INT64_MAX};
  };
  // Gets whole lines.
  using Write = std::function<void(std::string_view)>;

  // `instruments`: by their ids, and outlive it.
  BookRecorder(const std::vector<BacktestInstrument>& instruments, Write write, const Limits& limits);
  BookRecorder(const BookRecorder&) = delete;
  BookRecorder& operator=(const BookRecorder&) = delete;

  // What the run is to read in place of `feed`, which outlives this. Once an instrument, before the run.
  MarketFeed& watch(InstrumentId id, MarketFeed& feed, bool as_hftbacktest);

  // As RunListener is told of them, all that there are. The instrument is watched (asserted).
  void on_fill(const Fill& fill);
  void on_order(const OrderUpdate& update);

  // The run is over: all lines are written.
  BooksLeftOut finish();

 private:
  struct Wanted {
    std::uint64_t order_line = 0;  // of orders.csv, from 1; 0: none
    std::uint64_t fill = 0;        // its number; 0: none
    FeedClock clock = FeedClock::kLocal;
    UnixNanos at = {};
    InstrumentId id = {};
  };
  struct Line {
    Wanted wanted = {};
    std::string text = {};  // empty: not shown yet
  };

  void want(const Wanted& wanted);
  void show(std::uint64_t number, const sim::Ladder& book);
  [[nodiscard]] std::string line_of(const Wanted& wanted, const sim::Ladder& book) const;
  [[nodiscard]] bool is_within(UnixNanos at) const { return limits_.from <= at && at < limits_.to; }
  void close_if_full();

  const std::vector<BacktestInstrument>* instruments_;
  Write write_;
  Limits limits_;
  std::map<InstrumentId, std::unique_ptr<BookFeed>> feeds_;
  std::uint64_t order_events_ = 0;  // told
  std::uint64_t fills_ = 0;
  std::uint64_t shown_order_events_ = 0;
  std::uint64_t shown_fills_ = 0;
  bool has_later_fill_ = false;      // than the last that may be shown
  ClientOrderId filled_order_ = {};  // of the fill told last
  bool is_last_fill_shown_ = false;
  std::uint64_t asked_ = 0;              // books
  std::map<std::uint64_t, Line> lines_;  // by the order in which they were asked for; those before are written
};

}  // namespace acts::backtest
