// Reads the text of a book (book_file.hpp) level by level: of a book however large, a buffer and one level are in
// memory. Blocking; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/result.hpp"
#include "acts/market/book_image.hpp"

#include "live/book_file.hpp"
#include "recording/byte_source.hpp"
#include "recording/line_reader.hpp"

namespace acts {

class BookReader {
 public:
  struct Level {
    Side side = Side::kBid;
    BookLevel level;
    std::int64_t place = 0;  // from the best of its side, which is 0
  };
  // What the head says will come.
  struct Promise {
    std::size_t bids = 0;
    std::size_t asks = 0;
    std::uint64_t fingerprint = 0;
  };

  // Reads the head. `source`: unpacked. Errors: kBadInput, with the line, for anything that book_text() does not make;
  // what the source fails with.
  static Result<BookReader> open(std::unique_ptr<ByteSource> source);
  // Plain or packed. Errors also: kUsage if it is not there; each names the path.
  static Result<BookReader> open(const std::string& path);

  // Bids, then asks, each best first. Nothing: the end, and all that the head promised was there; a packed file has
  // been held against its checksum by then. Errors: as open(), without the path.
  Result<std::optional<Level>> next();

  // Without the levels.
  [[nodiscard]] const BookFile& head() const { return head_; }
  // That the levels must have, with the head (acts/market/book_image.hpp); it is not checked here.
  [[nodiscard]] std::uint64_t fingerprint() const { return promise_.fingerprint; }

 private:
  explicit BookReader(LineReader lines) : lines_(std::move(lines)) {}
  Result<void> read_head();
  Result<std::optional<std::string_view>> line();

  LineReader lines_;
  BookFile head_;
  Promise promise_;
  Side side_ = Side::kBid;
  std::size_t taken_ = 0;      // of the side
  std::optional<Price> last_;  // of the side
};

}  // namespace acts
