#include "live/book_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "live/join_or_leave.hpp"
#include "recording/whole_file.hpp"

namespace acts {
namespace {

// What cannot be removed is tried again after the next one. Names of later times are of a clock that has been set back
// since; names that begin with a dot were cut off.
void drop_old(FileOps& ops, const std::string& directory, const std::string& newest) {
  std::vector<std::string> names;
  if (ops.list(directory, names) < 0) return;
  const auto is_odd = [&newest](const std::string& name) { return !saved_at_of(name) || name > newest; };
  // The newest first, and behind all of them what is none.
  std::ranges::sort(names, [&is_odd](const std::string& a, const std::string& b) {
    return is_odd(a) != is_odd(b) ? is_odd(b) : a > b;
  });
  const auto usable = names.size() - static_cast<std::size_t>(std::ranges::count_if(names, is_odd));
  const std::size_t kept = std::min(usable, BookWriter::kKeptCheckpoints);
  const auto minute_of = [](const std::string& name) { return floor_to(*saved_at_of(name), kMinute); };
  std::size_t earlier = kept;  // of an earlier minute; else the earliest
  while (earlier + 1 < usable && minute_of(names[earlier]) == minute_of(newest)) ++earlier;
  for (std::size_t i = kept; i < names.size(); ++i) {
    if (i != earlier || i >= usable) ops.remove(fmt::format("{}/{}", directory, names[i]));
  }
}

}  // namespace

struct BookWriter::State {
  struct Item {
    Kind kind = Kind::kCheckpoint;
    BookFile book;
  };

  State(std::string directory, std::shared_ptr<FileOps> the_ops, Nanos the_pause)
      : data_dir(std::move(directory)),
        own_ops(std::move(the_ops)),
        ops(own_ops ? *own_ops : real_file_ops()),
        pause(the_pause) {}

  using Time = std::chrono::steady_clock::time_point;
  // That wait, to be tried again or for the first time.
  [[nodiscard]] std::size_t full_books() const {
    const auto is_full_book = [](const Item& item) { return item.kind == Kind::kFullBook; };
    return failed.size() + static_cast<std::size_t>(std::ranges::count_if(queue, is_full_book));
  }
  void run();
  void write_next(std::unique_lock<std::mutex>& lock);
  void look_at_disk();

  std::string data_dir;
  std::shared_ptr<FileOps> own_ops;
  FileOps& ops;
  Nanos pause;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> queue;   // the one being written is the first
  std::deque<Item> failed;  // full books, to be tried
  Time again = {};
  Status status;  // its failure is a checkpoint's
  std::string full_book_failure;
  bool stopping = false;
  bool ended = false;
};

BookWriter::BookWriter(std::string data_dir, std::shared_ptr<FileOps> ops, Nanos pause)
    : state_(std::make_shared<State>(std::move(data_dir), std::move(ops), pause)),
      thread_([state = state_] { state->run(); }) {}

BookWriter::~BookWriter() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void BookWriter::push(Kind kind, BookFile book) {
  const std::scoped_lock lock(state_->mutex);
  state_->queue.push_back({kind, std::move(book)});
  state_->changed.notify_all();
}

bool BookWriter::has_room(std::size_t to_come) const {
  const std::scoped_lock lock(state_->mutex);
  return state_->queue.size() + to_come < kMaxQueued;
}

bool BookWriter::takes_full_books(std::size_t to_come) const {
  const std::scoped_lock lock(state_->mutex);
  return state_->full_books() + to_come < kMaxFullBooks;
}

BookWriter::Status BookWriter::status() const {
  const std::scoped_lock lock(state_->mutex);
  Status status = state_->status;
  status.waiting = state_->queue.size() + state_->failed.size();
  if (!state_->full_book_failure.empty()) status.failure = state_->full_book_failure;
  return status;
}

void BookWriter::State::run() {
  std::unique_lock lock(mutex);
  Time look = std::chrono::steady_clock::now();
  while (true) {
    const auto has_work = [this] { return stopping || !queue.empty(); };
    changed.wait_until(lock, failed.empty() ? look : std::min(look, again), has_work);
    if (std::chrono::steady_clock::now() >= look) {
      lock.unlock();
      look_at_disk();
      look = std::chrono::steady_clock::now() + kDiskInterval;
      lock.lock();
    }
    if (stopping) break;
    if (queue.empty() && !failed.empty() && std::chrono::steady_clock::now() >= again) std::swap(queue, failed);
    if (!queue.empty()) write_next(lock);
  }
  ended = true;
  changed.notify_all();
}

void BookWriter::State::write_next(std::unique_lock<std::mutex>& lock) {
  Item& item = queue.front();  // a deque's elements stay where they are while others come
  lock.unlock();
  const Result<void> written = BookWriter::write(ops, data_dir, item.kind, item.book);
  lock.lock();
  ++(written ? status.written : status.failures);
  if (item.kind == Kind::kCheckpoint) {
    status.failure = written ? std::string{} : written.error().message;
  } else if (!written) {
    full_book_failure = written.error().message;
    failed.push_back(std::move(item));
    again = std::chrono::steady_clock::now() + pause;
  }
  queue.pop_front();
  if (full_books() == 0) full_book_failure.clear();
}

Result<void> BookWriter::write(FileOps& ops, const std::string& data_dir, Kind kind, const BookFile& book) {
  const std::string directory = kind == Kind::kCheckpoint ? checkpoint_directory(data_dir, book.venue, book.symbol)
                                                          : full_book_directory(data_dir, book.venue, book.symbol);
  const std::string path = fmt::format("{}/{}", directory, book_file_name(book.saved_at));
  const std::string packed = pack_zstd(book_text(book));
  Result<void> written =
      kind == Kind::kCheckpoint ? write_whole_file(ops, path, packed) : write_whole_file_again(ops, path, packed);
  if (written && kind == Kind::kCheckpoint) drop_old(ops, directory, book_file_name(book.saved_at));
  return written;
}

void BookWriter::State::look_at_disk() {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(data_dir, error);
  const std::scoped_lock lock(mutex);
  if (error) return;
  status.disk_free_bytes = space.available;
  status.disk_total_bytes = space.capacity;
}

}  // namespace acts
