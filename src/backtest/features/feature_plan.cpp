#include "backtest/features/feature_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "acts/base/nearest_name.hpp"
#include "acts/features/feature.hpp"

#include "backtest/decisions/value_form.hpp"

namespace acts::backtest {
namespace {

// A collector knows them by the ids of updates and by its connections; replayed rows have neither.
constexpr auto kNotReplayed =
    std::to_array<std::string_view>({"coverage_bid_P", "coverage_ask_P", "suspect_P", "gaps", "gap_ms", "reconnects"});

// A name that somebody has mistaken for another text may be long.
constexpr std::size_t kMostNameShown = 80;

std::vector<std::string> columns_of(const Feature& feature, const BandList& bands) {
  if (!feature.per_band) return {std::string(feature.name)};
  std::vector<std::string> names;
  names.reserve(bands.size());
  for (std::size_t i = 0; i < bands.size(); ++i) names.push_back(column_name(feature, bands[i]));
  return names;
}

// Null: no column of a minute row has this name.
const Feature* feature_of_column(std::string_view name, const BandList& bands) {
  const auto found = std::ranges::find_if(all_features(), [&](const Feature& feature) {
    const std::vector<std::string> columns = columns_of(feature, bands);
    return std::ranges::find(columns, name) != columns.end();
  });
  return found == all_features().end() ? nullptr : &*found;
}

// Null: none of an interval has. `options`: as make() has found them to be right.
const IntervalFeature* interval_feature_of_column(std::string_view name, IntervalFeatureOptions options) {
  for (const IntervalFeature& feature : all_interval_features()) {
    options.names = {std::string(feature.name)};
    const Result<IntervalFeatures> one = IntervalFeatures::make(options);
    if (one && std::ranges::find(one->columns(), name, &Column::name) != one->columns().end()) return &feature;
  }
  return nullptr;
}

Result<void> check_can_be_told(const Feature& feature, std::string_view name) {
  if (feature.type == ColumnType::kText || feature.type == ColumnType::kTime) {
    return fail(ErrorCode::kUsage, fmt::format("the strategy wants the feature {}, which is a {}: features are told as "
                                               "numbers",
                                               name, feature.type == ColumnType::kText ? "text" : "time"));
  }
  if (std::ranges::find(kNotReplayed, feature.name) == kNotReplayed.end()) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("the strategy wants the feature {}, which only a collector knows: the rows "
                          "of a backtest have no ids of updates",
                          name));
}

std::unexpected<Error> unknown_column(std::string_view name, const std::vector<Column>& all) {
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const Column& column : all) names.push_back(column.name);
  const std::string_view nearest = nearest_name(name, names);
  const std::string_view shown = name.substr(0, kMostNameShown);
  constexpr std::string_view kWhere = "bands, levels and horizons are those of [features]";
  return fail(
      ErrorCode::kUsage,
      nearest.empty()
          ? fmt::format("the strategy wants the feature '{}', which there is not: 'acts features' lists them; {}",
                        shown, kWhere)
          : fmt::format("the strategy wants the feature '{}', which there is not: did it mean {}? {}", shown, nearest,
                        kWhere));
}

std::vector<Column> columns_of(const BandList& bands, const IntervalFeatures& intervals) {
  std::vector<Column> columns = make_schema(bands).columns;
  columns.insert(columns.end(), intervals.columns().begin(), intervals.columns().end());
  return columns;
}

}  // namespace

Result<FeaturePlan> FeaturePlan::make(std::span<const std::string> names, const FeatureSettings& settings) {
  if (names.size() > kMostFeatures) {
    return fail(ErrorCode::kUsage,
                fmt::format("the strategy wants {} features: {} are the most", names.size(), kMostFeatures));
  }
  IntervalFeatureOptions options = settings.rows;
  options.names = {"all"};
  const Result<IntervalFeatures> all = IntervalFeatures::make(options);
  if (!all) return fail(ErrorCode::kUsage, fmt::format("[features]: {}", all.error().message));
  options.names.clear();
  FeaturePlan plan;
  for (const std::string& name : names) {
    if (const Feature* const feature = feature_of_column(name, settings.bands)) {
      if (Result<void> told = check_can_be_told(*feature, name); !told) return std::unexpected(told.error());
      // Bands cost a walk over the book, and are left out where nothing needs them.
      if (feature->per_band) plan.bands_ = settings.bands;
      continue;
    }
    const IntervalFeature* const feature = interval_feature_of_column(name, settings.rows);
    if (feature == nullptr) return unknown_column(name, columns_of(settings.bands, *all));
    const std::string family(feature->name);
    if (std::ranges::find(options.names, family) == options.names.end()) options.names.push_back(family);
  }
  Result<IntervalFeatures> chosen = IntervalFeatures::make(options);
  if (!chosen) return std::unexpected(chosen.error());
  plan.intervals_ = *std::move(chosen);
  const std::vector<Column> columns = columns_of(plan.bands_, plan.intervals_);
  plan.places_.reserve(names.size());
  for (const std::string& name : names) {
    plan.places_.push_back(static_cast<std::size_t>(std::ranges::find(columns, name, &Column::name) - columns.begin()));
  }
  return plan;
}

}  // namespace acts::backtest
