#include "report/chart.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace acts::report {

std::string_view color_of(Tone tone) noexcept {
  static constexpr std::array<std::string_view, 6> kColors{"#2e7d32", "#c62828", "#1565c0",
                                                           "#6a1b9a", "#ef6c00", "#00838f"};
  return kColors[static_cast<std::size_t>(std::to_underlying(tone))];
}

DayRange days_of(const Coverage& coverage) noexcept {
  bool has_days = false;
  DayRange range;
  for (const CoverageRow& row : coverage.rows) {
    if (row.days.empty()) continue;
    range.first = has_days ? std::min(range.first, row.days.front()) : row.days.front();
    range.last = has_days ? std::max(range.last, row.days.back()) : row.days.back();
    has_days = true;
  }
  return range;
}

std::vector<DayRange> runs_of(const std::vector<std::int64_t>& days) {
  std::vector<DayRange> runs;
  for (const std::int64_t day : days) {
    if (!runs.empty() && runs.back().last + 1 == day) {
      runs.back().last = day;
    } else {
      runs.push_back({day, day});
    }
  }
  return runs;
}

}  // namespace acts::report
