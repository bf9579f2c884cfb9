// A whole book as text: what a checkpoint and a full book file hold. Two comment lines (`#`), of which the second is a
// JSON object with what is not of one level, and the minute under way, then CSV:
//   side,price,quantity,update_id,origin,state,covered
//   bid,61000.01,0.5,123,update,exact,true
// bids then asks, each best first; state: exact or suspect; covered: the price lies in the coverage set K.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "collector/saved_feed.hpp"

namespace acts {

struct BookFile {
  Venue venue = Venue::kBinanceSpot;
  std::string symbol;
  UnixNanos saved_at;     // receive time: of all messages before
  bool recorded = false;  // a recording holds the place (index::BookSaved) where it was saved
  collector::SavedFeed saved;
};

inline constexpr std::string_view kBookForm = "# acts book 1";
inline constexpr std::string_view kBookColumns = "side,price,quantity,update_id,origin,state,covered";

// "exact" or "suspect".
std::string_view state_of(const BookLevel& level, const BookImage& book);

std::string book_text(const BookFile& file);
// Errors: kBadInput, with the line, for anything that book_text() does not make.
Result<BookFile> parse_book_text(std::string_view text);

// "DATA_DIR/checkpoints/<venue>/<SYMBOL>", "DATA_DIR/books/<venue>/<SYMBOL>", and in it "<saved_at>.book.csv.zst".
std::string checkpoint_directory(std::string_view data_dir, Venue venue, std::string_view symbol);
std::string full_book_directory(std::string_view data_dir, Venue venue, std::string_view symbol);
// Of all of them: "DATA_DIR/books".
std::string full_books_directory(std::string_view data_dir);
std::string book_file_name(UnixNanos saved_at);
// None for any other name.
std::optional<UnixNanos> saved_at_of(std::string_view file_name);

inline constexpr std::size_t kMaxBookBytes = std::size_t{1} << 30;
// Plain or packed. Errors: kUsage if it is not there, kStorage, kBadInput; each names the path.
Result<BookFile> read_book_file(const std::string& path);

}  // namespace acts
