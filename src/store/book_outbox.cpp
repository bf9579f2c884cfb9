#include "store/book_outbox.hpp"

#include <fmt/format.h>

#include "acts/base/assert.hpp"

#include "store/sqlite_rows.hpp"
#include "store/sqlite_schema.hpp"

namespace acts {
namespace {

constexpr std::string_view kBookCursor = "coalesce((SELECT change FROM sink_book_cursors WHERE sink = ?1), 0)";

void bind(SqliteStatement& statement, int first, const BookDump& dump) {
  statement.bind(first, dump.venue);
  statement.bind(first + 1, dump.symbol);
  statement.bind(first + 2, dump.saved_at.value);
}

// One statement for each dump that is wanted, all in one transaction.
Result<void> run_for_each(
    SqliteDatabase& database, std::string_view sql, std::span<const BookDump> dumps,
    const std::function<bool(const BookDump&)>& is_wanted = [](const BookDump&) { return true; }) {
  return database.transaction([&]() -> Result<void> {
    auto statement = database.prepare(sql);
    if (!statement) return std::unexpected(std::move(statement.error()));
    for (const BookDump& dump : dumps) {
      if (!is_wanted(dump)) continue;
      bind(*statement, 0, dump);
      if (const auto done = statement->step(); !done) return std::unexpected(done.error());
    }
    return {};
  });
}

}  // namespace

Result<std::unique_ptr<BookOutbox>> BookOutbox::open(const std::string& path, std::string sink,
                                                     const SqliteOptions& options) {
  ACTS_ASSERT(!sink.empty());
  auto database = open_current(path, SqliteDatabase::Access::kExisting, options);
  if (!database) return std::unexpected(std::move(database.error()));
  return std::unique_ptr<BookOutbox>(new BookOutbox(std::move(*database), std::move(sink)));
}

Result<std::vector<BookDump>> BookOutbox::without_number(std::span<const BookDump> dumps) {
  auto known = database_->prepare("SELECT 1 FROM book_dumps WHERE venue = ? AND symbol = ? AND saved_at = ?");
  if (!known) return std::unexpected(std::move(known.error()));
  std::vector<BookDump> without;
  for (const BookDump& dump : dumps) {
    bind(*known, 0, dump);
    const auto found = known->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) without.push_back(dump);
    known->reset();
  }
  return without;
}

// An ignored insertion would use up a number and write a page: of hundreds of thousands of files most are known.
Result<void> BookOutbox::add(std::span<const BookDump> dumps, const std::function<bool(const BookDump&)>& is_there) {
  auto without = without_number(dumps);
  if (!without) return std::unexpected(std::move(without.error()));
  if (without->empty()) return {};
  return run_for_each(*database_, "INSERT OR IGNORE INTO book_dumps (venue, symbol, saved_at) VALUES (?, ?, ?)",
                      *without, is_there);
}

Result<std::optional<WaitingDump>> BookOutbox::next() {
  auto statement = database_->prepare(fmt::format(
      "SELECT change, venue, symbol, saved_at FROM book_dumps WHERE change > {} ORDER BY change LIMIT 1", kBookCursor));
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  const auto found = statement->step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::optional<WaitingDump>();
  return WaitingDump{{statement->text(1), statement->text(2), UnixNanos{statement->integer(3)}}, statement->integer(0)};
}

Result<void> BookOutbox::advance(std::int64_t change) {
  auto statement = database_->prepare(
      "INSERT INTO sink_book_cursors VALUES (?, ?) ON CONFLICT (sink) DO UPDATE SET change = max(change, "
      "excluded.change)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  statement->bind(1, change);
  const auto done = statement->step();
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> BookOutbox::set_aside(const BookDump& dump, std::string_view side, std::string_view price,
                                   std::string_view reason) {
  auto statement = database_->prepare("INSERT OR REPLACE INTO sink_rejected_levels VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  statement->bind(1, dump.venue);
  statement->bind(2, dump.symbol);
  statement->bind(3, to_unix_millis(dump.saved_at));
  statement->bind(4, side);
  statement->bind(5, price);
  statement->bind(6, reason);
  const auto done = statement->step();
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<OutboxLag> BookOutbox::lag() {
  auto statement = database_->prepare(
      fmt::format("SELECT count(*), (SELECT saved_at FROM book_dumps WHERE change > {} ORDER BY change LIMIT 1) FROM "
                  "(SELECT 1 FROM book_dumps WHERE change > {} LIMIT ?2)",
                  kBookCursor, kBookCursor));
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  statement->bind(1, OutboxLag::kMostCounted);
  const auto found = statement->step();
  if (!found) return std::unexpected(found.error());
  OutboxLag lag{statement->integer(0), std::nullopt};
  if (!statement->is_null(1)) lag.oldest = UnixNanos{statement->integer(1)};
  return lag;
}

Result<std::int64_t> BookOutbox::rejected() {
  // Kept by its millisecond, numbered by its nanosecond.
  auto statement = database_->prepare(
      fmt::format("SELECT count(*) FROM sink_rejected_levels r WHERE r.sink = ?1 AND NOT EXISTS (SELECT 1 FROM "
                  "book_dumps d WHERE d.venue = r.venue AND d.symbol = r.symbol AND d.saved_at >= r.book_time * "
                  "1000000 AND d.saved_at < (r.book_time + 1) * 1000000 AND d.change > {})",
                  kBookCursor));
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, sink_);
  const auto found = statement->step();
  return found ? Result<std::int64_t>(statement->integer(0)) : std::unexpected(found.error());
}

Result<std::unique_ptr<DeliveredBooks>> DeliveredBooks::open(const std::string& path,
                                                             const std::optional<std::vector<std::string>>& sinks,
                                                             bool dry_run, const SqliteOptions& options) {
  using Access = SqliteDatabase::Access;
  auto database = open_current(path, dry_run ? Access::kReadOnly : Access::kExisting, options);
  if (!database) return std::unexpected(std::move(database.error()));
  auto delivered = std::unique_ptr<DeliveredBooks>(
      new DeliveredBooks(std::move(*database), sinks.value_or(std::vector<std::string>{})));
  if (sinks) return delivered;
  auto known = delivered->database_->prepare("SELECT sink FROM sink_book_cursors");
  if (!known) return std::unexpected(std::move(known.error()));
  for (;;) {
    const auto found = known->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return delivered;
    delivered->sinks_.push_back(known->text(0));
  }
}

Result<bool> DeliveredBooks::holds(const BookDump& dump) {
  auto statement = database_->prepare(
      "SELECT EXISTS (SELECT 1 FROM book_dumps d JOIN sink_book_cursors s ON s.sink = ?4 WHERE d.venue = ?1 AND "
      "d.symbol = ?2 AND d.saved_at = ?3 AND d.change <= s.change)");
  if (!statement) return std::unexpected(std::move(statement.error()));
  for (const std::string& sink : sinks_) {
    bind(*statement, 0, dump);
    statement->bind(3, sink);
    if (const auto found = statement->step(); !found) return std::unexpected(found.error());
    const bool has_it = statement->integer(0) == 1;
    statement->reset();
    if (!has_it) return false;
  }
  return true;
}

Result<void> DeliveredBooks::forget(std::span<const BookDump> dumps) {
  return run_for_each(*database_, "DELETE FROM book_dumps WHERE venue = ? AND symbol = ? AND saved_at = ?", dumps);
}

}  // namespace acts
