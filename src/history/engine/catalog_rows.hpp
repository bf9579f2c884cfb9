// The rows of one data set of the catalog in a period, by key, over days whose keys overlap too. In memory is what
// DuckDB decodes of two files at a time. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/stored_files.hpp"
#include "history/engine/duck.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

// Microseconds since 1970 UTC; `to` is not included.
struct RowPeriod {
  std::int64_t from = INT64_MIN;
  std::int64_t to = INT64_MAX;
};

class CatalogRows final : public RowSource {
 public:
  // `files`: of one set, by day, as current_files() gives them; one at least (asserted), and needed no longer. `duck`
  // outlives this.
  CatalogRows(Duck& duck, const CatalogPaths& paths, const std::vector<const CatalogFile*>& files,
              const RowPeriod& period);

  // Of all rows: the wide one if a file of the period has it.
  [[nodiscard]] DecimalForm form() const { return form_; }
  // Of the last row that the catalog has of the set, within the period or behind it.
  [[nodiscard]] std::int64_t known_until() const { return known_until_; }

  // Whether all files are in their places, to be asked before anything is printed. Errors: kStorage: which is not.
  [[nodiscard]] Result<void> check_files() const;
  // Errors: kStorage, kCancelled: as Duck::run(); kStorage: a file that cannot be read, files whose keys go back
  // otherwise than at the turn of a day (OrderedRows): verify names them.
  Result<bool> next(Row& row) override;

 private:
  Result<bool> open_next();
  Result<bool> open_overlapping();
  [[nodiscard]] std::string key_condition(std::string_view relation, std::int64_t key) const;
  [[nodiscard]] Result<std::unique_ptr<RowSource>> rows_of(const std::string& list, std::size_t file,
                                                           std::string_view key) const;

  Duck* duck_;
  CatalogPaths paths_;
  DataSet set_;
  StoredFiles files_;                             // with rows in the period
  std::map<std::size_t, std::int64_t> overlaps_;  // of files_: those that the next one overlaps, and their last keys
  RowPeriod period_;
  DecimalForm form_ = DecimalForm::kNarrow;
  std::int64_t known_until_ = INT64_MIN;
  std::size_t opened_ = 0;  // of files_
  std::unique_ptr<RowSource> rows_;
  std::optional<std::int64_t> last_key_;
};

}  // namespace acts::history
