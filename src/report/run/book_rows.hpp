// books.csv of a run's folder: the order books that its first orders and fills met, and those of them that a page has.
// Pure. docs/report.md describes the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "report/run/csv_table.hpp"

namespace acts::report {

inline constexpr std::size_t kBookLevels = 10;  // a side

struct BookRowLevel {
  Decimal price = {};
  Decimal quantity = {};  // above 0
};

struct BookRow {
  std::optional<std::uint64_t> order_line = {};   // of orders.csv, behind its header, from 1
  std::optional<std::uint64_t> fill_number = {};  // line of fills.csv, likewise. At least one of the two is there
  bool is_venue = false;                          // the venue's book; else as it was known here
  UnixNanos time = {};                            // of that clock
  std::string instrument = {};
  std::vector<BookRowLevel> bids = {};  // the best first
  std::vector<BookRowLevel> asks = {};
};

// Errors of both: kBadInput, with the column and its remedy.
Result<CsvTable> books_table(std::string_view header);
Result<BookRow> book_row(CsvTable& table, std::string_view line);

// The books that a page has: of the first fills and of the first order events, so many different ones of each. What
// happens at once meets one book.
class BookShelf {
 public:
  static constexpr std::size_t kMostOfFills = 2000;
  static constexpr std::size_t kMostOfOrders = 2000;
  static constexpr std::uint64_t kMostLines = 5000;  // of orders.csv, and fills: later ones have none

  static constexpr std::size_t kNone = SIZE_MAX;
  // In books().
  struct Place {
    std::size_t local = kNone;
    std::size_t venue = kNone;
    [[nodiscard]] bool is_empty() const { return local == kNone && venue == kNone; }
  };

  void add(const BookRow& row);
  [[nodiscard]] const std::vector<BookRow>& books() const { return books_; }
  // From 0; without a book: empty.
  [[nodiscard]] Place of_fill(std::size_t number) const { return at(of_fills_, number); }
  [[nodiscard]] Place of_order(std::size_t line) const { return at(of_orders_, line); }

 private:
  using Key = std::tuple<bool, UnixNanos, std::string>;
  static Place at(const std::vector<Place>& places, std::size_t i) { return i < places.size() ? places[i] : Place{}; }
  static void put(std::vector<Place>& places, std::uint64_t number, const BookRow& row, std::size_t book);
  std::size_t place_of(const BookRow& row);

  std::vector<BookRow> books_;
  std::map<Key, std::size_t> known_;
  std::size_t of_fills_count_ = 0;  // books
  std::vector<Place> of_fills_;
  std::vector<Place> of_orders_;
};

}  // namespace acts::report
