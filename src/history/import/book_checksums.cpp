#include "history/import/book_checksums.hpp"

#include <fmt/format.h>

#include <utility>

#include "recording/crc32.hpp"

namespace acts::history {
namespace {

constexpr std::size_t kCheckedLevels = 25;  // a side

Decimal checked_cell(const CapturePart& part, const Row& row, std::size_t column) {
  return {row.values[column], decimal_shape(part.kind->columns[column].type, row.form).scale};
}

void set_checked_level(auto& side, const Decimal& price, const Decimal& quantity) {
  if (quantity.units == 0) {
    side.erase(price);
  } else {
    side.insert_or_assign(price, quantity);
  }
}

}  // namespace

bool BookChecksums::shows_loss(const CapturePart& part) {
  const std::string name = fmt::format("{} {}", part.venue, part.symbol);
  const auto known = books_.find(name);
  if (part.is_snapshot()) {
    if (known != books_.end()) drop(known);
    if (part.checksum) begin(name, part);
    return false;
  }
  if (known == books_.end()) return false;
  Book& book = known->second;
  levels_ -= book.levels();
  apply(book, part);
  levels_ += book.levels();
  const bool is_right = !part.checksum || checksum_of(book) == *part.checksum;
  if (!is_right || levels_ > kMostLevels) drop(known);
  return !is_right;
}

void BookChecksums::begin(const std::string& name, const CapturePart& snapshot) {
  Book book;
  apply(book, snapshot);
  if (levels_ + book.levels() > kMostLevels || checksum_of(book) != *snapshot.checksum) return;
  levels_ += book.levels();
  books_.emplace(name, std::move(book));
}

void BookChecksums::drop(Books::iterator book) {
  levels_ -= book->second.levels();
  books_.erase(book);
}

void BookChecksums::apply(Book& book, const CapturePart& part) {
  const std::size_t is_bid = column_index(*part.kind, "is_bid");
  const std::size_t price = column_index(*part.kind, "price");
  const std::size_t quantity = column_index(*part.kind, "quantity");
  for (const Row& row : part.rows) {
    if (row.is_null(price)) continue;
    if (row.values[is_bid] != 0) {
      set_checked_level(book.bids, checked_cell(part, row, price), checked_cell(part, row, quantity));
    } else {
      set_checked_level(book.asks, checked_cell(part, row, price), checked_cell(part, row, quantity));
    }
  }
}

std::int64_t BookChecksums::checksum_of(const Book& book) {
  std::string text;
  const auto append = [&text](const auto& level) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ":", to_string(level.first), to_string(level.second));
  };
  auto bid = book.bids.begin();
  auto ask = book.asks.begin();
  for (std::size_t i = 0; i < kCheckedLevels; ++i) {
    if (bid != book.bids.end()) append(*bid++);
    if (ask != book.asks.end()) append(*ask++);
  }
  return static_cast<std::int32_t>(crc32_of(text));
}

}  // namespace acts::history
