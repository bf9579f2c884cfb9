#include "history/query/stored_rows.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acts/features/bands.hpp"
#include "acts/features/feature.hpp"

#include "history/engine/row_table.hpp"
#include "store/row_gaps.hpp"
#include "store/sqlite_store.hpp"

namespace acts::history {
namespace {

class NoRows final : public TableRows {
 public:
  Result<bool> next(MinuteRow&) override { return false; }
};

// What a use of a view reads: a connection of its own, as the file may be asked from two places at a time.
class StoredRows final : public TableRows {
 public:
  static Result<std::unique_ptr<StoredRows>> open(const std::string& path) {
    auto store = SqliteStore::open_to_read(path);
    if (!store) return std::unexpected(store.error());
    auto cursor = (*store)->find({});
    if (!cursor) return std::unexpected(cursor.error());
    return std::unique_ptr<StoredRows>(new StoredRows(*std::move(store), *std::move(cursor)));
  }
  Result<bool> next(MinuteRow& row) override { return cursor_.next(row); }
  [[nodiscard]] const RowSchema& schema() const { return store_->schema(); }

 private:
  StoredRows(std::unique_ptr<SqliteStore> store, RowCursor cursor)
      : store_(std::move(store)), cursor_(std::move(cursor)) {}

  std::unique_ptr<SqliteStore> store_;
  RowCursor cursor_;  // goes before the store
};

const RowSchema& gap_schema() {
  static const RowSchema kSchema{{{"venue", ColumnType::kText, false},
                                  {"symbol", ColumnType::kText, false},
                                  {"first", ColumnType::kTime, false},
                                  {"last", ColumnType::kTime, false},
                                  {"minutes", ColumnType::kCount, false},
                                  {"state", ColumnType::kText, false},
                                  {"reason", ColumnType::kText, true}}};
  return kSchema;
}

class RowGaps final : public TableRows {
 public:
  explicit RowGaps(std::unique_ptr<StoredRows> rows) : rows_(std::move(rows)), finder_(rows_->schema(), {}, {}) {}

  Result<bool> next(MinuteRow& row) override {
    while (gaps_.empty()) {
      if (has_ended_) return false;
      const Result<bool> there = rows_->next(read_);
      if (!there) return there;
      has_ended_ = !*there;
      for (RowGap& gap : has_ended_ ? finder_.finish() : finder_.add(read_)) gaps_.push_back(std::move(gap));
    }
    const RowGap& gap = gaps_.front();
    row.values = {gap.venue,
                  gap.symbol,
                  gap.first,
                  gap.last,
                  gap.minutes(),
                  gap.state,
                  gap.reason.empty() ? Value{} : Value{gap.reason}};
    gaps_.pop_front();
    return true;
  }

 private:
  std::unique_ptr<StoredRows> rows_;
  GapFinder finder_;
  MinuteRow read_;
  std::deque<RowGap> gaps_;
  bool has_ended_ = false;
};

// Of computed features, by interval: features_1m of DATA_DIR/features/1m.db. Names of other forms are not ours.
Result<void> add_features(Duck& duck, const std::string& data_dir) {
  const std::filesystem::path folder = std::filesystem::path(data_dir) / "features";
  std::error_code error;
  std::vector<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string stem = entry.path().stem().string();
    const auto is_plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
    if (entry.path().extension() == ".db" && std::ranges::all_of(stem, is_plain)) stems.push_back(stem);
  }
  std::ranges::sort(stems);
  for (const std::string& stem : stems) {
    const std::string path = (folder / (stem + ".db")).string();
    const auto store = SqliteStore::open_to_read(path);
    if (!store) {
      if (auto added = add_failing_view(duck, "features_" + stem, store.error().message); !added) return added;
      continue;
    }
    const auto open = [path]() -> Result<std::unique_ptr<TableRows>> {
      auto rows = StoredRows::open(path);
      if (!rows) return std::unexpected(rows.error());
      return std::unique_ptr<TableRows>(*std::move(rows));
    };
    if (Result<void> added = add_row_view(duck, "features_" + stem, (*store)->schema(), open); !added) return added;
  }
  return {};
}

}  // namespace

Result<void> add_stored_rows(Duck& duck, const std::string& data_dir) {
  const std::string path = (std::filesystem::path(data_dir) / "acts.db").string();
  RowSchema schema = make_schema(BandList::defaults());
  const bool is_there = std::filesystem::exists(path);
  if (is_there) {
    if (const auto store = SqliteStore::open_to_read(path)) schema = (*store)->schema();
  }
  const auto open_rows = [path, is_there]() -> Result<std::unique_ptr<TableRows>> {
    if (!is_there) return std::make_unique<NoRows>();
    auto rows = StoredRows::open(path);
    if (!rows) return std::unexpected(rows.error());
    return std::unique_ptr<TableRows>(*std::move(rows));
  };
  const auto open_gaps = [path, is_there]() -> Result<std::unique_ptr<TableRows>> {
    if (!is_there) return std::make_unique<NoRows>();
    auto rows = StoredRows::open(path);
    if (!rows) return std::unexpected(rows.error());
    return std::make_unique<RowGaps>(*std::move(rows));
  };
  if (Result<void> added = add_row_view(duck, "minute_rows", schema, open_rows); !added) return added;
  if (Result<void> added = add_row_view(duck, "gaps", gap_schema(), open_gaps); !added) return added;
  return add_features(duck, data_dir);
}

}  // namespace acts::history
