#include "backtest/event_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace acts::backtest {

EventReader::EventReader(std::unique_ptr<history::HftSource> source, const EventRows& rows, bool as_hftbacktest,
                         std::optional<UnixNanos> from)
    : source_(std::move(source)), rows_(rows), from_(from) {
  if (from_) before_.emplace(as_hftbacktest);
}

Result<bool> EventReader::read() {
  Result<bool> there = source_->next(event_);
  facts_.outdated = source_->left_out();
  if (!there || !*there) return there;
  ++number_;
  for (const std::int64_t ts : {event_.exch_ts, event_.local_ts}) {
    if (is_feed_time(ts)) continue;
    return fail(ErrorCode::kBadInput,
                fmt::format("event {}: its time of {} ns since 1970 is not between 1970 and 2200", number_, ts));
  }
  return true;
}

Result<bool> EventReader::next(EventRow& row) {
  Result<bool> there = next_row(row);
  if (!there || !*there) return there;
  if (row.is_for_venue) {
    if (Result<void> checked = check_leap("the venue's", row.exch_ts, venue_before_); !checked) {
      return std::unexpected(checked.error());
    }
  }
  if (row.is_for_local) {
    if (Result<void> checked = check_leap("our", row.local_ts, local_before_); !checked) {
      return std::unexpected(checked.error());
    }
  }
  return there;
}

Result<void> EventReader::check_leap(const char* whose, std::int64_t ts, std::optional<std::int64_t>& before) const {
  const std::int64_t last = std::exchange(before, ts).value_or(ts);
  if (ts - last <= kMostLeap.count() && last - ts <= kMostLeap.count()) return {};
  return fail(
      ErrorCode::kBadInput,
      fmt::format("event {}: by {} clock it is of {}, and the one before of {}: more than {} apart, so that one "
                  "of them is wrong: take it out, or cut the data there",
                  number_, whose, to_iso8601({ts}), to_iso8601({last}), to_string(kMostLeap)));
}

Result<bool> EventReader::next_row(EventRow& row) {
  if (take_of_book(row)) return true;
  while (!is_held_) {
    const Result<bool> there = read();
    if (!there || !*there) return there;
    if (!before_) break;
    if (event_.local_ts < from_->value) {
      FeedFacts untold;
      before_->take(rows_.make(event_, untold));
      continue;
    }
    book_ = before_->rows(from_->value);
    before_.reset();
    is_held_ = true;
    if (take_of_book(row)) return true;
  }
  is_held_ = false;
  row = rows_.make(event_, facts_);
  if (from_) row.local_ts = std::max(row.local_ts, from_->value);
  return true;
}

bool EventReader::take_of_book(EventRow& row) {
  if (taken_ == book_.size()) return false;
  row = book_[taken_++];
  return true;
}

}  // namespace acts::backtest
