#include "store/sqlite_database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "acts/base/assert.hpp"

namespace acts {
namespace {

std::string_view remedy_for(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return "free some space on its disk";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "end the other program that writes to it";
    case SQLITE_NOTADB: return "move that file away or choose another data directory";
    case SQLITE_CORRUPT: return "it is damaged: move it away and keep it, a new one is made";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN: return "check that its directory is there and that both may be written";
    case SQLITE_IOERR: return "check the disk";
    default: return "this should not happen: report it with the file";
  }
}

int open_flags(SqliteDatabase::Access access) {
  switch (access) {
    case SqliteDatabase::Access::kCreate: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case SqliteDatabase::Access::kExisting: return SQLITE_OPEN_READWRITE;
    case SqliteDatabase::Access::kReadOnly: break;
  }
  return SQLITE_OPEN_READONLY;
}

// What is wrong with the values that were given, rather than with the database or its disk.
bool is_refusal(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG: return true;
    default: return false;
  }
}

}  // namespace

std::string quoted_sql_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void SqliteStatement::bind_null(int parameter) {
  ACTS_ASSERT(sqlite3_bind_null(statement_.get(), parameter + 1) == SQLITE_OK);
}

void SqliteStatement::bind(int parameter, std::int64_t value) {
  ACTS_ASSERT(sqlite3_bind_int64(statement_.get(), parameter + 1, value) == SQLITE_OK);
}

void SqliteStatement::bind(int parameter, double value) {
  ACTS_ASSERT(sqlite3_bind_double(statement_.get(), parameter + 1, value) == SQLITE_OK);
}

void SqliteStatement::bind(int parameter, std::string_view text) {
  // SQLITE_TRANSIENT is a cast of -1 to a function pointer: SQLite copies the text. It is never called.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  const auto copied = reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1});
  ACTS_ASSERT(sqlite3_bind_text64(statement_.get(), parameter + 1, text.data() != nullptr ? text.data() : "",
                                  text.size(), copied, SQLITE_UTF8) == SQLITE_OK);
}

Result<bool> SqliteStatement::step() {
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) {
    reset();
    return false;
  }
  auto error = database_->last_error();
  reset();
  return error;
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }

bool SqliteStatement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double SqliteStatement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string SqliteStatement::text(int column) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes != nullptr ? std::string(bytes, size) : std::string();
}

void SqliteDatabase::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& path, Access access,
                                                             const SqliteOptions& options) {
  const int flags = open_flags(access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &handle, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  ACTS_ASSERT(handle != nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path, handle, options.busy_timeout));
  if (status != SQLITE_OK) return database->last_error();
  sqlite3_busy_timeout(handle,
                       static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(options.busy_timeout).count()));
  // The first read finds out whether it is a database at all.
  if (const auto version = database->integer("PRAGMA user_version"); !version) {
    return std::unexpected(version.error());
  }
  // SQLite opens for reading what may not be written, and would say so at the first row.
  if (access != Access::kReadOnly && sqlite3_db_readonly(handle, "main") == 1) {
    return fail(ErrorCode::kStorage, fmt::format("{}: may only be read: {}", path, remedy_for(SQLITE_READONLY)));
  }
  return database;
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (status != SQLITE_OK) return last_error();
  return SqliteStatement(*this, statement);
}

Result<void> SqliteDatabase::execute(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  for (;;) {
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
  }
}

Result<std::int64_t> SqliteDatabase::integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  ACTS_ASSERT(*row);
  return statement->integer(0);
}

void SqliteDatabase::roll_back() {
  // SQLite has rolled back by itself after some failures; then there is nothing to do.
  if (sqlite3_get_autocommit(handle_.get()) == 0) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::unexpected<Error> SqliteDatabase::last_error() const {
  const int code = sqlite3_extended_errcode(handle_.get());
  if (is_refusal(code)) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: refused: {}", path_, sqlite3_errmsg(handle_.get())));
  }
  std::string waited;
  if ((code & 0xff) == SQLITE_BUSY) waited = fmt::format(" for {}", to_string(busy_timeout_));
  return fail(ErrorCode::kStorage,
              fmt::format("{}: {}{}: {}", path_, sqlite3_errmsg(handle_.get()), waited, remedy_for(code)));
}

}  // namespace acts
