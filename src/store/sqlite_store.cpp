#include "store/sqlite_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "acts/base/assert.hpp"

#include "store/sqlite_rows.hpp"
#include "store/sqlite_schema.hpp"

namespace acts {
namespace {

std::string upsert_sql(const RowSchema& schema) {
  const auto name = [&](std::size_t i) { return quoted_sql_name(schema.columns[i].name); };
  std::string parameters;
  std::string updates;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    parameters += i == 0 ? "?" : ", ?";
    if (i < 3) continue;
    updates += fmt::format("{} {} = excluded.{}", i == 3 ? "UPDATE SET" : ",", name(i), name(i));
  }
  return fmt::format("INSERT INTO minute_rows ({}) VALUES ({}) ON CONFLICT ({}, {}, {}) DO {}", column_list(schema),
                     parameters, name(0), name(1), name(2), updates.empty() ? "NOTHING" : updates);
}

struct Binder {
  SqliteStatement& statement;
  int parameter;
  void operator()(std::monostate) const { statement.bind_null(parameter); }
  void operator()(const std::string& text) const { statement.bind(parameter, text); }
  void operator()(UnixNanos time) const { statement.bind(parameter, to_unix_millis(time)); }
  void operator()(const Decimal& number) const { statement.bind(parameter, to_string(number)); }
  void operator()(double ratio) const { statement.bind(parameter, ratio); }
  void operator()(std::int64_t count) const { statement.bind(parameter, count); }
};

Result<void> make_directory_of(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!directory.empty()) std::filesystem::create_directories(directory, error);
  if (!error) return {};
  return fail(ErrorCode::kStorage, fmt::format("{}: cannot be made: {}: choose another data directory",
                                               directory.string(), error.message()));
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, RowSchema schema,
                                                       const SqliteOptions& options) {
  if (auto made = make_directory_of(path); !made) return std::unexpected(std::move(made.error()));
  auto database = SqliteDatabase::open(path, SqliteDatabase::Access::kCreate, options);
  if (!database) return std::unexpected(std::move(database.error()));
  // Before anything is changed in a file that is not ours.
  for (const auto& step : {std::function([&] { return check_layout(**database); }),
                           std::function([&] { return make_durable(**database); }),
                           std::function([&] { return bring_up_to_date(**database, schema); })}) {
    if (auto done = step(); !done) return std::unexpected(std::move(done.error()));
  }
  auto upsert = (*database)->prepare(upsert_sql(schema));
  if (!upsert) return std::unexpected(std::move(upsert.error()));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(*database), std::move(schema)));
  store->upsert_.emplace(std::move(*upsert));
  return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_to_read(const std::string& path, const SqliteOptions& options) {
  auto database = SqliteDatabase::open(path, SqliteDatabase::Access::kReadOnly, options);
  if (!database) return std::unexpected(std::move(database.error()));
  if (auto checked = check_layout(**database); !checked) return std::unexpected(std::move(checked.error()));
  auto schema = stored_schema(**database);
  if (!schema) return std::unexpected(std::move(schema.error()));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database), std::move(*schema)));
}

Result<void> SqliteStore::upsert(std::span<const MinuteRow> rows) {
  ACTS_ASSERT(upsert_.has_value());
  if (rows.empty()) return {};
  return database_->transaction([&]() -> Result<void> {
    for (const MinuteRow& row : rows) {
      if (auto written = write(row); !written) return written;
    }
    return {};
  });
}

Result<void> SqliteStore::set_aside(const MinuteRow& row, std::string_view reason) {
  return database_->transaction([&]() -> Result<void> {
    if (auto made = make_rejected_rows(*database_); !made) return made;
    auto insert = database_->prepare("INSERT OR REPLACE INTO rejected_rows VALUES (?, ?, ?, ?, ?)");
    if (!insert) return std::unexpected(std::move(insert.error()));
    insert->bind(0, row.venue());
    insert->bind(1, row.symbol());
    insert->bind(2, to_unix_millis(row.sample_time()));
    insert->bind(3, reason);
    insert->bind(4, json_of(schema_, row));
    const auto done = insert->step();
    return done ? Result<void>{} : std::unexpected(done.error());
  });
}

