// SQLite's C interface as values: a connection, a prepared statement, and errors that say what to do. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace acts {

// "name", whatever is in it.
std::string quoted_sql_name(std::string_view name);

class SqliteDatabase;

class SqliteStatement {
 public:
  // Parameters and columns count from 0. Texts are copied.
  void bind_null(int parameter);
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind(int parameter, std::string_view text);

  // True: there is a row to read. False: done, and ready to be run again. Errors: kStorage; kBadInput if a
  // constraint, a trigger or a limit refuses the values; also ready to be run again.
  Result<bool> step();
  // Gives up the rows that are left.
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqliteStatement(SqliteDatabase& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}

  SqliteDatabase* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

struct SqliteOptions {
  Nanos busy_timeout = std::chrono::seconds{5};  // how long to wait for another writer
  std::string vfs;                               // SQLite's way to the disk; empty: the usual one
};

// Statements must not outlive their database; neither moves.
class SqliteDatabase {
 public:
  enum class Access : std::uint8_t { kCreate, kExisting, kReadOnly };  // kExisting: to write, but not made

  // Errors: kStorage, naming path and remedy: cannot be opened, may not be written, is not a database.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path, Access access,
                                                      const SqliteOptions& options);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  Result<SqliteStatement> prepare(std::string_view sql);
  // One statement whose rows, if any, do not matter.
  Result<void> execute(std::string_view sql);
  // The first value of the first row, which must be there.
  Result<std::int64_t> integer(std::string_view sql);

  // BEGIN IMMEDIATE, what `body` does, COMMIT; ROLLBACK if anything fails.
  template <typename Body>
  Result<void> transaction(Body&& body) {
    if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
    Result<void> done = body();
    if (done) done = execute("COMMIT");
    if (!done) roll_back();
    return done;
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  // What the last call failed with, and the remedy.
  [[nodiscard]] std::unexpected<Error> last_error() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  SqliteDatabase(std::string path, sqlite3* handle, Nanos busy_timeout)
      : path_(std::move(path)), handle_(handle), busy_timeout_(busy_timeout) {}
  void roll_back();

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
  Nanos busy_timeout_;
};

}  // namespace acts
