#include "history/export/time_survey.hpp"

#include <algorithm>
#include <vector>

namespace acts::history {

void TimeSurvey::Clock::add(std::int64_t ts) {
  if (ts < latest) {
    ++steps.messages;
    steps.most = std::max(steps.most, Nanos{latest - ts});
  }
  latest = std::max(latest, ts);
}

void TimeSurvey::add(const Times& event) {
  measure_.add(event.exch_ts, event.local_ts);
  has_venue_ = has_venue_ || event.is_for_venue;
  has_local_ = has_local_ || event.is_for_local;
  first_local_ = std::min(first_local_, event.local_ts);
  last_local_ = std::max(last_local_, event.local_ts);
  if (before_ != event) add_message(event);
  before_ = event;
}

// An event that stands twice, once for each clock, is two messages: how few is few remains a part of all.
void TimeSurvey::add_message(const Times& message) {
  ++messages_;
  if (message.is_for_venue) venue_.add(message.exch_ts);
  if (message.is_for_local) local_.add(message.local_ts);
  const std::int64_t latency = message.local_ts - message.exch_ts;
  if (least_.size() > kMostFew) {
    if (latency >= least_.top()) return;
    least_.pop();
  }
  least_.push(latency);
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

}  // namespace acts::history