Result<void> SqliteStore::write(const MinuteRow& row) {
  ACTS_ASSERT(row.values.size() == schema_.columns.size());
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const Value& value = row.values[i];
    // Alternative 0 is "not known"; the others are in the order of ColumnType.
    ACTS_ASSERT(value.index() == 0 ? i >= 3 : value.index() == static_cast<std::size_t>(schema_.columns[i].type) + 1);
    std::visit(Binder{*upsert_, static_cast<int>(i)}, value);
  }
  const auto done = upsert_->step();
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<RowCursor> SqliteStore::find(const RowRange& range) {
  const auto name = [this](std::size_t i) { return quoted_sql_name(schema_.columns[i].name); };
  auto statement = database_->prepare(
      fmt::format("SELECT {} FROM minute_rows WHERE {} >= ? AND {} < ?{}{} ORDER BY {}, {}, {}", column_list(schema_),
                  name(2), name(2), range.venue.empty() ? "" : fmt::format(" AND {} = ?3", name(0)),
                  range.symbol.empty() ? "" : fmt::format(" AND {} = ?4", name(1)), name(0), name(1), name(2)));
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, first_milli_from(range.from));
  statement->bind(1, first_milli_from(range.to));
  if (!range.venue.empty()) statement->bind(2, range.venue);
  if (!range.symbol.empty()) statement->bind(3, range.symbol);
  return RowCursor(std::move(*statement), schema_, database_->path());
}

Result<bool> RowCursor::next(MinuteRow& row) {
  if (has_ended_) return false;  // the statement would begin again
  Result<bool> found = statement_.step();
  has_ended_ = !found || !*found;
  if (has_ended_) return found;
  auto read = read_row(statement_, *schema_, *path_);
  if (!read) return std::unexpected(std::move(read.error()));
  row = std::move(*read);
  return true;
}

Result<void> SqliteStore::read(const RowRange& range, const std::function<bool(MinuteRow)>& take) {
  auto cursor = find(range);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  for (;;) {
    MinuteRow row;
    const Result<bool> found = cursor->next(row);
    if (!found) return std::unexpected(found.error());
    if (!*found || !take(std::move(row))) return {};
  }
}

Result<std::vector<MinuteRow>> SqliteStore::rows(const RowRange& range) {
  std::vector<MinuteRow> found;
  const auto done = read(range, [&](MinuteRow row) {
    found.push_back(std::move(row));
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return found;
}

Result<std::vector<SymbolRows>> SqliteStore::symbols() {
  const bool has_state = std::ranges::find(schema_.columns, "state", &Column::name) != schema_.columns.end();
  auto statement = database_->prepare(
      fmt::format("SELECT venue, symbol, count(*), {}, min(sample_time), max(sample_time) FROM minute_rows GROUP BY "
                  "venue, symbol ORDER BY venue, symbol",
                  has_state ? "count(*) FILTER (WHERE state = 'live')" : "0"));
  if (!statement) return std::unexpected(std::move(statement.error()));
  std::vector<SymbolRows> symbols;
  for (;;) {
    const auto found = statement->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return symbols;
    symbols.push_back({statement->text(0), statement->text(1), statement->integer(2), statement->integer(3),
                       time_of(statement->integer(4)).value_or(UnixNanos{}),
                       time_of(statement->integer(5)).value_or(UnixNanos{})});
  }
}

Result<std::optional<UnixNanos>> SqliteStore::last_sample_time(std::string_view venue, std::string_view symbol) {
  const auto name = [this](std::size_t i) { return quoted_sql_name(schema_.columns[i].name); };
  auto statement = database_->prepare(
      fmt::format("SELECT max({}) FROM minute_rows WHERE {} = ? AND {} = ?", name(2), name(0), name(1)));
  if (!statement) return std::unexpected(std::move(statement.error()));
  statement->bind(0, venue);
  statement->bind(1, symbol);
  const auto found = statement->step();
  if (!found) return std::unexpected(found.error());
  return statement->is_null(0) ? std::nullopt : time_of(statement->integer(0));
}

}  // namespace acts
