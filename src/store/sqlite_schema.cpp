#include "store/sqlite_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

struct TypeForm {
  ColumnType type;
  std::string_view meaning;   // in minute_row_columns
  std::string_view sql_type;  // in minute_rows
};
constexpr std::array<TypeForm, 5> kTypes{{{ColumnType::kText, "text", "TEXT"},
                                          {ColumnType::kTime, "time", "INTEGER"},
                                          {ColumnType::kDecimal, "decimal", "TEXT"},
                                          {ColumnType::kRatio, "ratio", "REAL"},
                                          {ColumnType::kCount, "count", "INTEGER"}}};

const TypeForm& form_of(ColumnType type) { return kTypes[static_cast<std::size_t>(type)]; }

constexpr std::size_t kKeyColumns = 3;

// The write-ahead log is cut back to this after a checkpoint; a reader that stays in one transaction for hours can make
// it longer.
constexpr std::string_view kLogSizeLimit = "PRAGMA journal_size_limit = 67108864";

// Without a rowid the rows lie in the order of their key: one symbol's are read together, and there is no second tree
// to write.
std::string create_rows_table(const RowSchema& schema) {
  std::string sql = "CREATE TABLE minute_rows (";
  std::string key;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const std::string name = quoted_sql_name(schema.columns[i].name);
    const bool in_key = i < kKeyColumns;
    sql += fmt::format("{} {}{}, ", name, form_of(schema.columns[i].type).sql_type, in_key ? " NOT NULL" : "");
    if (in_key) key += (i == 0 ? "" : ", ") + name;
  }
  return sql + fmt::format("PRIMARY KEY ({})) STRICT, WITHOUT ROWID", key);
}

Result<void> execute_all(SqliteDatabase& database, std::span<const std::string> statements) {
  for (const std::string& sql : statements) {
    if (auto done = database.execute(sql); !done) return done;
  }
  return {};
}

// What writes to minute_rows, whoever it is, changes the number of the row: the triggers are the one place that knows.
// (An "INSERT OR REPLACE" in them would take over the conflict rule of the statement that fired them.)
std::string number_the_change(std::string_view name, std::string_view event) {
  return fmt::format(
      "CREATE TRIGGER {} AFTER {} ON minute_rows BEGIN "
      "DELETE FROM row_changes WHERE venue = new.venue AND symbol = new.symbol AND sample_time = new.sample_time; "
      "INSERT INTO row_changes (venue, symbol, sample_time) VALUES (new.venue, new.symbol, new.sample_time); END",
      name, event);
}

// Layout 2: the outbox. AUTOINCREMENT: no number is given twice, also after the row with the largest one is gone.
constexpr const char* kCreateChanges =
    "CREATE TABLE row_changes (change INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, venue TEXT NOT NULL, symbol TEXT NOT "
    "NULL, sample_time INTEGER NOT NULL, UNIQUE (venue, symbol, sample_time)) STRICT";
constexpr const char* kCreateCursors =
    "CREATE TABLE sink_cursors (sink TEXT NOT NULL PRIMARY KEY, change INTEGER NOT NULL) STRICT";
constexpr const char* kCreateSinkRejected =
    "CREATE TABLE sink_rejected_rows (sink TEXT NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL, sample_time "
    "INTEGER "
    "NOT NULL, change INTEGER NOT NULL, reason TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (sink, venue, symbol, "
    "sample_time)) STRICT";
constexpr const char* kNumberWhatIsThere =
    "INSERT INTO row_changes (venue, symbol, sample_time) SELECT venue, symbol, sample_time FROM minute_rows ORDER BY "
    "sample_time, venue, symbol";
constexpr const char* kForgetDeleted =
    "CREATE TRIGGER row_deleted AFTER DELETE ON minute_rows BEGIN DELETE FROM row_changes WHERE venue = old.venue AND "
    "symbol = old.symbol AND sample_time = old.sample_time; END";

std::vector<std::string> outbox_sql() {
  return {kCreateChanges,
          kCreateCursors,
          kCreateSinkRejected,
          kNumberWhatIsThere,
          number_the_change("row_inserted", "INSERT"),
          number_the_change("row_updated", "UPDATE"),
          kForgetDeleted,
          "PRAGMA user_version = 2"};
}

// Layout 3: full books on their way to sinks.
constexpr const char* kCreateBookDumps =
    "CREATE TABLE book_dumps (change INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, venue TEXT NOT NULL, symbol TEXT NOT "
    "NULL, saved_at INTEGER NOT NULL, UNIQUE (venue, symbol, saved_at)) STRICT";
constexpr const char* kCreateBookCursors =
    "CREATE TABLE sink_book_cursors (sink TEXT NOT NULL PRIMARY KEY, change INTEGER NOT NULL) STRICT, WITHOUT ROWID";
constexpr const char* kCreateRejectedLevels =
    "CREATE TABLE sink_rejected_levels (sink TEXT NOT NULL, venue TEXT NOT NULL, symbol TEXT NOT NULL, book_time "
    "INTEGER NOT NULL, side TEXT NOT NULL, price TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (sink, venue, "
    "symbol, book_time, side, price)) STRICT, WITHOUT ROWID";

std::vector<std::string> book_sql() {
  return {kCreateBookDumps, kCreateBookCursors, kCreateRejectedLevels, "PRAGMA user_version = 3"};
}

constexpr const char* kCreateColumns =
    "CREATE TABLE minute_row_columns (position INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT "
    "NULL) STRICT";

