#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "acts/base/assert.hpp"
#include "acts/features/feature.hpp"
#include "acts/features/interval_feature.hpp"

namespace acts {
namespace {

std::string columns_of(const Feature& feature, const BandList& bands) {
  if (!feature.per_band) return std::string{feature.name};
  std::string columns;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    columns += columns.empty() ? "" : " ";
    columns += column_name(feature, bands[i]);
  }
  return columns.empty() ? "-" : columns;
}

// Cells, all but the last padded to the widest of their column.
using Line = std::vector<std::string>;

void append_table(std::string& out, const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const Line& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      fmt::format_to(std::back_inserter(out), "{:<{}}  ", line[i], widths[i]);
    }
    out += line.back();
    out += '\n';
  }
}

std::string or_dash(std::string_view text) { return std::string{text.empty() ? "-" : text}; }

}  // namespace

std::string describe_features(const BandList& bands) {
  std::vector<Line> features{{"FEATURE", "UNIT", "COLUMNS", "DEFINITION"}};
  for (const Feature& feature : all_features()) {
    features.push_back({std::string{feature.name}, or_dash(feature.unit), columns_of(feature, bands),
                        std::string{feature.definition}});
  }
  std::vector<Line> states{{"STATE", "DEFINITION"}};
  for (const RowState state : kAllRowStates) {
    states.push_back({std::string{to_string(state)}, std::string{definition_of(state)}});
  }
  std::vector<Line> reasons{{"REASON", "DEFINITION"}};
  for (const Reason reason : kAllReasons) {
    if (reason != Reason::kNone)
      reasons.push_back({std::string{to_string(reason)}, std::string{definition_of(reason)}});
  }
  std::string out;
  append_table(out, features);
  out += '\n';
  append_table(out, states);
  out += '\n';
  append_table(out, reasons);
  return out;
}

std::string describe_interval_features(const IntervalFeatureOptions& options) {
  std::vector<Line> features{{"FEATURE", "UNIT", "COLUMNS", "DEFINITION"}};
  for (const IntervalFeature& feature : all_interval_features()) {
    IntervalFeatureOptions one = options;
    one.names = {std::string(feature.name)};
    const auto made = IntervalFeatures::make(one);
    ACTS_ASSERT(made.has_value());
    std::string columns;
    for (const Column& column : made->columns()) {
      columns += columns.empty() ? "" : " ";
      columns += column.name;
    }
    features.push_back(
        {std::string{feature.name}, or_dash(feature.unit), or_dash(columns), std::string{feature.definition}});
  }
  std::string out;
  append_table(out, features);
  return out;
}

}  // namespace acts
