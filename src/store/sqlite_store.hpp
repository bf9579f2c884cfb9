// Minute rows in SQLite (DIR/acts.db, table minute_rows): times as INTEGER milliseconds since 1970 UTC, exact decimals
// as TEXT, ratios as REAL. Write-ahead log with synchronous=FULL: a row is on the disk when upsert() returns, and any
// program may read while we write.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/feature_store.hpp"
#include "acts/features/row.hpp"

#include "store/row_range.hpp"
#include "store/sqlite_database.hpp"

namespace acts {

// What there is of a symbol.
struct SymbolRows {
  std::string venue;
  std::string symbol;
  std::int64_t rows = 0;
  std::int64_t live = 0;  // of them
  UnixNanos first{};      // sample_time
  UnixNanos last{};

  friend bool operator==(const SymbolRows&, const SymbolRows&) = default;
};

// Rows that a statement finds, one at a time. Must not outlive its store.
class RowCursor {
 public:
  // True: `row` is the next one. False: there is none, however often asked. Errors: kStorage.
  Result<bool> next(MinuteRow& row);

 private:
  friend class SqliteStore;
  RowCursor(SqliteStatement statement, const RowSchema& schema, const std::string& path)
      : statement_(std::move(statement)), schema_(&schema), path_(&path) {}

  SqliteStatement statement_;
  const RowSchema* schema_;
  const std::string* path_;
  bool has_ended_ = false;
};

// Used by one thread at a time. Several stores, also of several processes, may share a file: writers wait for each
// other up to the busy time-out.
class SqliteStore final : public FeatureStore {
 public:
  // Makes file and directory if they are not there, and adds the columns of `schema` that the file does not have;
  // columns it has beyond the schema stay, and are null in new rows. Errors: kStorage, one line with path and remedy;
  // the file is unchanged then.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, RowSchema schema,
                                                   const SqliteOptions& options = {});
  // For reading only, with the columns the file has.
  static Result<std::unique_ptr<SqliteStore>> open_to_read(const std::string& path, const SqliteOptions& options = {});

  Result<void> upsert(std::span<const MinuteRow> rows) override;
  // Into table rejected_rows; given again, a row replaces what was kept of it.
  Result<void> set_aside(const MinuteRow& row, std::string_view reason) override;

  // The rows of a range, ordered by their key, as they are asked for. Errors: kStorage.
  Result<RowCursor> find(const RowRange& range);
  // Gives them one after the other, until `take` says false. Errors: kStorage.
  Result<void> read(const RowRange& range, const std::function<bool(MinuteRow)>& take);
  // All of them at once.
  Result<std::vector<MinuteRow>> rows(const RowRange& range);
  // Ordered by venue and symbol. Reads every row once. Errors: kStorage.
  Result<std::vector<SymbolRows>> symbols();
  // The latest row of a symbol: where a new run goes on.
  Result<std::optional<UnixNanos>> last_sample_time(std::string_view venue, std::string_view symbol);

  [[nodiscard]] const RowSchema& schema() const { return schema_; }

 private:
  SqliteStore(std::unique_ptr<SqliteDatabase> database, RowSchema schema)
      : database_(std::move(database)), schema_(std::move(schema)) {}
  Result<void> write(const MinuteRow& row);

  std::unique_ptr<SqliteDatabase> database_;
  RowSchema schema_;
  std::optional<SqliteStatement> upsert_;  // none when opened to read
};

}  // namespace acts
