#include "cli/feature_rows.hpp"

namespace acts::cli {
namespace {

constexpr std::size_t kFeatureBatch = 1000;
constexpr std::size_t kKeyColumns = 3;

}  // namespace

Result<FeatureStoreRows> FeatureStoreRows::open(const std::string& path, const RowSchema& schema) {
  auto store = SqliteStore::open(path, schema);
  if (!store) return std::unexpected(store.error());
  return FeatureStoreRows(path, schema.columns.size() - kKeyColumns, *std::move(store));
}

Result<void> FeatureStoreRows::add(const MinuteRow& row) {
  batch_.push_back(row);
  ++rows_;
  return batch_.size() < kFeatureBatch ? Result<void>() : finish();
}

Result<void> FeatureStoreRows::finish() {
  Result<void> done = store_->upsert(batch_);
  batch_.clear();
  return done;
}

}  // namespace acts::cli
