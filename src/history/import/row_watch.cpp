#include "history/import/row_watch.hpp"

#include <algorithm>

#include "history/table/micros.hpp"

namespace acts::history {
namespace {

constexpr std::int64_t kMilli = 1000;

// 0 where there is none.
std::size_t column_named(const Kind& kind, std::string_view name) { return find_column(kind, name).value_or(0); }

std::int64_t step_of(const Kind& kind, std::string_view interval, bool has_dense_ids) {
  if (kind.has_interval) return std::max<std::int64_t>(interval_micros(interval), 0);
  return has_dense_ids ? kind.key_step : 0;
}

}  // namespace

RowWatch::RowWatch(const Kind& kind, std::string_view interval, bool has_dense_ids)
    : kind_(&kind),
      step_(step_of(kind, interval, has_dense_ids)),
      price_(column_named(kind, "is_buyer_maker") == 0 ? 0 : column_named(kind, "price")),  // of trades
      volume_(column_named(kind, "volume")),
      close_(column_named(kind, "close_time")) {}

RowWatch::Verdict RowWatch::look(const Row& row, bool may_go_back) {
  if (facts_.rows > 0) {
    const std::strong_ordering order = compare_keys(*kind_, row, last_);
    if (order < 0 && !may_go_back) return Verdict::kOutOfOrder;
    if (order == 0) {
      if (!tells_same(*kind_, row, last_)) return Verdict::kContradicts;
      ++facts_.repeated;
      return Verdict::kRepeated;
    }
    look_for_gap(row);
  }
  highest_ = facts_.rows == 0 ? row.values[0] : std::max(highest_, row.values[0]);
  lowest_ = facts_.rows == 0 ? row.values[0] : std::min(lowest_, row.values[0]);
  count(row);
  last_ = row;
  return Verdict::kTake;
}

void RowWatch::look_for_gap(const Row& row) {
  if (step_ <= 0) return;
  const int128 apart = row.values[0] - highest_;
  if (apart <= 0) return look_back(row.integer(0));
  if (apart <= step_) return;
  ++facts_.gaps;
  facts_.missing += static_cast<std::uint64_t>((apart - 1) / step_);
  // Of a key that is a time nothing comes later.
  if (kind_->time_column == 0) return;
  holes_.push_back({static_cast<std::int64_t>(highest_ + 1), static_cast<std::int64_t>(row.values[0] - 1)});
  if (holes_.size() > kMostHoles) holes_.pop_front();
}

// Of an id below the highest: of a day before, or one that was missing.
void RowWatch::look_back(std::int64_t id) {
  if (id >= lowest_) return fill_hole(id);
  if (lowest_ - id <= 1) return;
  ++facts_.gaps;
  facts_.missing += static_cast<std::uint64_t>(lowest_ - id - 1);
  if (holes_.size() < kMostHoles) holes_.push_front({id + 1, static_cast<std::int64_t>(lowest_ - 1)});
}

void RowWatch::fill_hole(std::int64_t id) {
  const auto hole = std::ranges::lower_bound(holes_, id, {}, &Hole::last);
  if (hole == holes_.end() || hole->first > id) return;
  --facts_.missing;
  if (hole->first == hole->last) {
    --facts_.gaps;
    holes_.erase(hole);
  } else if (hole->first == id) {
    ++hole->first;
  } else if (hole->last == id) {
    --hole->last;
  } else {
    ++facts_.gaps;
    const Hole below{hole->first, id - 1};
    hole->first = id + 1;
    holes_.insert(hole, below);
    if (holes_.size() > kMostHoles) holes_.pop_front();
  }
}

void RowWatch::count(const Row& row) {
  ++facts_.rows;
  if (price_ != 0 && row.values[price_] == 0) ++facts_.zero_price;
  if (kind_->has_interval && !is_on_grid(row.integer(0), step_) && ++facts_.off_grid == 1) {
    facts_.first_off_grid = row.integer(0);
  }
  if (volume_ == 0) return;
  if (row.values[volume_] == 0) ++facts_.zero_volume;
  // The last moment is a millisecond or a microsecond before the next candle.
  const bool is_early = !row.is_null(close_) && row.values[close_] + kMilli < row.values[0] + step_;
  if (step_ > 0 && is_early) ++facts_.early_close;
}

}  // namespace acts::history
