#include "backtest/features/feature_data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "acts/base/nearest_name.hpp"

#include "backtest/decisions/value_form.hpp"

namespace acts::backtest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostWantedShown = 80;

FeatureMarket market_of(const InstrumentSettings& settings) {
  return {.venue = std::string(to_string(settings.info.venue)), .symbol = settings.info.symbol};
}

std::unexpected<Error> no_column(const FeatureTable& table, std::string_view name) {
  std::vector<std::string_view> names;
  for (const FeatureColumn& column : table.columns) {
    if (column.is_number) names.push_back(column.name);
  }
  const std::string_view nearest = nearest_name(name, names);
  std::string shown(name.substr(0, kMostWantedShown));
  std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  const std::string advice = nearest.empty() ? "where features are stored, all that are wanted are to be"
                                             : fmt::format("did it mean {}?", nearest);
  return fail(ErrorCode::kUsage, fmt::format("the strategy wants the feature '{}', and {} has no such column: {}",
                                             shown, table.path, advice));
}

std::unexpected<Error> no_store(const std::string& path, Nanos interval) {
  return fail(ErrorCode::kUsage, fmt::format("features_store in [data]: there is no {}, which acts features compute "
                                             "NAME,NAME --interval {} --store makes",
                                             path, to_string(interval)));
}

// Behind one another, each with times that rise.
class SpoolFiller {
 public:
  SpoolFiller(const InstrumentSettings& settings, std::span<const std::string> wanted)
      : settings_(&settings), wanted_(wanted), spool_(std::make_shared<FeatureSpool>(wanted.size())) {}

  Result<void> add(const std::string& path) {
    const Result<FeatureTable> table = open_feature_table(path);
    if (!table) return std::unexpected(table.error());
    const auto rows = read_feature_rows(*table, market_of(*settings_), wanted_);
    if (!rows) return std::unexpected(rows.error());
    FeatureRow row;
    for (std::uint64_t number = 1;; ++number) {
      const Result<bool> there = (*rows)->next(row);
      if (!there) return std::unexpected(there.error());
      if (!*there && number == 1) return no_row(path);
      if (!*there) break;
      if (spool_->last() && row.ts <= *spool_->last()) {
        return number == 1 ? begins_before(path, row.ts) : goes_back((*rows)->place(), row.ts);
      }
      if (settings_->to && row.ts >= *settings_->to) break;
      if (Result<void> added = spool_->add(row); !added) return added;
    }
    before_ = path;
    return {};
  }
  std::shared_ptr<const FeatureSpool> finish() { return std::move(spool_); }

 private:
  [[nodiscard]] std::unexpected<Error> no_row(const std::string& path) const {
    return fail(ErrorCode::kBadInput, fmt::format("{}: there is no row of {} {} in it", path,
                                                  to_string(settings_->info.venue), settings_->info.symbol));
  }
  [[nodiscard]] std::unexpected<Error> begins_before(const std::string& path, UnixNanos ts) const {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it begins at {}, and {} before it ends at {}: name files in the order of time, each "
                            "behind the other",
                            path, to_iso8601(ts), before_, to_iso8601(*spool_->last())));
  }
  [[nodiscard]] std::unexpected<Error> goes_back(const std::string& place, UnixNanos ts) const {
    return fail(ErrorCode::kBadInput, fmt::format("{}: its time {} is not behind {}, that of the row before: sort rows "
                                                  "by time, each time once",
                                                  place, to_iso8601(ts), to_iso8601(*spool_->last())));
  }

  const InstrumentSettings* settings_;
  std::span<const std::string> wanted_;
  std::shared_ptr<FeatureSpool> spool_;
  std::string before_;
};

}  // namespace

std::string features_path(const std::string& data_dir, Nanos interval) {
  return (fs::path(data_dir) / "features" / fmt::format("{}.db", to_string(interval))).string();
}

std::vector<std::string> feature_files(const InstrumentSettings& settings) {
  if (!settings.features_store) return settings.features_files;
  std::string path = features_path(settings.features_dir, *settings.features_store);
  std::error_code ignored;
  if (*settings.features_store == std::chrono::minutes{1} && !fs::exists(path, ignored)) {
    const fs::path rows = fs::path(settings.features_dir) / "acts.db";
    if (fs::exists(rows, ignored)) path = rows.string();
  }
  return {std::move(path)};
}

Result<StoredColumns> StoredColumns::of(const BacktestSettings& settings) {
  StoredColumns columns;
  for (const InstrumentSettings& of : settings.instruments) {
    for (const std::string& path : feature_files(of)) {
      std::error_code ignored;
      if (of.features_store && !fs::exists(path, ignored)) return no_store(path, *of.features_store);
      Result<FeatureTable> table = open_feature_table(path);
      if (!table) return std::unexpected(table.error());
      columns.tables_.push_back(*std::move(table));
    }
  }
  return columns;
}

Result<void> StoredColumns::check(std::span<const std::string> wanted) const {
  if (wanted.size() > kMostFeatures) {
    return fail(ErrorCode::kUsage,
                fmt::format("the strategy wants {} features: {} are the most", wanted.size(), kMostFeatures));
  }
  for (const FeatureTable& table : tables_) {
    for (const std::string& name : wanted) {
      const FeatureColumn* const column = table.find(name);
      if (column == nullptr) return no_column(table, name);
      if (column->is_number) continue;
      return fail(ErrorCode::kUsage, fmt::format("the strategy wants the feature {}, which is {} in {}: features are "
                                                 "told as numbers",
                                                 name, column->type, table.path));
    }
  }
  return {};
}

Result<StoredFeatureList> open_stored_features(const InstrumentSettings& settings, std::span<const std::string> wanted,
                                               Nanos shift, const std::optional<FutureCut>& cut) {
  const std::vector<std::string> paths = feature_files(settings);
  if (paths.empty() || wanted.empty()) return StoredFeatureList{};
  SpoolFiller filler(settings, wanted);
  for (const std::string& path : paths) {
    if (Result<void> added = filler.add(path); !added) return std::unexpected(added.error());
  }
  return StoredFeatureList{.spool = filler.finish(),
                           .names = {wanted.begin(), wanted.end()},
                           .shift = shift,
                           .delay = settings.features_delay,
                           .cut = cut};
}

Result<std::optional<std::string>> feature_digest(const InstrumentSettings& settings, const std::string& path) {
  const Result<FeatureTable> table = open_feature_table(path);
  if (!table) return std::unexpected(table.error());
  if (table->form != FeatureForm::kStore) return std::nullopt;
  Result<std::string> digest = feature_store_digest(*table, market_of(settings), settings.to);
  if (!digest) return std::unexpected(digest.error());
  return *std::move(digest);
}

std::string features_model(const InstrumentSettings& settings) {
  const std::vector<std::string> paths = feature_files(settings);
  if (paths.empty()) return "";
  return fmt::format("stored({}; delay {})", fmt::join(paths, ", "), to_string(settings.features_delay));
}

std::vector<std::string> untold_feature_notes(const BacktestSettings& settings, const std::vector<bool>& told) {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < std::min(told.size(), settings.instruments.size()); ++i) {
    const InstrumentSettings& of = settings.instruments[i];
    if (told[i] || !has_stored_features(of)) continue;
    notes.push_back(
        fmt::format("{} {}: no row of its stored features was told: are they of the time of the data, and "
                    "does the strategy want any?",
                    to_string(of.info.venue), of.info.symbol));
  }
  return notes;
}

}  // namespace acts::backtest
