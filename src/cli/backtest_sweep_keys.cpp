#include "cli/backtest_sweep_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "cli/option.hpp"

namespace acts::cli {
namespace {

constexpr std::string_view kWalkForward = "sweep.walk_forward";

}  // namespace

bool SweepKeys::is_of_sweep(const ConfigEntry& entry) {
  return entry.section == kSweepSection || entry.section.starts_with(fmt::format("{}.", kSweepSection));
}

Result<void> SweepKeys::take(const ConfigEntry& entry, const std::string& place) {
  if (entry.section == kWalkForward) return take_walk_forward(entry, place);
  if (entry.section != kSweepSection) return take_range_key(entry, place);
  return entry.key.empty() ? Result<void>() : take_values(entry, place);
}

Result<void> SweepKeys::take_values(const ConfigEntry& entry, const std::string& place) {
  using enum ConfigType;
  if (entry.type == kOther || entry.type == kEmptyList) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: a list of values is needed, such as [5, 10], or a range: {{ from = 5, "
                            "to = 50, step = 5 }}",
                            entry.key));
  }
  axes_.push_back({.name = entry.key, .values = entry.values, .place = place});
  return {};
}

Result<void> SweepKeys::take_range_key(const ConfigEntry& entry, const std::string& place) {
  using enum ConfigType;
  const std::string name = entry.section.substr(kSweepSection.size() + 1);
  if (ranges_.empty() || ranges_.back().name != name) ranges_.push_back({.name = name, .place = place});
  if (entry.key.empty()) return {};
  backtest::SweepRange& range = ranges_.back().range;
  constexpr std::array<std::string_view, 3> kKeys{"from", "to", "step"};
  const auto found = std::ranges::find(kKeys, std::string_view(entry.key));
  if (found == kKeys.end()) {
    return fail(ErrorCode::kUsage, fmt::format("no key '{}' in [{}]: {}", entry.key, entry.section,
                                               name_advice(entry.key, {kKeys.begin(), kKeys.end()})));
  }
  if (entry.type != kText && entry.type != kInteger && entry.type != kNumber) {
    return fail(ErrorCode::kUsage, fmt::format("{}: a number is needed, not {}", entry.key, in_words(entry.type)));
  }
  std::string* const parts[] = {&range.from, &range.to, &range.step};
  *parts[found - kKeys.begin()] = entry.values[0];
  return {};
}

Result<void> SweepKeys::take_walk_forward(const ConfigEntry& entry, const std::string& place) {
  if (!walk_forward_) {
    walk_forward_.emplace();
    walk_forward_place_ = place;
  }
  if (entry.key.empty()) return {};
  backtest::WalkForwardSettings& to = *walk_forward_;
  constexpr std::array<std::string_view, 4> kKeys{"train", "test", "purge", "embargo"};
  Nanos* const spans[] = {&to.train, &to.test, &to.purge, &to.embargo};
  const auto found = std::ranges::find(kKeys, std::string_view(entry.key));
  if (found == kKeys.end()) {
    return fail(ErrorCode::kUsage, fmt::format("no key '{}' in [{}]: {}", entry.key, entry.section,
                                               name_advice(entry.key, {kKeys.begin(), kKeys.end()})));
  }
  if (entry.type != ConfigType::kText) {
    return fail(ErrorCode::kUsage, fmt::format("{}: a duration in quotes is needed, such as \"30d\", not {}", entry.key,
                                               in_words(entry.type)));
  }
  const Result<Nanos> span = parse_duration(entry.values[0]);
  if (!span) return fail(ErrorCode::kUsage, fmt::format("{}: {}", entry.key, span.error().message));
  *spans[found - kKeys.begin()] = *span;
  return {};
}

Result<void> SweepKeys::finish(backtest::BacktestSettings& settings) && {
  for (const GivenRange& given : ranges_) {
    Result<std::vector<std::string>> values = backtest::values_of(given.range);
    if (!values) {
      return fail(ErrorCode::kUsage, fmt::format("{}: {}: {}", given.place, given.name, values.error().message));
    }
    axes_.push_back({.name = given.name, .values = *std::move(values), .place = given.place});
  }
  for (const backtest::SweepAxis& axis : axes_) {
    std::set<std::string_view> seen;
    for (const std::string& value : axis.values) {
      if (seen.insert(value).second) continue;
      return fail(ErrorCode::kUsage, fmt::format("{}: {}: {} stands twice: the same sets would count as others",
                                                 axis.place, axis.name, value));
    }
  }
  if (walk_forward_ && axes_.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("{}: [{}] chooses among parameters, and [{}] names none: add some, or "
                                               "take it out",
                                               walk_forward_place_, kWalkForward, kSweepSection));
  }
  if (walk_forward_ && (walk_forward_->train <= Nanos{0} || walk_forward_->test <= Nanos{0})) {
    return fail(ErrorCode::kUsage, fmt::format("{}: [{}] needs train and test, such as \"30d\" and \"7d\"",
                                               walk_forward_place_, kWalkForward));
  }
  settings.sweep = std::move(axes_);
  settings.walk_forward = walk_forward_;
  return {};
}

}  // namespace acts::cli