Result<void> create_tables(SqliteDatabase& database, const RowSchema& schema) {
  const std::vector<std::string> layout_1{create_rows_table(schema), kCreateColumns, "PRAGMA user_version = 1"};
  return execute_all(database, layout_1);
}

Result<void> migrate(SqliteDatabase& database) {
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  static_assert(kStoreVersion == 3, "a step for each new layout");
  if (*version < 2) {
    if (auto done = execute_all(database, outbox_sql()); !done) return done;
  }
  return *version < 3 ? execute_all(database, book_sql()) : Result<void>();
}

Result<void> note_column(SqliteDatabase& database, const Column& column) {
  auto insert = database.prepare("INSERT INTO minute_row_columns (name, type) VALUES (?, ?)");
  if (!insert) return std::unexpected(std::move(insert.error()));
  insert->bind(0, column.name);
  insert->bind(1, form_of(column.type).meaning);
  const auto done = insert->step();
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<void> make_tables(SqliteDatabase& database, const RowSchema& schema) {
  if (auto created = create_tables(database, schema); !created) return created;
  for (const Column& column : schema.columns) {
    if (auto noted = note_column(database, column); !noted) return noted;
  }
  return {};
}

Result<void> add_column(SqliteDatabase& database, const Column& column) {
  const auto added = database.execute(fmt::format("ALTER TABLE minute_rows ADD COLUMN {} {}",
                                                  quoted_sql_name(column.name), form_of(column.type).sql_type));
  return added ? note_column(database, column) : added;
}

Result<void> add_missing_columns(SqliteDatabase& database, const RowSchema& schema) {
  const auto stored = stored_schema(database);
  if (!stored) return std::unexpected(stored.error());
  for (const Column& column : schema.columns) {
    const auto same = std::ranges::find(stored->columns, column.name, &Column::name);
    if (same == stored->columns.end()) {
      if (auto added = add_column(database, column); !added) return added;
    } else if (same->type != column.type) {
      return fail(ErrorCode::kStorage,
                  fmt::format("{}: column '{}' holds a {} and would get a {}: move the file away, a new one is made",
                              database.path(), column.name, form_of(same->type).meaning, form_of(column.type).meaning));
    }
  }
  return {};
}

}  // namespace

Result<void> check_layout(SqliteDatabase& database) {
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version > kStoreVersion) {
    return fail(ErrorCode::kStorage,
                fmt::format("{}: was made by a newer acts (layout {}, this one knows {}): update acts", database.path(),
                            *version, kStoreVersion));
  }
  const auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  const auto ours = database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'minute_row_columns'");
  if (!ours) return std::unexpected(ours.error());
  if (*version < 0 || (*tables > 0 && (*version == 0 || *ours == 0))) {
    return fail(ErrorCode::kStorage,
                fmt::format("{}: is the database of another program: choose another data directory", database.path()));
  }
  return {};
}

Result<void> bring_up_to_date(SqliteDatabase& database, const RowSchema& schema) {
  ACTS_ASSERT(schema.columns.size() >= kKeyColumns);
  return database.transaction([&]() -> Result<void> {
    // Once more inside the transaction: another process may have come first.
    if (auto checked = check_layout(database); !checked) return checked;
    const auto version = database.integer("PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    const auto made = *version == 0 ? make_tables(database, schema) : add_missing_columns(database, schema);
    return made ? migrate(database) : made;
  });
}

Result<void> make_durable(SqliteDatabase& database) {
  for (const std::string_view sql :
       {std::string_view("PRAGMA journal_mode = WAL"), std::string_view("PRAGMA synchronous = FULL"), kLogSizeLimit}) {
    if (auto done = database.execute(sql); !done) return done;
  }
  return {};
}

Result<void> make_rejected_rows(SqliteDatabase& database) {
  return database.execute(
      "CREATE TABLE IF NOT EXISTS rejected_rows (venue TEXT NOT NULL, symbol TEXT NOT NULL, sample_time INTEGER NOT "
      "NULL, reason TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (venue, symbol, sample_time)) STRICT");
}

Result<RowSchema> stored_schema(SqliteDatabase& database) {
  auto columns = database.prepare("SELECT name, type FROM minute_row_columns ORDER BY position");
  if (!columns) return std::unexpected(std::move(columns.error()));
  RowSchema schema;
  for (;;) {
    const auto row = columns->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return schema;
    const std::string name = columns->text(0);
    const std::string meaning = columns->text(1);
    const auto form = std::ranges::find(kTypes, meaning, &TypeForm::meaning);
    if (form == kTypes.end()) {
      return fail(ErrorCode::kStorage,
                  fmt::format("{}: column '{}' holds a '{}', which this acts does not know: update acts",
                              database.path(), name, meaning));
    }
    schema.columns.push_back({name, form->type, schema.columns.size() >= kKeyColumns});
  }
}

Result<std::unique_ptr<SqliteDatabase>> open_current(const std::string& path, SqliteDatabase::Access access,
                                                     const SqliteOptions& options) {
  auto database = SqliteDatabase::open(path, access, options);
  if (!database) return database;
  if (auto checked = check_layout(**database); !checked) return std::unexpected(std::move(checked.error()));
  const auto version = (*database)->integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version != kStoreVersion) {
    return fail(ErrorCode::kStorage,
                fmt::format("{}: was made by an older acts: start 'acts collect' on it once", path));
  }
  if (access == SqliteDatabase::Access::kReadOnly) return database;
  if (auto durable = make_durable(**database); !durable) return std::unexpected(std::move(durable.error()));
  return database;
}

}  // namespace acts
