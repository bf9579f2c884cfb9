#include "live/missed_minutes.hpp"

#include <algorithm>
#include <utility>

#include "acts/features/sampler.hpp"

namespace acts {

void MissedMinutes::add(Venue venue, std::string symbol, UnixNanos last_stored, UnixNanos start) {
  const UnixNanos last = floor_to(start, kMinute);
  const UnixNanos first = std::max(next_multiple(last_stored, kMinute), last - (kMostMinutes - 1) * kMinute);
  if (first <= last) spans_.push_back({venue, std::move(symbol), first, last});
}

std::size_t MissedMinutes::count() const {
  std::size_t rows = 0;
  for (const Span& span : spans_) rows += static_cast<std::size_t>((span.last - span.next) / kMinute) + 1;
  return rows;
}

std::vector<MinuteRow> MissedMinutes::next(std::size_t max) {
  std::vector<MinuteRow> rows;
  while (rows.size() < max && !spans_.empty()) {
    Span& span = spans_.front();
    rows.push_back(make_empty_row(span.venue, span.symbol, bands_, span.next, Reason::kNotRunning));
    span.next = span.next + kMinute;
    if (span.next > span.last) spans_.pop_front();
  }
  return rows;
}

}  // namespace acts
