// A level of a full book as a row of a remote database, and the columns of such rows. The key is the first five: a book
// that is sent again gives the same rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "acts/base/decimal.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

namespace acts {

// Where the columns of book_level_schema() stand.
enum class BookColumn : std::uint8_t { kVenue, kSymbol, kBookTime, kSide, kPrice, kQuantity, kState, kLevel };

constexpr std::size_t index_of(BookColumn column) { return static_cast<std::size_t>(column); }

// venue, symbol, book_time, side, price; quantity, state, level. None is ever null.
RowSchema book_level_schema();

struct BookLevelValues {
  std::string_view side;  // "bid", "ask"
  Decimal price;
  Decimal quantity;
  std::string_view state;  // "exact", "suspect"
  std::int64_t level = 0;  // from the best of its side, which is 0
};
// `saved_at`: of the book; its column holds whole milliseconds, rounded down.
MinuteRow book_level_row(const std::string& venue, const std::string& symbol, UnixNanos saved_at,
                         const BookLevelValues& level);

}  // namespace acts
