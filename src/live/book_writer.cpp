#include "live/book_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "live/join_or_leave.hpp"
#include "recording/whole_file.hpp"

namespace acts {

struct BookWriter::State {
  struct Item {
    Kind kind = Kind::kCheckpoint;
    BookFile book;
  };

  State(std::string directory, std::shared_ptr<FileOps> the_ops)
      : data_dir(std::move(directory)), own_ops(std::move(the_ops)), ops(own_ops ? *own_ops : real_file_ops()) {}

  void run();
  Result<void> write(const Item& item);
  void drop_old(const std::string& directory);

  std::string data_dir;
  std::shared_ptr<FileOps> own_ops;
  FileOps& ops;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> queue;  // the one being written is the first
  Status status;
  bool stopping = false;
  bool ended = false;
};

BookWriter::BookWriter(std::string data_dir, std::shared_ptr<FileOps> ops)
    : state_(std::make_shared<State>(std::move(data_dir), std::move(ops))),
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

bool BookWriter::full() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->queue.size() >= kMaxQueued;
}

BookWriter::Status BookWriter::status() const {
  const std::scoped_lock lock(state_->mutex);
  Status status = state_->status;
  status.waiting = state_->queue.size();
  return status;
}

void BookWriter::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || !queue.empty(); });
    if (stopping) break;
    const Item& item = queue.front();  // a deque's elements stay where they are while others come
    lock.unlock();
    const Result<void> written = write(item);
    lock.lock();
    queue.pop_front();
    status.failure = written ? std::string{} : written.error().message;
    ++(written ? status.written : status.failures);
  }
  ended = true;
  changed.notify_all();
}

Result<void> BookWriter::State::write(const Item& item) {
  const BookFile& book = item.book;
  const std::string directory = item.kind == Kind::kCheckpoint ? checkpoint_directory(data_dir, book.venue, book.symbol)
                                                               : full_book_directory(data_dir, book.venue, book.symbol);
  const std::string path = fmt::format("{}/{}", directory, book_file_name(book.saved_at));
  Result<void> written = write_whole_file(ops, path, pack_zstd(book_text(book)));
  if (written && item.kind == Kind::kCheckpoint) drop_old(directory);
  return written;
}

// What cannot be removed is tried again after the next one.
void BookWriter::State::drop_old(const std::string& directory) {
  std::vector<std::string> names;
  if (ops.list(directory, names) < 0) return;
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
  std::ranges::sort(names);
  if (names.size() <= kKeptCheckpoints) return;
  names.resize(names.size() - kKeptCheckpoints);
  for (const std::string& name : names) ops.remove(fmt::format("{}/{}", directory, name));
}

}  // namespace acts
