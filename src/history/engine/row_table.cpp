#include "history/engine/row_table.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "history/engine/duck_impl.hpp"

namespace acts::history {
namespace {

constexpr int kPrecision = 38;

struct Table {
  RowSchema schema;
  OpenTableRows open;
  std::string failure = {};  // of a failing view,
  bool has_view = false;     // which cannot be made of a function that fails already
};

// Of one use in one statement.
struct Scan {
  std::unique_ptr<TableRows> rows;
  std::vector<std::size_t> columns;  // of the schema, that are wanted, in the order of the chunk's
  MinuteRow row;
};

template <typename T>
void destroy(void* object) {
  delete static_cast<T*>(object);
}

DuckType type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kText: return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
    case ColumnType::kTime: return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP));
    case ColumnType::kDecimal: return DuckType(duckdb_create_decimal_type(kPrecision, kMaxScale));
    case ColumnType::kRatio: return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE));
    case ColumnType::kCount: break;
  }
  return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
}

void bind_table(duckdb_bind_info info) {
  const auto& table = *static_cast<Table*>(duckdb_bind_get_extra_info(info));
  if (table.has_view && !table.failure.empty()) return duckdb_bind_set_error(info, table.failure.c_str());
  for (const Column& column : table.schema.columns) {
    duckdb_bind_add_result_column(info, column.name.c_str(), type_of(column.type).get());
  }
}

void init_table(duckdb_init_info info) {
  const auto& table = *static_cast<Table*>(duckdb_init_get_extra_info(info));
  auto scan = std::make_unique<Scan>();
  scan->columns.reserve(duckdb_init_get_column_count(info));
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    scan->columns.push_back(duckdb_init_get_column_index(info, i));
  }
  auto rows = table.open();
  if (!rows) return duckdb_init_set_error(info, rows.error().message.c_str());
  scan->rows = *std::move(rows);
  duckdb_init_set_max_threads(info, 1);
  duckdb_init_set_init_data(info, scan.release(), destroy<Scan>);
}

// Puts one value into its place. False: it does not fit.
struct Putter {
  duckdb_vector vector;
  idx_t row;

  template <typename T>
  bool put(T value) const {
    static_cast<T*>(duckdb_vector_get_data(vector))[row] = value;
    return true;
  }
  bool operator()(std::monostate) const {
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
    return true;
  }
  bool operator()(const std::string& text) const {
    duckdb_vector_assign_string_element_len(vector, row, text.data(), text.size());
    return true;
  }
  bool operator()(UnixNanos time) const { return put(time.value / 1000); }
  bool operator()(const Decimal& number) const {
    const int128 factor = power_of_ten(kMaxScale - number.scale);
    // 10^38
    const int128 limit = int128{power_of_ten(kMaxScale)} * power_of_ten(kMaxScale) * 100;
    if (number.units >= limit / factor || number.units <= -limit / factor) return false;
    return put(to_hugeint(number.units * factor));
  }
  bool operator()(double ratio) const { return put(ratio); }
  bool operator()(std::int64_t count) const { return put(count); }
};

void fill_table(duckdb_function_info info, duckdb_data_chunk chunk) {
  const auto& table = *static_cast<Table*>(duckdb_function_get_extra_info(info));
  auto& scan = *static_cast<Scan*>(duckdb_function_get_init_data(info));
  const idx_t most = duckdb_vector_size();
  idx_t rows = 0;
  for (; rows < most; ++rows) {
    const Result<bool> there = scan.rows->next(scan.row);
    if (!there) return duckdb_function_set_error(info, there.error().message.c_str());
    if (!*there) break;
    for (idx_t i = 0; i < scan.columns.size(); ++i) {
      const std::size_t column = scan.columns[i];
      if (column >= table.schema.columns.size()) continue;  // DuckDB's own number of the row, of a count(*)
      if (std::visit(Putter{duckdb_data_chunk_get_vector(chunk, i), rows}, scan.row.values[column])) continue;
      const std::string name = table.schema.columns[column].name;
      return duckdb_function_set_error(info, fmt::format("a value of {} is 10^20 or more", name).c_str());
    }
  }
  duckdb_data_chunk_set_size(chunk, rows);
}

Result<void> add_view(Duck& duck, const std::string& name, Table made) {
  const std::string function_name = fmt::format("acts_{}", name);
  auto table = std::make_unique<Table>(std::move(made));
  Table& taken = *table;
  const DuckFunction function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.get(), function_name.c_str());
  duckdb_table_function_set_extra_info(function.get(), table.release(), destroy<Table>);
  duckdb_table_function_set_bind(function.get(), bind_table);
  duckdb_table_function_set_init(function.get(), init_table);
  duckdb_table_function_set_function(function.get(), fill_table);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(duck.impl().connection, function.get()) != DuckDBSuccess) {
    return duck_error("take a table function");
  }
  Result<void> run = duck.run(fmt::format("CREATE VIEW {} AS SELECT * FROM {}()", name, function_name));
  taken.has_view = true;
  return run;
}

}  // namespace

Result<void> add_row_view(Duck& duck, const std::string& name, RowSchema schema, OpenTableRows open) {
  return add_view(duck, name, {.schema = std::move(schema), .open = std::move(open)});
}

Result<void> add_failing_view(Duck& duck, const std::string& name, std::string why) {
  const OpenTableRows open = [why]() -> Result<std::unique_ptr<TableRows>> { return fail(ErrorCode::kStorage, why); };
  RowSchema schema{{{"unknown", ColumnType::kText, true}}};
  return add_view(duck, name, {.schema = std::move(schema), .open = open, .failure = std::move(why)});
}

}  // namespace acts::history
