#include "sim/shared_book.hpp"

#include <cstddef>

namespace acts::sim {

SharedBook::SharedBook(const VenueModel& model) : model_(model), ladder_(model.window) {}

SimVenue& SharedBook::add_venue() {
  const auto number = static_cast<std::uint32_t>(venues_.size());
  told_.push_back(0);
  venues_.push_back(std::make_unique<SimVenue>(model_, VenueBook(ladder_, watchers_, number)));
  return *venues_.back();
}

const MarketRow* SharedBook::run(const MarketRow* row, UnixNanos until) {
  for (; row->ts <= until.value; ++row) {
    prefetch_rows_behind(row);
    on_row(*row);
  }
  return row;
}

inline void SharedBook::on_row(const MarketRow& row) {
  if (ladder_.has_prints() && is_of_book(row.kind)) ladder_.end_prints(row.ts);
  if (row.kind == RowKind::kLevel) [[likely]]
    return on_level(row);
  if (is_of_book(row.kind)) ladder_.apply(row, model_.as_hftbacktest);
  if (row.kind == RowKind::kTrade && SimVenue::counts_levels(model_)) ladder_.note_print(row);
  for (const auto& venue : venues_) venue->follow(row, {});
}

inline void SharedBook::on_level(const MarketRow& row) {
  Ladder::Applied applied = ladder_.apply(row, model_.as_hftbacktest);
  ++row_;
  if (applied.before.is_own) [[unlikely]] {
    // Those that are told may cease to watch the rank.
    const auto watching = watchers_[row.side].at(row.rank);
    watching_.assign(watching.begin(), watching.end());
    for (const std::uint32_t number : watching_) {
      venues_[number]->follow(row, applied);
      told_[number] = row_;
    }
  }
  // With partial fills a venue can have orders at or beyond the best price, which each change of it may fill.
  if (!applied.is_better && !SimVenue::counts_levels(model_)) [[likely]]
    return;
  applied.before.is_own = false;
  for (std::size_t i = 0; i < venues_.size(); ++i) {
    if (told_[i] != row_) venues_[i]->follow(row, applied);
  }
}

}  // namespace acts::sim
