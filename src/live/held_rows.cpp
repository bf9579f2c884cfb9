#include "live/held_rows.hpp"

#include <utility>

namespace acts {

std::vector<MinuteRow> HeldRows::take(const RecordingProgress& progress) {
  for (auto row = rows_.rbegin(); row != rows_.rend() && !row->mark; ++row) row->mark = progress.told;
  const bool hangs = progress.stuck_for >= std::optional(kLongestHold);
  std::vector<MinuteRow> taken;
  while (!rows_.empty() && (hangs || rows_.front().mark <= progress.durable)) {
    taken.push_back(std::move(rows_.front().row));
    rows_.pop_front();
  }
  return taken;
}

}  // namespace acts
