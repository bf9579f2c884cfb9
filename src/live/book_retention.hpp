// Removes full books (DIR/books) that have become too old or too many, the oldest first. Never one that a remote
// database has not got yet, nor a symbol's newest. Blocking. Others may write books and deliver them meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "recording/file_ops.hpp"
#include "recording/retention.hpp"

namespace acts {

// The age counts since a book was saved, the bytes are those of all full books.
using BookLimits = RecordingLimits;

struct BookPrune {
  std::uint64_t files = 0;               // removed, or with a dry run those that would be
  std::uint64_t bytes = 0;               // of them
  std::uint64_t waiting = 0;             // that would have gone, and that a sink has not got yet
  std::optional<UnixNanos> oldest = {};  // when the oldest that is kept was saved; none: there is none
  std::string failure = {};              // one line, if not all could be done; what was removed is counted

  friend bool operator==(const BookPrune&, const BookPrune&) = default;
};

struct BookPruneOptions {
  BookLimits limits = {};
  // The names of those that get books; none set: of every sink that has had one before.
  std::optional<std::vector<std::string>> sinks = {};
  bool dry_run = false;                               // removes nothing, and tells what it would
  std::function<bool()> stop = [] { return false; };  // asked between files
};
// What the sinks have is asked of `data_dir`/acts.db, if that is there. The age counts up to `now`, but not beyond a
// day after the newest book: see retention.hpp of recording.
BookPrune prune_books(const std::string& data_dir, const BookPruneOptions& options, UnixNanos now,
                      FileOps& ops = real_file_ops());

}  // namespace acts
