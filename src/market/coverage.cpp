#include "acts/market/coverage.hpp"

#include <algorithm>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

bool rescale_end(Price& end, int decimals) {
  if (end == CoverageSet::kNoLowerEnd || end == CoverageSet::kNoUpperEnd) return true;
  std::int64_t units = end.units();
  if (!shift_decimals(units, decimals)) return false;
  end = Price{units};
  return true;
}

}  // namespace

void CoverageSet::add(PriceInterval interval) {
  ACTS_ASSERT(interval.low <= interval.high);
  const auto first = std::ranges::find_if(intervals_, [&](const PriceInterval& i) { return i.high >= interval.low; });
  auto last = first;
  while (last != intervals_.end() && last->low <= interval.high) {
    interval.low = std::min(interval.low, last->low);
    interval.high = std::max(interval.high, last->high);
    ++last;
  }
  intervals_.insert(intervals_.erase(first, last), interval);
  if (intervals_.size() <= kMaxIntervals) return;
  // Not the one just added: its neighbours at the far end are the least useful.
  const bool added_at_front = intervals_.front() == interval;
  intervals_.erase(added_at_front ? intervals_.end() - 1 : intervals_.begin());
}

bool CoverageSet::contains(Price price) const {
  return std::ranges::any_of(intervals_, [price](const PriceInterval& i) { return i.low <= price && price <= i.high; });
}

bool CoverageSet::rescale(int decimals) {
  std::vector<PriceInterval> scaled = intervals_;
  for (PriceInterval& interval : scaled) {
    if (!rescale_end(interval.low, decimals) || !rescale_end(interval.high, decimals)) return false;
  }
  intervals_ = std::move(scaled);
  return true;
}

}  // namespace acts
