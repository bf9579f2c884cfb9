#include "history/quality/day_findings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts::history {
namespace {

bool is_told_alone(FindingKind kind) {
  return is_fault(kind) || kind == FindingKind::kUnitChange || kind == FindingKind::kOutlier ||
         kind == FindingKind::kRestart;
}

}  // namespace

void DayFindings::add(Finding finding) {
  const auto kind = static_cast<std::size_t>(finding.kind);
  if (is_told_alone(finding.kind) && singles_[kind] < kMostADay) {
    ++singles_[kind];
    return told_(finding);
  }
  Sum& sum = sums_[kind][finding.outage.empty() ? 0 : 1];
  if (sum.places++ == 0) {
    sum.finding = std::move(finding);
    return;
  }
  sum.finding.first = std::min(sum.finding.first, finding.first);
  sum.finding.last = std::max(sum.finding.last, finding.last);
  sum.finding.count += finding.count;
}

void DayFindings::end_day() {
  for (std::size_t kind = 0; kind < kFindingKinds; ++kind) {
    for (Sum& sum : sums_[kind]) {
      if (sum.places == 0) continue;
      if (is_told_alone(sum.finding.kind)) {
        const std::string_view colon = sum.finding.detail.empty() ? "" : "; the first: ";
        sum.finding.detail = fmt::format("{} more places{}{}", sum.places, colon, sum.finding.detail);
      }
      told_(sum.finding);
      sum = {};
    }
    singles_[kind] = 0;
  }
}

}  // namespace acts::history
