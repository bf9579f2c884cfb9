#include "store/pending_rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "acts/base/assert.hpp"

namespace acts {

PendingRows::PendingRows(std::size_t max_rows) : max_rows_(max_rows) { ACTS_ASSERT(max_rows > 0); }

std::optional<MinuteRow> PendingRows::push(MinuteRow row) {
  ++queued_total_;
  waiting_.push_back(std::move(row));
  if (waiting_.size() + taken_ <= max_rows_) return std::nullopt;
  std::optional<MinuteRow> lost(std::move(waiting_.front()));
  waiting_.pop_front();
  ++lost_total_;
  return lost;
}

std::vector<MinuteRow> PendingRows::take_batch(std::size_t max) {
  ACTS_ASSERT(taken_ == 0);
  taken_ = std::min(max, waiting_.size());
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(taken_);
  std::vector<MinuteRow> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

void PendingRows::stored() { stored_total_ += std::exchange(taken_, 0); }

void PendingRows::refused() { refused_total_ += std::exchange(taken_, 0); }

void PendingRows::give_back(std::vector<MinuteRow> batch) {
  ACTS_ASSERT(batch.size() == taken_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
  taken_ = 0;
}

}  // namespace acts
