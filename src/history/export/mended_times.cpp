#include "history/export/mended_times.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts::history {
namespace {

// Times of files may be anything: what lies too far apart for a number is as far as can be.
std::int64_t distance(std::int64_t from, std::int64_t to) {
  std::int64_t distance = 0;
  if (!__builtin_sub_overflow(to, from, &distance)) return distance;
  return to > from ? INT64_MAX : INT64_MIN;
}

bool is_far_behind(std::int64_t a, std::int64_t b) { return distance(a, b) > MendedTimes::kMostLeap.count(); }

}  // namespace

Result<bool> MendedTimes::next(HftEvent& event) {
  if (taken_ == message_.size()) {
    for (int reads = std::exchange(has_begun_, true) ? 1 : 2; reads > 0; --reads) {
      if (Result<void> read = read_message(); !read) return std::unexpected(read.error());
    }
    if (message_.empty()) return false;
    mend();
  }
  event = message_[taken_++];
  return true;
}

std::int64_t MendedTimes::Times::latency() const { return distance(exch, local); }

// Into coming_, whose place message_ takes.
Result<void> MendedTimes::read_message() {
  std::swap(message_, coming_);
  coming_.clear();
  taken_ = 0;
  if (beyond_) coming_.push_back(*std::exchange(beyond_, std::nullopt));
  HftEvent event;
  for (;;) {
    const Result<bool> there = source_->next(event);
    if (!there) return std::unexpected(there.error());
    if (!*there) return {};
    const HftEvent& first = coming_.empty() ? event : coming_.front();
    if (event.exch_ts != first.exch_ts || event.local_ts != first.local_ts) {
      beyond_ = event;
      return {};
    }
    coming_.push_back(event);
  }
}

// Before the last message a recording may rest for as long as it likes.
bool MendedTimes::is_wrong_receipt(const Times& times) const {
  if (!before_) return is_wrong_first_receipt(times);
  const bool is_behind =
      is_far_behind(times.local, before_->local) && (!has_next() || is_far_behind(times.local, next_times().local));
  const bool is_ahead =
      has_next() && is_far_behind(next_times().local, times.local) && is_far_behind(before_->local, times.local);
  return is_behind || is_ahead;
}

// Behind it a recording may rest too: then its latency is that of the others.
bool MendedTimes::is_wrong_first_receipt(const Times& times) const {
  if (!has_next() || !beyond_) return false;
  const Times next = next_times();
  const Times beyond = times_of(*beyond_);
  const bool is_ahead = is_far_behind(next.local, times.local) && is_far_behind(beyond.local, times.local);
  const bool is_behind = is_far_behind(times.local, next.local) && is_far_behind(times.latency(), next.latency()) &&
                         is_far_behind(times.latency(), beyond.latency());
  return is_ahead || is_behind;
}

// Messages that are late come beside those that are not: only what seems to have come before it was sent is wrong.
bool MendedTimes::is_wrong_event(const Times& times) const {
  if (!before_ && (!beyond_ || !is_far_behind(times.latency(), times_of(*beyond_).latency()))) return false;
  return is_far_behind(times.latency(), std::min<std::int64_t>(least_.value_or(0), 0)) &&
         (!has_next() || is_far_behind(times.latency(), next_times().latency()));
}

void MendedTimes::mend() {
  Times times = times_of(message_.front());
  const Times instead = before_ ? *before_ : has_next() ? next_times() : times;
  if (is_wrong_receipt(times)) {
    tell("receipt", times.local, instead.local);
    times.local = instead.local;
  }
  if (is_wrong_event(times)) {
    tell("the venue's", times.exch, instead.exch);
    times.exch = instead.exch;
  }
  for (HftEvent& event : message_) {
    event.exch_ts = times.exch;
    event.local_ts = times.local;
  }
  before_ = times;
  least_ = std::min(least_.value_or(times.latency()), times.latency());
}

void MendedTimes::tell(std::string_view which, std::int64_t wrong, std::int64_t instead) {
  if (!on_problem_ || told_ > kMostTold) return;
  if (++told_ > kMostTold) return on_problem_("more times lie far off from those around them: mended too");
  on_problem_(fmt::format("a message's time of {}, {}, lies more than {} off from those around it: {} is taken", which,
                          to_iso8601(UnixNanos{wrong}), acts::to_string(MendedTimes::kMostLeap),
                          to_iso8601(UnixNanos{instead})));
}

}  // namespace acts::history
