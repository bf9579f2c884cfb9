// What a remote database (a sink) has not got yet, out of the rows of DIR/acts.db, and how far it is: a durable cursor
// a sink. Every write of a row gives it a new change number (sqlite_schema.hpp); the cursor is the number up to which
// the sink has confirmed everything. A row that is written again is delivered again, with its latest values.
//
// Used by one thread at a time, each sink with an Outbox, and so a connection to the file, of its own. Calls may block
// on the disk, and up to the busy time-out for another writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/features/row.hpp"

#include "store/sink_source.hpp"
#include "store/sqlite_database.hpp"

namespace acts {

// What will not reach a database as it is: a row, refused by acts.db itself (no sink) or by a sink, or a level of a
// full book, or a whole one.
struct RejectedRow {
  std::string sink;
  std::string venue;
  std::string symbol;
  UnixNanos sample_time{};  // of a book: when it was saved, in whole milliseconds
  std::string reason;
  std::string json;  // the row as append_json() writes it, without the newline; side and price of a level; or "{}"

  friend bool operator==(const RejectedRow&, const RejectedRow&) = default;
};

class Outbox final : public SinkSource {
 public:
  // `path`: a file that SqliteStore::open() of this version has opened before. `sink`: its name, not empty. A name that
  // is not known yet starts before the first row. Errors: kStorage, one line.
  static Result<std::unique_ptr<Outbox>> open(const std::string& path, std::string sink,
                                              const SqliteOptions& options = {});

  // The columns that the file had when it was opened; rows have these.
  [[nodiscard]] const RowSchema& schema() const override { return schema_; }
  Result<OutboxBatch> read(std::size_t max) override;
  // Durable when it returns. A cursor never goes back.
  Result<void> advance(std::int64_t change) override;
  Result<void> set_aside(const MinuteRow& row, std::int64_t change, std::string_view reason) override;
  Result<OutboxLag> lag() override;
  Result<std::int64_t> rejected() override;

 private:
  Outbox(std::unique_ptr<SqliteDatabase> database, std::string sink, RowSchema schema)
      : database_(std::move(database)), sink_(std::move(sink)), schema_(std::move(schema)) {}

  std::unique_ptr<SqliteDatabase> database_;
  std::string sink_;
  RowSchema schema_;
  std::optional<SqliteStatement> read_;  // of read(), once it was called: its text is long
};

// Of the file itself and of all sinks, ordered by sink and key; without those whose later values a sink has confirmed.
// Opens the file for reading. Errors: kStorage.
Result<std::vector<RejectedRow>> rejected_rows(const std::string& path, const SqliteOptions& options = {});

}  // namespace acts
