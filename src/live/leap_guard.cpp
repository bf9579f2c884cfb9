#include "live/leap_guard.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

// Times of files may be anything: their distance is taken without a sign, which always fits.
bool is_far_ahead(UnixNanos time, UnixNanos of) {
  if (time <= of) return false;
  const std::uint64_t ahead = static_cast<std::uint64_t>(time.value) - static_cast<std::uint64_t>(of.value);
  return ahead > static_cast<std::uint64_t>(LeapGuard::kMostAhead.count());
}

}  // namespace

bool LeapGuard::keep(const RecordedLine& line) {
  ACTS_ASSERT(!waiting_);
  if (latest_ && !is_far_ahead(line.ts_recv, *latest_)) {
    note(line.ts_recv);
    return false;
  }
  text_ = line.json;
  waiting_ = line;
  waiting_->json = text_;
  return true;
}

std::optional<LeapGuard::Kept> LeapGuard::release(UnixNanos next) {
  if (!waiting_) return std::nullopt;
  return take(is_far_ahead(waiting_->ts_recv, next));
}

std::optional<LeapGuard::Kept> LeapGuard::release_last() {
  if (!waiting_) return std::nullopt;
  return take(latest_.has_value());
}

void LeapGuard::note(UnixNanos time) { latest_ = std::max(latest_.value_or(time), time); }

std::optional<LeapGuard::Kept> LeapGuard::take(bool is_damaged) {
  Kept kept{*waiting_, is_damaged};
  waiting_.reset();
  if (!is_damaged) note(kept.line.ts_recv);
  return kept;
}

}  // namespace acts
