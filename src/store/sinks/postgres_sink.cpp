// PostgreSQL and TimescaleDB. Rows go as one JSON array a statement: the server's own reading of it makes numeric,
// timestamptz and double precision of the texts that acts writes everywhere, exactly, and a statement is a
// transaction. (COPY would be faster, but not every server that speaks this protocol has it.)
#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "acts/base/assert.hpp"

#include "store/sinks/pg_connection.hpp"
#include "store/sinks/sink.hpp"
#include "store/sinks/sink_text.hpp"
#include "store/sinks/sink_uri.hpp"
#include "store/sqlite_rows.hpp"

namespace acts {
namespace {

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kText: return "text";
    case ColumnType::kTime: return "timestamptz";
    case ColumnType::kDecimal: return "numeric";
    case ColumnType::kRatio: return "double precision";
    case ColumnType::kCount: break;
  }
  return "bigint";
}

// Of a table that somebody else made: whether a column of this type takes every value as it is. numeric(18, 8) would
// round without a word.
bool takes_exactly(ColumnType column, std::string_view type) {
  switch (column) {
    case ColumnType::kText: return type == "text" || type == "character varying";
    case ColumnType::kTime:
      return type == "timestamp with time zone" || type == "timestamp(3) with time zone" ||
             type == "timestamp(6) with time zone";
    case ColumnType::kDecimal: return type == "numeric";
    case ColumnType::kRatio: return type == "double precision";
    case ColumnType::kCount: break;
  }
  return type == "bigint" || type == "numeric";
}

std::string quoted_table(std::string_view table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return quoted_sql_name(table);
  return quoted_sql_name(table.substr(0, dot)) + "." + quoted_sql_name(table.substr(dot + 1));
}

std::string definition(const Column& column) {
  return fmt::format("{} {}{}", quoted_sql_name(column.name), sql_type(column.type),
                     column.nullable ? "" : " NOT NULL");
}

class PostgresSink final : public Sink {
 public:
  PostgresSink(const SinkSettings& settings, SinkContent content, SinkLimits limits)
      : settings_(settings),
        layout_(layout_of(settings, content)),
        limits_(std::move(limits)),
        table_(quoted_table(layout_.table)) {}

  Result<std::vector<std::string>> open(const RowSchema& schema) override;
  Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) override;
  Result<std::vector<MinuteRow>> read(const std::string& venue, const std::string& symbol) override;
  Result<void> remove(const std::string& venue, const std::string& symbol) override;
  [[nodiscard]] std::string target() const override {
    return fmt::format("{}, table {}", shown(split_uri(settings_.uri)), layout_.table);
  }

 private:
  Result<void> run(const std::string& sql) {
    auto done = connection_->execute(sql);
    return done ? Result<void>() : std::unexpected(std::move(done.error()));
  }
  // The first value of the first row is true.
  Result<bool> holds(const std::string& sql) {
    auto answer = connection_->execute(sql);
    if (!answer) return std::unexpected(std::move(answer.error()));
    return answer->rows() > 0 && answer->text(0, 0) == "t";
  }
  Result<void> make_table(std::vector<std::string>& made);
  Result<void> make_hypertable(std::vector<std::string>& made);
  Result<void> add_columns(std::vector<std::string>& made);
  [[nodiscard]] std::string upsert_sql() const;

  [[nodiscard]] std::string key() const { return first_names(schema_, layout_.key_columns); }

  SinkSettings settings_;
  SinkLayout layout_;
  SinkLimits limits_;
  std::string table_;  // quoted
  RowSchema schema_;
  std::optional<PgConnection> connection_;
};

Result<std::vector<std::string>> PostgresSink::open(const RowSchema& schema) {
  connection_.reset();
  schema_ = schema;
  auto connection = PgConnection::connect(settings_.uri, settings_.password, limits_);
  if (!connection) return std::unexpected(std::move(connection.error()));
  connection_.emplace(std::move(*connection));
  std::vector<std::string> made;
  for (const auto step : {&PostgresSink::make_table, &PostgresSink::make_hypertable, &PostgresSink::add_columns}) {
    if (auto done = (this->*step)(made); !done) return std::unexpected(std::move(done.error()));
  }
  return made;
}

Result<void> PostgresSink::make_table(std::vector<std::string>& made) {
  const auto there = holds(fmt::format("SELECT to_regclass('{}') IS NOT NULL", table_));
  if (!there) return std::unexpected(there.error());
  if (*there) return {};
  std::string columns;
  for (const Column& column : schema_.columns) columns += definition(column) + ", ";
  if (auto done = run(fmt::format("CREATE TABLE IF NOT EXISTS {} ({}PRIMARY KEY ({}))", table_, columns, key()));
      !done) {
    return done;
  }
  made.push_back(fmt::format("made table {} with {} columns", layout_.table, schema_.columns.size()));
  return {};
}

