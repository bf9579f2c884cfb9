#include "history/archive/download_plan.hpp"

#include <algorithm>

namespace acts::history::archive {
namespace {

constexpr std::chrono::days kDay{1};
constexpr std::chrono::days kLateDays{3};

// The first day that a file of the series holds, and the one behind the last.
struct Extent {
  Day begin;
  Day end;
};

Extent extent_of(const PublishedFiles& files) {
  Extent extent{Day::max(), Day::min()};
  if (!files.months.empty()) {
    extent = {files.months.begin()->first, next_month(files.months.rbegin()->first)};
  }
  if (!files.days.empty()) {
    // A series that begins within a month has days from then on: its first month's file begins there too.
    const Day first_day = files.days.begin()->first;
    const bool is_in_first_month = !files.months.empty() && month_of(first_day) == files.months.begin()->first;
    extent.begin = is_in_first_month ? first_day : std::min(extent.begin, first_day);
    extent.end = std::max(extent.end, files.days.rbegin()->first + kDay);
  }
  return extent;
}

void plan_before(DownloadPlan& plan, Day begin, std::optional<Day> from, std::optional<Day> to) {
  if (!from || *from >= begin) return;
  plan.begin = begin;
  plan.before_begin = (std::min(to.value_or(begin), begin) - *from).count();
}

void plan_behind(DownloadPlan& plan, Day first, Day to, Day to_come) {
  for (; first < std::min(to, to_come); first += kDay) plan.missing.push_back(first);
  if (first >= to) return;
  plan.unpublished_from = first;
  plan.unpublished = (to - first).count();
}

}  // namespace

void add_listed(PublishedFiles& files, const Series& series, Span span, const std::vector<ListedObject>& objects) {
  const std::string directory = directory_of(series, span);
  for (const ListedObject& object : objects) {
    const std::string_view key = object.key;
    if (!key.starts_with(directory)) continue;
    const std::optional<Day> first = first_day_of(series, span, key.substr(directory.size()));
    if (!first) continue;
    (span == Span::kDay ? files.days : files.months)[*first] = {object.bytes, object.version};
  }
}

Day first_day_to_come(const Series& series, Day today) {
  return has_span(series, Span::kDay) ? today - kLateDays : month_of(month_of(today) - kDay);
}

DownloadPlan plan_download(const PublishedFiles& files, std::optional<Day> from, std::optional<Day> to, Day to_come) {
  DownloadPlan plan;
  if (files.empty()) return plan;
  const Extent extent = extent_of(files);
  plan_before(plan, extent.begin, from, to);
  const Day end = to.value_or(extent.end);
  for (Day day = std::max(from.value_or(extent.begin), extent.begin); day < std::min(end, extent.end);) {
    const Day month = month_of(day);
    const Day behind = next_month(day);
    const auto of_month = files.months.find(month);
    const auto of_day = files.days.find(day);
    const bool is_whole = day == std::max(month, extent.begin) && behind <= end;
    if (of_month != files.months.end() && (is_whole || of_day == files.days.end())) {
      // Days of it that were taken one by one are in it again.
      std::erase_if(plan.files, [month](const PlannedFile& file) { return file.first >= month; });
      plan.files.push_back({Span::kMonth, month, of_month->second});
      day = behind;
      continue;
    }
    if (of_day != files.days.end()) {
      plan.files.push_back({Span::kDay, day, of_day->second});
    } else {
      plan.missing.push_back(day);
    }
    day += kDay;
  }
  if (to) plan_behind(plan, std::max(extent.end, from.value_or(extent.end)), *to, to_come);
  return plan;
}

void ask_behind_listing(DownloadPlan& plan, const PublishedFiles& files, std::optional<Day> from, std::optional<Day> to,
                        Day today) {
  if (files.empty()) return;
  const Day listed_end = extent_of(files).end;
  if (today - listed_end > kMostGuesses * kDay) return;
  const Day first = std::max(listed_end, from.value_or(listed_end));
  const Day end = std::min(to.value_or(today), today);
  for (Day day = first; day < end; day += kDay) plan.files.push_back({Span::kDay, day, {}, true});
  std::erase_if(plan.missing, [&](Day day) { return day >= first && day < end; });
  if (!plan.unpublished_from || *plan.unpublished_from >= end) return;
  plan.unpublished -= (end - *plan.unpublished_from).count();
  plan.unpublished_from = plan.unpublished > 0 ? std::optional(end) : std::nullopt;
}

}  // namespace acts::history::archive
