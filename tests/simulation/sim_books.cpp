#include "simulation/sim_books.hpp"

#include <fmt/format.h>

#include <utility>

#include "binance/rate_budget.hpp"
#include "live/book_writer.hpp"

namespace acts::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kMostForABook = 900ms;
constexpr std::int64_t kMostOperations = 12;  // that writing a book takes

}  // namespace

void SimBooks::push(const collector::SaveBook& action, UnixNanos now) {
  queue_.push_back({venue_, action.symbol, action.at, action.is_marked, *action.feed});
  told_[action.symbol].push_back(queue_.back());
  if (queue_.size() == 1) next_ = now + Nanos{random_.below(kMostForABook.count())};
}

std::string SimBooks::path_of(std::string_view symbol, UnixNanos at) const {
  return fmt::format("{}/{}", checkpoint_directory("data", venue_, symbol), book_file_name(at));
}

bool SimBooks::full(std::size_t to_come) const { return queue_.size() + to_come >= BookWriter::kMaxQueued; }

UnixNanos SimBooks::next_deadline() const { return queue_.empty() || hangs_ > 0 ? binance::kNever : next_; }

// A checkpoint that cannot be written is given up.
std::optional<std::string> SimBooks::write() {
  const BookFile book = std::move(queue_.front());
  queue_.pop_front();
  if (!BookWriter::write(disk_, "data", BookWriter::Kind::kCheckpoint, book)) return std::nullopt;
  ++written_;
  return path_of(book.symbol, book.saved_at);
}

std::optional<std::string> SimBooks::work(UnixNanos now) {
  if (now < next_deadline()) return std::nullopt;
  next_ = now + Nanos{random_.below(kMostForABook.count())};
  return write();
}

void SimBooks::crash() {
  if (!queue_.empty() && hangs_ == 0 && random_.one_in(2)) {
    disk_.die_after(random_.below(kMostOperations));
    (void)write();
  }
  queue_.clear();
}

const std::vector<BookFile>& SimBooks::told(std::string_view symbol) const {
  static const std::vector<BookFile> kNone;
  const auto found = told_.find(symbol);
  return found == told_.end() ? kNone : found->second;
}

}  // namespace acts::sim
