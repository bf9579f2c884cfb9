// Books whose updates have no ids, checked by the checksums that OKX sends with them: the CRC-32 of the 25 best levels
// a side, bid and ask in turns, "PRICE:QUANTITY:PRICE:…" (okx.com/docs-v5, "Order book channel", read 2026-11). In
// bounded memory. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "acts/base/decimal.hpp"

#include "history/import/capture_decoder.hpp"

namespace acts::history {

class BookChecksums {
 public:
  // Of all books together, some 150 bytes each: beyond it a book is not checked up to its next snapshot.
  static constexpr std::size_t kMostLevels = 2'000'000;

  // Whether something is missing in front of the update, which is told once: up to its next snapshot the book is not
  // checked then. Nor is it behind a snapshot without a checksum, or whose own is another one.
  bool shows_loss(const CapturePart& part);

 private:
  struct Book {
    std::map<Decimal, Decimal, std::greater<>> bids = {};
    std::map<Decimal, Decimal> asks = {};
    [[nodiscard]] std::size_t levels() const { return bids.size() + asks.size(); }
  };
  using Books = std::map<std::string, Book, std::less<>>;

  static void apply(Book& book, const CapturePart& part);
  static std::int64_t checksum_of(const Book& book);
  void begin(const std::string& name, const CapturePart& snapshot);
  void drop(Books::iterator book);

  Books books_;             // by venue and symbol
  std::size_t levels_ = 0;  // of all
};

}  // namespace acts::history
