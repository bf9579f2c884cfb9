// The full books that lie in DIR/books: who looks for them there, and what a book's file is called. A file is there
// whole or not at all. Blocking; not thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "store/book_outbox.hpp"

namespace acts {

// "DATA_DIR/books/<venue>/<SYMBOL>/<saved_at>.book.csv.zst".
std::string path_of(const std::string& data_dir, const BookDump& dump);

// Calls `found` for each file, in no order. What is not a book's is left out; what cannot be read is as if it were not
// there.
void each_full_book(const std::string& data_dir, const std::function<void(const BookDump& dump)>& found);

// Finds those that came since it looked last, by the time of their folders: a symbol's is read again only when it has
// changed, and all of them once an hour.
class BookFolderWatch {
 public:
  // A folder's time has steps of some milliseconds, and another machine's disk another clock: one that has changed so
  // short a time ago is read once more.
  static constexpr Nanos kSettled = std::chrono::minutes{1};
  static constexpr Nanos kAllAgain = std::chrono::hours{1};

  explicit BookFolderWatch(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  // Those in the folders that may have new ones, the oldest first, without those that are older than one that was told
  // of the same folder; once an hour all. forget() if they could not be taken.
  std::vector<BookDump> look();
  // All of them again at the next look.
  void forget();

 private:
  using FileTime = std::filesystem::file_time_type;

  std::string data_dir_;
  std::map<std::string, FileTime> settled_;  // folders that have had this time for long, and were read since
  std::map<std::string, UnixNanos> told_;    // by folder: the newest book
  FileTime all_at_{};
};

}  // namespace acts
