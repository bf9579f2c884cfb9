#include "backtest/time_survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace acts::backtest {

void TimeSurvey::Clock::add(std::int64_t ts) {
  if (ts < latest) {
    ++steps.messages;
    steps.most = std::max(steps.most, Nanos{latest - ts});
  }
  latest = std::max(latest, ts);
}

void TimeSurvey::add(const EventRow& row) {
  measure_.add(row.exch_ts, row.local_ts);
  has_venue_ = has_venue_ || row.is_for_venue;
  has_local_ = has_local_ || row.is_for_local;
  first_local_ = std::min(first_local_, row.local_ts);
  last_local_ = std::max(last_local_, row.local_ts);
  const bool continues = before_ && before_->exch_ts == row.exch_ts && before_->local_ts == row.local_ts &&
                         before_->is_for_venue == row.is_for_venue && before_->is_for_local == row.is_for_local;
  if (!continues) add_message(row);
  before_ = row;
}

// An event that stands twice, once for each clock, is two messages: how few is few remains a part of all.
void TimeSurvey::add_message(const EventRow& row) {
  ++messages_;
  if (row.is_for_venue) venue_.add(row.exch_ts);
  if (row.is_for_local) local_.add(row.local_ts);
  const std::int64_t latency = row.local_ts - row.exch_ts;
  if (least_.size() > kMostFew) {
    if (latency >= least_.top()) return;
    least_.pop();
  }
  least_.push(latency);
}

Result<void> TimeSurvey::check(Nanos shift) const {
  if (!has_venue_ || !has_local_) {
    return fail(ErrorCode::kBadInput, fmt::format("no event has the flag of {}: was it made for a backtest?",
                                                  has_venue_ ? "the local clock" : "the exchange's clock"));
  }
  if (shift.count() <= kLastFeedTime - last_local_ && shift.count() >= kFirstFeedTime - first_local_) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("local times shifted by {} are not between 1970 and 2200", to_string(shift)));
}

TimeSurvey::Shifts TimeSurvey::shifts() const {
  const Nanos all = measure_.shift(Nanos{0});
  std::priority_queue<std::int64_t> heap = least_;
  std::vector<std::int64_t> latencies(heap.size());
  for (auto at = latencies.rbegin(); at != latencies.rend(); ++at, heap.pop()) *at = heap.top();
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kMostFew, messages_ / kOneIn));
  if (most >= latencies.size()) return {.all = all, .without_few = all};
  // Those that are within kNotable of it are no exception: the least of them counts.
  const std::int64_t usual = std::min<std::int64_t>(latencies[most], 0) - kNotable.count();
  const auto first = std::ranges::lower_bound(latencies, usual);
  const auto few = static_cast<std::uint64_t>(first - latencies.begin());
  if (few == 0) return {.all = all, .without_few = all};
  return {.all = all, .without_few = std::max(-Nanos{*first}, Nanos{0}), .few = few};
}

}  // namespace acts::backtest
