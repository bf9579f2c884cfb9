// Writes books to their files on a thread of its own, behind a bounded queue: checkpoints, of which the last two of a
// symbol are kept, and one of an earlier minute, from which the present minute's row follows if it is not stored; and
// full books, which stay. Says nothing itself: it is asked. What cannot be written is counted; a checkpoint is given up
// then, as the next one takes its place, a full book is tried until it is written, beside the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "live/book_file.hpp"
#include "recording/file_ops.hpp"

namespace acts {

class BookWriter {
 public:
  static constexpr std::size_t kMaxQueued = 8;     // books: some 40 bytes a level
  static constexpr std::size_t kMaxFullBooks = 8;  // that wait, those to be tried again included; one more may come
  static constexpr std::size_t kKeptCheckpoints = 2;
  static constexpr Nanos kPause = std::chrono::seconds{10};         // of real time, before full books are tried again
  static constexpr Nanos kDiskInterval = std::chrono::seconds{10};  // between two looks at the disk's free space
  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};

  enum class Kind : std::uint8_t { kCheckpoint, kFullBook };
  struct Status {
    std::size_t waiting = 0;  // that being written included
    std::uint64_t written = 0;
    std::uint64_t failures = 0;
    std::string failure = {};  // of the last checkpoint, or of a full book that is to be tried again: one line
    // Of the disk that the data directory is on; zero: not known yet.
    std::uint64_t disk_free_bytes = 0;  // for this user
    std::uint64_t disk_total_bytes = 0;
  };

  // `ops`: the disk, if it is not the real one; `pause`: in place of kPause.
  explicit BookWriter(std::string data_dir, std::shared_ptr<FileOps> ops = nullptr, Nanos pause = kPause);
  // What waits is given up; see status(). Leaves a disk that hangs to the thread.
  ~BookWriter();
  BookWriter(const BookWriter&) = delete;
  BookWriter& operator=(const BookWriter&) = delete;

  // has_room().
  void push(Kind kind, BookFile book);
  // For one more behind so many that are to come.
  [[nodiscard]] bool has_room(std::size_t to_come) const;
  // As has_room(). False: too many wait, as a rule because they could not be written.
  [[nodiscard]] bool takes_full_books(std::size_t to_come) const;
  [[nodiscard]] Status status() const;

  // What the thread does with each: the file, and of a checkpoint those that it makes superfluous are removed. Errors:
  // kStorage.
  static Result<void> write(FileOps& ops, const std::string& data_dir, Kind kind, const BookFile& book);

 private:
  struct State;
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts
