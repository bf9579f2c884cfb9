// Which full books (files of DIR/books) a remote database has not got yet: a number for each file in DIR/acts.db, and
// a durable cursor a sink. The files are the data; what is in them is read by live/book_source.hpp.
//
// A cursor moves by whole books: after a crash in the middle of one it is sent again, with the same keys.
// Used by one thread at a time, each with a connection to the file of its own. Calls may block on the disk, and up to
// the busy time-out for another writer. Errors: kStorage, one line.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "store/sink_source.hpp"
#include "store/sqlite_database.hpp"

namespace acts {

// A file of DIR/books, as its place and name say it.
struct BookDump {
  std::string venue;
  std::string symbol;
  UnixNanos saved_at;

  friend auto operator<=>(const BookDump&, const BookDump&) = default;
};

// A dump behind a cursor.
struct WaitingDump {
  BookDump dump;
  std::int64_t change = 0;  // its number, from 1
};

class BookOutbox {
 public:
  // `path`: a file that SqliteStore::open() of this version has opened before. `sink`: its name, not empty. A name that
  // is not known yet starts before the first book.
  static Result<std::unique_ptr<BookOutbox>> open(const std::string& path, std::string sink,
                                                  const SqliteOptions& options = {});

  // Numbers those that have none yet and are there, in this order. All or none; durable when it returns. `is_there` is
  // asked when no file can be forgotten any more. Writes nothing if there is nothing to number.
  Result<void> add(std::span<const BookDump> dumps, const std::function<bool(const BookDump&)>& is_there);
  // The first one behind the cursor.
  Result<std::optional<WaitingDump>> next();
  // The sink has every book up to this number; durable when it returns. A cursor never goes back.
  Result<void> advance(std::int64_t change);
  // Keeps that a level of it was refused, or (side and price empty) that the whole cannot be read; the same again
  // replaces it.
  Result<void> set_aside(const BookDump& dump, std::string_view side, std::string_view price, std::string_view reason);
  Result<OutboxLag> lag();
  // Levels, and whole books, that are set aside; without those of a book that waits to be sent again.
  Result<std::int64_t> rejected();

 private:
  Result<std::vector<BookDump>> without_number(std::span<const BookDump> dumps);
  BookOutbox(std::unique_ptr<SqliteDatabase> database, std::string sink)
      : database_(std::move(database)), sink_(std::move(sink)) {}

  std::unique_ptr<SqliteDatabase> database_;
  std::string sink_;
};

// For whoever removes files: what every sink has.
class DeliveredBooks {
 public:
  // `sinks`: the names of those that get books; not set: of every sink that has had one before. `dry_run`: opens for
  // reading.
  static Result<std::unique_ptr<DeliveredBooks>> open(const std::string& path,
                                                      const std::optional<std::vector<std::string>>& sinks,
                                                      bool dry_run, const SqliteOptions& options = {});

  // Each of the sinks has confirmed it. One without a number has been given to none.
  Result<bool> holds(const BookDump& dump);
  // The file is gone.
  Result<void> forget(std::span<const BookDump> dumps);

 private:
  DeliveredBooks(std::unique_ptr<SqliteDatabase> database, std::vector<std::string> sinks)
      : database_(std::move(database)), sinks_(std::move(sinks)) {}

  std::unique_ptr<SqliteDatabase> database_;
  std::vector<std::string> sinks_;
};

}  // namespace acts
