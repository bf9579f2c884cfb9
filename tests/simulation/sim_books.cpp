#include "simulation/sim_books.hpp"

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

bool SimBooks::full() const { return queue_.size() >= BookWriter::kMaxQueued; }

UnixNanos SimBooks::next_deadline() const { return queue_.empty() || hangs_ > 0 ? binance::kNever : next_; }

// A checkpoint that cannot be written is given up.
void SimBooks::write() {
  if (BookWriter::write(disk_, "data", BookWriter::Kind::kCheckpoint, queue_.front())) ++written_;
  queue_.pop_front();
}

void SimBooks::work(UnixNanos now) {
  if (now < next_deadline()) return;
  write();
  next_ = now + Nanos{random_.below(kMostForABook.count())};
}

void SimBooks::crash() {
  if (!queue_.empty() && hangs_ == 0 && random_.one_in(2)) {
    disk_.die_after(random_.below(kMostOperations));
    write();
  }
  queue_.clear();
}

const std::vector<BookFile>& SimBooks::told(std::string_view symbol) const {
  static const std::vector<BookFile> kNone;
  const auto found = told_.find(symbol);
  return found == told_.end() ? kNone : found->second;
}

}  // namespace acts::sim
