#include "store/sqlite_rows.hpp"

#include <fmt/format.h>

#include <cmath>

namespace acts {
namespace {

Result<Value> read_value(const SqliteStatement& statement, int at, const Column& column, const std::string& path) {
  if (statement.is_null(at)) return Value{};
  const auto is_not = [&](std::string_view kind) {
    return fail(ErrorCode::kStorage, fmt::format("{}: '{}' in column '{}' of minute_rows is not a {}: was it edited?",
                                                 path, statement.text(at), column.name, kind));
  };
  switch (column.type) {
    case ColumnType::kText: return Value{statement.text(at)};
    case ColumnType::kRatio: {
      const double number = statement.real(at);
      if (!std::isfinite(number)) return is_not("finite number");
      return Value{number};
    }
    case ColumnType::kCount: return Value{statement.integer(at)};
    case ColumnType::kTime: {
      const auto time = time_of(statement.integer(at));
      if (!time) return is_not("time");
      return Value{*time};
    }
    case ColumnType::kDecimal: {
      auto number = parse_decimal(statement.text(at));
      if (!number) return is_not("decimal");
      return Value{*number};
    }
  }
  return Value{};
}

}  // namespace

std::string column_list(const RowSchema& schema, std::string_view prefix) {
  std::string list;
  for (const Column& column : schema.columns) {
    if (!list.empty()) list += ", ";
    list += prefix;
    list += quoted_sql_name(column.name);
  }
  return list;
}

std::string first_names(const RowSchema& schema, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) list += ", ";
    list += schema.columns[i].name;
  }
  return list;
}

Result<MinuteRow> read_row(const SqliteStatement& statement, const RowSchema& schema, const std::string& path,
                           int first) {
  MinuteRow row;
  row.values.reserve(schema.columns.size());
  for (const Column& column : schema.columns) {
    auto value = read_value(statement, first++, column, path);
    if (!value) return std::unexpected(std::move(value.error()));
    row.values.push_back(std::move(*value));
  }
  return row;
}

std::string json_of(const RowSchema& schema, const MinuteRow& row) {
  std::string json;
  append_json(json, schema, row);
  if (json.ends_with('\n')) json.pop_back();
  return json;
}

std::optional<UnixNanos> time_of(std::int64_t millis) {
  constexpr std::int64_t kLast = INT64_MAX / 1'000'000;
  if (millis > kLast || millis < -kLast) return std::nullopt;
  return from_unix_millis(millis);
}

std::int64_t first_milli_from(UnixNanos t) { return to_unix_millis(t) + static_cast<int>(t.value % 1'000'000 != 0); }

}  // namespace acts
