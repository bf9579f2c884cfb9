#include "backtest/event_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/decimal.hpp"

namespace acts::backtest {
namespace {

// The unit in which `ts` would be a time; empty: none. Their ranges do not meet.
std::string_view likely_unit(std::int64_t ts) {
  struct Unit {
    std::string_view name;
    std::int64_t nanos;
  };
  for (const Unit& unit :
       {Unit{"seconds", 1'000'000'000}, Unit{"milliseconds", 1'000'000}, Unit{"microseconds", 1000}}) {
    if (ts >= kFirstFeedTime / unit.nanos && ts < kLastFeedTime / unit.nanos) return unit.name;
  }
  return "";
}

}  // namespace

EventReader::EventReader(std::unique_ptr<history::HftSource> source, const EventRows& rows, bool as_hftbacktest,
                         std::optional<UnixNanos> from, Nanos shift)
    : source_(std::move(source)), rows_(rows), from_(from), shift_(shift) {
  if (from_) before_.emplace(as_hftbacktest);
}

Result<bool> EventReader::read() {
  Result<bool> there = source_->next(event_);
  facts_.outdated = source_->left_out();
  if (!there || !*there) return there;
  ++number_;
  if (Result<void> checked = check_time("the venue's time", event_.exch_ts); !checked) {
    return std::unexpected(checked.error());
  }
  if (Result<void> checked = check_time("the time of receipt", event_.local_ts); !checked) {
    return std::unexpected(checked.error());
  }
  return true;
}

Result<void> EventReader::check_time(std::string_view name, std::int64_t ts) const {
  if (is_feed_time(ts)) return {};
  const std::string_view unit = likely_unit(ts);
  if (!unit.empty()) {
    return fail(
        ErrorCode::kBadInput,
        fmt::format("event {}: {}, {}, looks like {}: nanoseconds since 1970 are expected", number_, name, ts, unit));
  }
  return fail(ErrorCode::kBadInput,
              fmt::format("event {}: {}, {} ns since 1970, is not between 1973 and 2200", number_, name, ts));
}

Result<void> EventReader::check_apart() const {
  const std::uint64_t what = event_.ev & history::hft::kWhat;
  const bool is_snapshot = what == history::hft::kSnapshot || what == history::hft::kClear;
  const Nanos most = is_snapshot ? kMostLeap : kMostApart;
  const int128 apart = int128{event_.local_ts} - event_.exch_ts + shift_.count();  // a shift may be any number
  if (apart <= most.count() && -apart <= most.count()) return {};
  return fail(
      ErrorCode::kBadInput,
      fmt::format("event {}: the venue's time is {}, that of receipt {}: more than {} apart, so that one of them "
                  "is wrong: take it out, or say in clock_shift by how much our clock was off",
                  number_, to_iso8601({event_.exch_ts}), to_iso8601({event_.local_ts}), to_string(most)));
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
  if (Result<void> checked = check_apart(); !checked) return std::unexpected(checked.error());
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
