#include "report/statistics/gap_time.hpp"

#include <algorithm>
#include <cstddef>

#include "acts/base/assert.hpp"

#include "report/statistics/moments.hpp"
#include "report/statistics/returns.hpp"

namespace acts::report {

GapTime::GapTime(std::vector<GapSpan> gaps) {
  std::erase_if(gaps, [](const GapSpan& gap) { return !(gap.from < gap.to); });
  std::ranges::sort(gaps, {}, &GapSpan::from);
  for (const GapSpan& gap : gaps) {
    if (!spans_.empty() && gap.from <= spans_.back().to) {
      spans_.back().to = std::max(spans_.back().to, gap.to);
    } else {
      spans_.push_back(gap);
    }
  }
}

bool GapTime::touches(UnixNanos after, UnixNanos until) const {
  const auto next = std::ranges::upper_bound(spans_, after, {}, &GapSpan::to);
  return next != spans_.end() && next->from <= until;
}

bool GapTime::covers(UnixNanos from, UnixNanos to) const {
  const auto next = std::ranges::lower_bound(spans_, to, {}, &GapSpan::to);
  return next != spans_.end() && next->from <= from;
}

std::vector<double> returns_outside_gaps(const Closes& equity, std::span<const double> made_in_gaps,
                                         const GapTime& hidden) {
  const std::vector<double>& values = equity.values;
  ACTS_ASSERT(values.size() == made_in_gaps.size() && values.size() == equity.times.size());
  std::vector<double> returns;
  if (returns_of(std::span(values)).empty()) return returns;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (hidden.covers(equity.times[i - 1], equity.times[i])) continue;
    const double made = made_in_gaps[i] - made_in_gaps[i - 1];
    returns.push_back(values[i] / values[i - 1] - 1 - made / values[i - 1]);
  }
  return returns;
}

std::optional<double> compounded(std::span<const double> returns) {
  if (returns.empty()) return std::nullopt;
  double growth = 1;
  for (const double r : returns) growth *= 1 + r;
  return finite(growth - 1);
}

}  // namespace acts::report
