#include "history/engine/ordered_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "history/import/time_format.hpp"
#include "history/table/micros.hpp"

namespace acts::history {
namespace {

// How far a trade's time lies behind that of one with a lower id, at most.
constexpr std::int64_t kMostBack = kHourMicros;

}  // namespace

Result<bool> OrderedRows::next(Row& row) {
  if (Result<void> filled = fill(day_); !filled) return std::unexpected(filled.error());
  if (Result<void> filled = fill(next_); !filled) return std::unexpected(filled.error());
  if (!day_.is_there && !next_.is_there) return false;
  if (day_.is_there && next_.is_there && day_.row.values[0] == next_.row.values[0]) {
    return refused(day_.row, "is of two days");
  }
  const bool is_of_day = !next_.is_there || (day_.is_there && day_.row.values[0] < next_.row.values[0]);
  Side& side = is_of_day ? day_ : next_;
  const std::int64_t time = micros_of(*kind_, side.row);
  if (int128{latest_} - time > kMostBack && latest_ != INT64_MIN) {
    return refused(side.row,
                   "lies more than an hour before a lower one (where ids begin anew, ask for the days before and those "
                   "from there on each by itself)");
  }
  latest_ = std::max(latest_, time);
  row = side.row;
  side.is_there = false;
  return true;
}

Result<void> OrderedRows::fill(Side& side) {
  if (side.is_there || side.has_ended) return {};
  const Result<bool> there = side.rows->next(side.row);
  if (!there) return std::unexpected(there.error());
  side.is_there = *there;
  side.has_ended = !*there;
  return {};
}

std::unexpected<Error> OrderedRows::refused(const Row& row, std::string_view what) const {
  // A file that is none of acts' may tell any time.
  const std::int64_t micros = std::clamp<std::int64_t>(micros_of(*kind_, row), 0, kEndTimeNanos / 1000 - 1);
  return fail(ErrorCode::kStorage,
              fmt::format("{} {} of {} {}", kind_->columns[0].name, row.integer(0), day_text(day_of(micros)), what));
}

}  // namespace acts::history