Result<void> PostgresSink::make_hypertable(std::vector<std::string>& made) {
  const auto has_timescale = holds("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'timescaledb')");
  if (!has_timescale) return std::unexpected(has_timescale.error());
  if (!*has_timescale) return {};
  const auto is_hyper =
      holds(fmt::format("SELECT EXISTS (SELECT 1 FROM timescaledb_information.hypertables WHERE "
                        "format('%I.%I', hypertable_schema, hypertable_name)::regclass = '{}'::regclass)",
                        table_));
  if (!is_hyper) return std::unexpected(is_hyper.error());
  if (*is_hyper) return {};
  if (auto done = run(fmt::format("SELECT create_hypertable('{}', '{}', if_not_exists => TRUE, migrate_data => TRUE)",
                                  table_, layout_.time_column));
      !done) {
    return done;
  }
  made.push_back(fmt::format("made table {} a hypertable by {}", layout_.table, layout_.time_column));
  return {};
}

Result<void> PostgresSink::add_columns(std::vector<std::string>& made) {
  const auto answer =
      connection_->execute(fmt::format("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE "
                                       "attrelid = '{}'::regclass AND attnum > 0 AND NOT "
                                       "attisdropped",
                                       table_));
  if (!answer) return std::unexpected(answer.error());
  std::map<std::string, std::string, std::less<>> there;
  for (int row = 0; row < answer->rows(); ++row) there.emplace(answer->text(row, 0), answer->text(row, 1));
  for (const Column& column : schema_.columns) {
    const auto found = there.find(column.name);
    if (found != there.end() && !takes_exactly(column.type, found->second)) {
      return fail(ErrorCode::kRefused,
                  fmt::format("column {} of table {} is {}, which does not take every value exactly: {} is needed",
                              column.name, layout_.table, found->second, sql_type(column.type)));
    }
    if (found != there.end()) continue;
    if (auto done = run(fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}", table_,
                                    quoted_sql_name(column.name), sql_type(column.type)));
        !done) {
      return done;
    }
    made.push_back(fmt::format("added column {} to table {}", column.name, layout_.table));
  }
  return {};
}

std::string PostgresSink::upsert_sql() const {
  const std::string names = column_list(schema_);
  std::string updates;
  for (std::size_t i = layout_.key_columns; i < schema_.columns.size(); ++i) {
    const std::string name = quoted_sql_name(schema_.columns[i].name);
    updates += fmt::format("{}{} = excluded.{}", updates.empty() ? "" : ", ", name, name);
  }
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM json_populate_recordset(NULL::{}, $1) ON CONFLICT ({}) DO {}",
                     table_, names, names, table_, key(), updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

Result<std::vector<Refusal>> PostgresSink::write(std::span<const MinuteRow> rows) {
  ACTS_ASSERT(connection_.has_value());
  std::string array = "[";
  for (const MinuteRow& row : rows) {
    if (array.size() > 1) array += ',';
    append_json(array, schema_, row);
  }
  array += ']';
  const auto done = connection_->execute(upsert_sql(), {array});
  if (!done) return std::unexpected(done.error());
  return std::vector<Refusal>{};
}

Result<std::vector<MinuteRow>> PostgresSink::read(const std::string& venue, const std::string& symbol) {
  ACTS_ASSERT(connection_.has_value());
  std::string columns;
  for (const Column& column : schema_.columns) {
    const std::string name = quoted_sql_name(column.name);
    if (!columns.empty()) columns += ", ";
    columns += column.type == ColumnType::kTime ? fmt::format("(extract(epoch FROM {}) * 1000)::bigint", name) : name;
  }
  const auto answer = connection_->execute(
      fmt::format("SELECT {} FROM {} WHERE ($1 = '' OR venue = $1) AND ($2 = '' OR symbol = $2) ORDER BY {}", columns,
                  table_, layout_.time_column),
      {venue, symbol});
  if (!answer) return std::unexpected(answer.error());
  std::vector<MinuteRow> rows;
  for (int row = 0; row < answer->rows(); ++row) {
    MinuteRow& made = rows.emplace_back();
    for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
      const int column = static_cast<int>(i);
      auto value = answer->is_null(row, column) ? Result<Value>(Value{})
                                                : parse_value(schema_.columns[i], answer->text(row, column));
      if (!value) return std::unexpected(std::move(value.error()));
      made.values.push_back(std::move(*value));
    }
  }
  return rows;
}

Result<void> PostgresSink::remove(const std::string& venue, const std::string& symbol) {
  ACTS_ASSERT(connection_.has_value());
  const auto done =
      connection_->execute(fmt::format("DELETE FROM {} WHERE venue = $1 AND symbol = $2", table_), {venue, symbol});
  return done ? Result<void>() : std::unexpected(done.error());
}

}  // namespace

std::unique_ptr<Sink> make_postgres_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits) {
  return std::make_unique<PostgresSink>(settings, content, std::move(limits));
}

}  // namespace acts
