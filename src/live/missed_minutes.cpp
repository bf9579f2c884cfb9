#include "live/missed_minutes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "acts/features/sampler.hpp"

namespace acts {

void MissedMinutes::add(Venue venue, std::string symbol, UnixNanos last_stored, UnixNanos start,
                        std::vector<MinuteRow> recorded) {
  std::erase_if(recorded, [last_stored](const MinuteRow& row) { return row.sample_time() <= last_stored; });
  const UnixNanos last = floor_to(start, kMinute);
  const UnixNanos first = std::max(next_multiple(last_stored, kMinute), last - (kMostMinutes - 1) * kMinute);
  if (first > last && recorded.empty()) return;
  spans_.push_back({venue,
                    std::move(symbol),
                    first,
                    last,
                    {std::move_iterator(recorded.begin()), std::move_iterator(recorded.end())}});
}

std::size_t MissedMinutes::count() const {
  std::size_t rows = 0;
  for (const Span& span : spans_) {
    const auto minutes = static_cast<std::size_t>(std::max((span.last - span.next) / kMinute + 1, std::int64_t{0}));
    const auto within = std::ranges::count_if(span.recorded, [&span](const MinuteRow& row) {
      return row.sample_time() >= span.next && row.sample_time() <= span.last;
    });
    rows += minutes + span.recorded.size() - static_cast<std::size_t>(within);
  }
  return rows;
}

std::size_t MissedMinutes::recorded_count() const {
  std::size_t rows = 0;
  for (const Span& span : spans_) rows += span.recorded.size();
  return rows;
}

MinuteRow MissedMinutes::next_of(Span& span) const {
  const bool is_recorded =
      !span.recorded.empty() && (span.next > span.last || span.recorded.front().sample_time() <= span.next);
  if (!is_recorded) {
    MinuteRow row = make_empty_row(span.venue, span.symbol, bands_, span.next, Reason::kNotRunning);
    span.next = span.next + kMinute;
    return row;
  }
  MinuteRow row = std::move(span.recorded.front());
  span.recorded.pop_front();
  span.next = std::max(span.next, row.sample_time() + kMinute);
  return row;
}

std::vector<MinuteRow> MissedMinutes::next(std::size_t max) {
  std::vector<MinuteRow> rows;
  while (rows.size() < max && !spans_.empty()) {
    Span& span = spans_.front();
    rows.push_back(next_of(span));
    if (span.next > span.last && span.recorded.empty()) spans_.pop_front();
  }
  return rows;
}

}  // namespace acts
