#include "backtest/fill_marks.hpp"

#include <algorithm>

namespace acts::backtest {

void FillMarks::add(std::uint64_t fill_number, UnixNanos ts) { waiting_.push_back({fill_number, ts}); }

UnixNanos FillMarks::next() const {
  UnixNanos next{INT64_MAX};
  for (std::size_t i = 0; i < kMarkHorizons.size(); ++i) {
    if (reached_[i] < waiting_.size()) next = std::min(next, waiting_[reached_[i]].ts + kMarkHorizons[i]);
  }
  return next;
}

void FillMarks::mark(UnixNanos ts, const std::optional<Decimal>& middle) {
  for (std::size_t i = 0; i < kMarkHorizons.size(); ++i) {
    while (reached_[i] < waiting_.size() && waiting_[reached_[i]].ts + kMarkHorizons[i] <= ts) {
      waiting_[reached_[i]++].marks[i] = middle;
    }
  }
}

void FillMarks::end() { reached_.fill(waiting_.size()); }

bool FillMarks::take(std::uint64_t& fill_number, Marks& marks) {
  if (waiting_.empty() || std::ranges::min(reached_) == 0) return false;
  fill_number = waiting_.front().number;
  marks = waiting_.front().marks;
  waiting_.pop_front();
  for (std::size_t& reached : reached_) --reached;
  return true;
}

}  // namespace acts::backtest
