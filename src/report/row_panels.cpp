#include "report/row_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "acts/base/decimal.hpp"
#include "acts/base/ratio.hpp"

namespace acts::report {
namespace {

constexpr double kMinuteSeconds = 60;
constexpr std::string_view kLive = "live";

bool is_number(ColumnType type) {
  return type == ColumnType::kDecimal || type == ColumnType::kRatio || type == ColumnType::kCount;
}

double number_in(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    return nearest_double(decimal->units, power_of_ten(decimal->scale));
  }
  if (const auto* ratio = std::get_if<double>(&value)) return *ratio;
  if (const auto* count = std::get_if<std::int64_t>(&value)) return static_cast<double>(*count);
  return kUnknown;
}

// "total_bid_1" and "total_ask_1" are "total__1".
std::string without_side(std::string name) {
  for (const std::string_view side : {"bid", "ask"}) {
    if (const std::size_t at = name.find(side); at != std::string::npos) return name.erase(at, side.size());
  }
  return name;
}

Tone tone_of(std::string_view name) {
  if (name.contains("bid")) return Tone::kBid;
  return name.contains("ask") ? Tone::kAsk : Tone::kMain;
}

}  // namespace

Result<RowPanels> RowPanels::open(const RowSchema& schema, const std::vector<std::string>& columns) {
  RowPanels made;
  const auto find = [&schema](std::string_view name) { return std::ranges::find(schema.columns, name, &Column::name); };
  const auto number_of = [&schema](auto column) { return static_cast<std::size_t>(column - schema.columns.begin()); };
  if (const auto state = find("state"); state != schema.columns.end()) made.state_ = number_of(state);
  std::vector<std::string> names;  // of panels, without a side
  for (const std::string& name : columns) {
    const auto column = find(name);
    if (column == schema.columns.end()) {
      return fail(ErrorCode::kUsage, fmt::format("no column '{}': acts features lists them", name));
    }
    if (!is_number(column->type)) return fail(ErrorCode::kUsage, fmt::format("the column '{}' holds no numbers", name));
    const std::string key = without_side(name);
    const auto panel = std::ranges::find(names, key);
    const auto at = static_cast<std::size_t>(panel - names.begin());
    if (panel == names.end()) {
      names.push_back(key);
      made.panels_.emplace_back();
      made.titles_.push_back(name);
    } else {
      made.titles_[at] += fmt::format(", {}", name);
    }
    made.panels_[at].push_back({number_of(column), {.name = name, .tone = tone_of(name), .y = {}}});
    ++made.lines_;
  }
  return made;
}

Result<void> RowPanels::add(const MinuteRow& row) {
  const double time = static_cast<double>(to_unix_millis(row.sample_time())) / 1000;
  ++rows_;
  if (!x_.empty() && time > x_.back() + kMinuteSeconds * 1.5) {
    shade(x_.back() + kMinuteSeconds, time);
    add_point(x_.back() + kMinuteSeconds, nullptr);
  }
  add_point(time, &row);
  const auto* const state = state_ == 0 ? nullptr : std::get_if<std::string>(&row.values[state_]);
  if (state != nullptr && *state != kLive) shade(time, time + kMinuteSeconds);
  if (x_.size() * lines_ <= kMostValues) return {};
  return fail(ErrorCode::kUsage, fmt::format("more than {} values: take fewer columns, or a shorter time with --from "
                                             "and --to",
                                             kMostValues));
}

// Without a row: nothing is known then.
void RowPanels::add_point(double time, const MinuteRow* row) {
  x_.push_back(time);
  for (std::vector<Line>& panel : panels_) {
    for (Line& line : panel) line.series.y.push_back(row == nullptr ? kUnknown : number_in(row->values[line.column]));
  }
}

void RowPanels::shade(double from, double to) {
  if (!shades_.empty() && shades_.back().to >= from) {
    shades_.back().to = to;
  } else {
    shades_.push_back({.from = from, .to = to});
  }
}

std::vector<Panel> RowPanels::finish() {
  std::vector<Panel> panels;
  panels.reserve(panels_.size());
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    Panel& panel = panels.emplace_back();
    panel.title = titles_[i];
    panel.is_time = true;
    panel.x_label = "UTC";
    panel.x = x_;
    panel.shades = shades_;
    for (Line& line : panels_[i]) panel.series.push_back(std::move(line.series));
  }
  return panels;
}

}  // namespace acts::report
