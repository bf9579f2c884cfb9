// Rows on their way to a store that may fail or hang: a bounded queue, oldest first. Pure and not thread-safe: the
// shell locks it, takes a batch, stores it without the lock, and says how it went. When the queue is full the oldest
// waiting row makes room for the new one and counts as lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "acts/features/row.hpp"

namespace acts {

// A row of the default bands takes about 2 KB: 100 MB, or a hundred minutes of 500 symbols.
inline constexpr std::size_t kMaxPendingRows = 50'000;

class PendingRows {
 public:
  // Holds at most `max_rows` rows (at least 1), those of the batch that was taken included.
  explicit PendingRows(std::size_t max_rows = kMaxPendingRows);

  // Returns the row that was lost for it, if any: the oldest one waiting, or the new one while a batch fills the queue
  // alone.
  std::optional<MinuteRow> push(MinuteRow row);

  // The oldest rows, at most `max`; empty if none waits. One batch at a time (asserted): stored(), refused() or
  // give_back() comes next.
  std::vector<MinuteRow> take_batch(std::size_t max);
  // The batch is stored.
  void stored();
  // The batch will never be stored: the store refuses its rows.
  void refused();
  // The batch is not stored: its rows are the oldest waiting again. It must be what take_batch() gave (its size is
  // asserted).
  void give_back(std::vector<MinuteRow> batch);

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t taken() const { return taken_; }  // in the batch under way
  // Since the beginning. queued = stored + lost + refused + waiting + taken.
  [[nodiscard]] std::uint64_t queued_total() const { return queued_total_; }
  [[nodiscard]] std::uint64_t stored_total() const { return stored_total_; }
  [[nodiscard]] std::uint64_t lost_total() const { return lost_total_; }
  [[nodiscard]] std::uint64_t refused_total() const { return refused_total_; }

 private:
  std::size_t max_rows_;
  std::deque<MinuteRow> waiting_;
  std::size_t taken_ = 0;
  std::uint64_t queued_total_ = 0;
  std::uint64_t stored_total_ = 0;
  std::uint64_t lost_total_ = 0;
  std::uint64_t refused_total_ = 0;
};

}  // namespace acts
