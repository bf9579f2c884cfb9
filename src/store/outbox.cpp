#include "store/outbox.hpp"

#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "store/sqlite_rows.hpp"
#include "store/sqlite_schema.hpp"

namespace acts {
namespace {

constexpr std::string_view kCursor = "coalesce((SELECT change FROM sink_cursors WHERE sink = ?1), 0)";

Result<void> run(Result<SqliteStatement>& statement) {
  const auto done = statement->step();
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<bool> has_table(SqliteDatabase& database, std::string_view name) {
  const auto count =
      database.integer(fmt::format("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{}'", name));
  if (!count) return std::unexpected(count.error());
  return *count > 0;
}

Result<void> collect(SqliteDatabase& database, std::string_view sql, std::vector<RejectedRow>& rows) {
  auto statement = database.prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  for (;;) {
    const auto found = statement->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return {};
    rows.push_back({statement->text(0), statement->text(1), statement->text(2),
                    time_of(statement->integer(3)).value_or(UnixNanos{}), statement->text(4), statement->text(5)});
  }
}

}  // namespace

Result<std::unique_ptr<Outbox>> Outbox::open(const std::string& path, std::string sink, const SqliteOptions& options) {
  ACTS_ASSERT(!sink.empty());
  auto database = SqliteDatabase::open(path, SqliteDatabase::Access::kExisting, options);
  if (!database) return std::unexpected(std::move(database.error()));
  if (auto checked = check_layout(**database); !checked) return std::unexpected(std::move(checked.error()));
  const auto version = (*database)->integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version != kStoreVersion) {
    return fail(ErrorCode::kStorage, fmt::format("{}: has no outbox yet: start 'acts collect' on it once", path));
  }
  if (auto durable = make_durable(**database); !durable) return std::unexpected(std::move(durable.error()));
  auto schema = stored_schema(**database);
  if (!schema) return std::unexpected(std::move(schema.error()));
  return std::unique_ptr<Outbox>(new Outbox(std::move(*database), std::move(sink), std::move(*schema)));
}

Result<OutboxBatch> Outbox::read(std::size_t max) {
  ACTS_ASSERT(max > 0);
  if (!read_) {
    // The cross join keeps SQLite to the order in which changes are walked.
    auto prepared = database_->prepare(fmt::format(
        "SELECT c.change, {} FROM row_changes c CROSS JOIN minute_rows r ON r.venue = c.venue AND r.symbol = "
        "c.symbol AND r.sample_time = c.sample_time WHERE c.change > {} ORDER BY c.change LIMIT ?2",
        column_list(schema_, "r."), kCursor));
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    read_ = std::move(*prepared);
  }
  read_->bind(0, sink_);
  read_->bind(1, static_cast<std::int64_t>(max));
  OutboxBatch batch;
  for (;;) {
    const auto found = read_->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return batch;
    auto row = read_row(*read_, schema_, database_->path(), 1);
    if (!row) {
      read_->reset();
      return std::unexpected(std::move(row.error()));
    }
    batch.rows.push_back(std::move(*row));
    batch.changes.push_back(read_->integer(0));
  }
}

Result<void> Outbox::advance(std::int64_t change) {
  auto statement = database_->prepare(
      "INSERT INTO sink_cursors VALUES (?, ?) ON CONFLICT (sink) DO UPDATE SET change = max(change, excluded.change)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  statement->bind(1, change);
  return run(statement);
}

Result<void> Outbox::set_aside(const MinuteRow& row, std::int64_t change, std::string_view reason) {
  auto statement = database_->prepare("INSERT OR REPLACE INTO sink_rejected_rows VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  statement->bind(1, row.venue());
  statement->bind(2, row.symbol());
  statement->bind(3, to_unix_millis(row.sample_time()));
  statement->bind(4, change);
  statement->bind(5, reason);
  statement->bind(6, json_of(schema_, row));
  return run(statement);
}

Result<OutboxLag> Outbox::lag() {
  auto statement =
      database_->prepare(fmt::format("SELECT count(*), (SELECT sample_time FROM row_changes WHERE change > {} ORDER BY "
                                     "change LIMIT 1) FROM (SELECT 1 FROM row_changes WHERE change > {} LIMIT ?2)",
                                     kCursor, kCursor));
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  statement->bind(1, OutboxLag::kMostCounted);
  const auto found = statement->step();
  if (!found) return std::unexpected(found.error());
  OutboxLag lag{statement->integer(0), std::nullopt};
  if (!statement->is_null(1)) lag.oldest = time_of(statement->integer(1));
  return lag;
}

Result<std::int64_t> Outbox::rejected() {
  auto statement = database_->prepare(
      "SELECT count(*) FROM sink_rejected_rows r WHERE r.sink = ? AND NOT EXISTS (SELECT 1 FROM row_changes c WHERE "
      "c.venue = r.venue AND c.symbol = r.symbol AND c.sample_time = r.sample_time AND c.change > r.change)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  const auto found = statement->step();
  return found ? Result<std::int64_t>(statement->integer(0)) : std::unexpected(found.error());
}

Result<std::vector<RejectedRow>> rejected_rows(const std::string& path, const SqliteOptions& options) {
  auto database = SqliteDatabase::open(path, SqliteDatabase::Access::kReadOnly, options);
  if (!database) return std::unexpected(std::move(database.error()));
  if (auto checked = check_layout(**database); !checked) return std::unexpected(std::move(checked.error()));
  struct Source {
    std::string_view table;
    std::string_view sql;
  };
  std::vector<RejectedRow> rows;
  for (const Source& source : {
           Source{"rejected_rows",
                  "SELECT '', venue, symbol, sample_time, reason, json FROM rejected_rows ORDER BY 2, 3, 4"},
           Source{"sink_rejected_rows",
                  "SELECT sink, venue, symbol, sample_time, reason, json FROM sink_rejected_rows r WHERE NOT EXISTS "
                  "(SELECT 1 FROM row_changes c JOIN sink_cursors s ON s.sink = r.sink WHERE c.venue = r.venue AND "
                  "c.symbol = r.symbol AND c.sample_time = r.sample_time AND c.change > r.change AND c.change <= "
                  "s.change) ORDER BY 1, 2, 3, 4"},
           Source{"sink_rejected_levels",
                  "SELECT sink, venue, symbol, book_time, reason, CASE side WHEN '' THEN '{}' ELSE json_object('side', "
                  "side, 'price', price) END FROM sink_rejected_levels ORDER BY 1, 2, 3, 4, side, price"},
       }) {
    const auto there = has_table(**database, source.table);
    if (!there) return std::unexpected(there.error());
    if (!*there) continue;
    if (auto done = collect(**database, source.sql, rows); !done) return std::unexpected(std::move(done.error()));
  }
  return rows;
}

}  // namespace acts
