// Full books in a data directory, and their levels as a sink gets them, for tests of what carries them.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "live/book_file.hpp"
#include "live/book_folder.hpp"
#include "recording/whole_file.hpp"
#include "store/book_level.hpp"

namespace acts::testing {

// `levels` a side, around a price of a million units; a third of them suspect. Other seeds: other prices and
// quantities.
inline BookFile some_book(const std::string& symbol, UnixNanos saved_at, int levels, Scales scales = {2, 8},
                          unsigned seed = 1) {
  std::mt19937_64 random(seed);
  BookFile file;
  file.symbol = symbol;
  file.saved_at = saved_at;
  BookImage& book = file.saved.book.book;
  book.scales = scales;
  book.last_update_id = UpdateId{9000};
  book.suspect_upto = UpdateId{3000};
  std::int64_t bid = 1'000'000'000;
  std::int64_t ask = bid;
  const auto level = [&random](std::int64_t price) {
    return BookLevel{Price{price},
                     Quantity{static_cast<std::int64_t>(random() % 1'000'000'000'000 + 1)},
                     {UpdateId{static_cast<std::int64_t>(random() % 9000)}, random() % 2 == 0}};
  };
  for (int i = 0; i < levels; ++i) {
    bid -= static_cast<std::int64_t>(random() % 1000 + 1);
    ask += static_cast<std::int64_t>(random() % 1000 + 1);
    book.bids.push_back(level(bid));
    book.asks.push_back(level(ask));
  }
  return file;
}

inline BookDump dump_of(const BookFile& file) {
  return {std::string(to_string(file.venue)), file.symbol, file.saved_at};
}

// Where the collector would put it. Returns the path.
inline std::string save_full_book(const std::string& data_dir, const BookFile& file) {
  const std::string path = path_of(data_dir, dump_of(file));
  (void)write_whole_file(real_file_ops(), path, pack_zstd(book_text(file)));
  return path;
}

// Bids, then asks, each best first.
inline std::vector<MinuteRow> rows_of_book(const BookFile& file) {
  std::vector<MinuteRow> rows;
  const BookImage& book = file.saved.book.book;
  for (const auto& [side, levels] : {std::pair{"bid", &book.bids}, std::pair{"ask", &book.asks}}) {
    std::int64_t place = 0;
    for (const BookLevel& level : *levels) {
      rows.push_back(book_level_row(std::string(to_string(file.venue)), file.symbol, file.saved_at,
                                    {.side = side,
                                     .price = to_decimal(level.price, book.scales),
                                     .quantity = to_decimal(level.quantity, book.scales),
                                     .state = level.origin.update_id <= book.suspect_upto ? "suspect" : "exact",
                                     .level = place++}));
    }
  }
  return rows;
}

}  // namespace acts::testing
