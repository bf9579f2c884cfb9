// Where computed features are kept: DATA_DIR/features/<interval>.db, a store of rows as acts.db is one.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "store/sqlite_store.hpp"

namespace acts::cli {

class FeatureStoreRows {
 public:
  // Columns that the file does not have are added; those it has beyond the schema keep their values. Errors of all:
  // kStorage.
  static Result<FeatureStoreRows> open(const std::string& path, const RowSchema& schema);

  // In the schema's columns. A row that is there takes these values.
  Result<void> add(const MinuteRow& row);
  Result<void> finish();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }  // without the key

 private:
  FeatureStoreRows(std::string path, std::size_t columns, std::unique_ptr<SqliteStore> store)
      : path_(std::move(path)), columns_(columns), store_(std::move(store)) {}

  std::string path_;
  std::size_t columns_;
  std::unique_ptr<SqliteStore> store_;
  std::vector<MinuteRow> batch_;
  std::size_t rows_ = 0;
};

}  // namespace acts::cli
