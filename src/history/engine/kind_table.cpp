#include "history/engine/kind_table.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "history/engine/chunk_columns.hpp"

namespace acts::history {
namespace {

using DuckValue = DuckHandle<duckdb_value, duckdb_destroy_value>;

struct KindFunction {
  const Kind* kind;
  std::size_t parts;
  OpenKindRows open;
};

// Of one use in one statement.
struct KindScan {
  std::unique_ptr<RowSource> rows;
  std::vector<std::size_t> columns;  // of the kind, that are wanted, in the order of the chunk's
};

template <typename T>
void destroy_kind(void* object) {
  delete static_cast<T*>(object);
}

void bind_kind(duckdb_bind_info info) {
  const auto& function = *static_cast<KindFunction*>(duckdb_bind_get_extra_info(info));
  const DuckValue value(duckdb_bind_get_parameter(info, 0));
  const std::int64_t part = duckdb_get_int64(value.get());
  if (part < 0 || static_cast<std::size_t>(part) >= function.parts) {
    return duckdb_bind_set_error(info, "there is no such part");
  }
  for (const TableColumn& column : function.kind->columns) {
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type_of(column, DecimalForm::kWide).get());
  }
  duckdb_bind_set_bind_data(info, std::make_unique<std::size_t>(part).release(), destroy_kind<std::size_t>);
}

void init_kind(duckdb_init_info info) {
  const auto& function = *static_cast<KindFunction*>(duckdb_init_get_extra_info(info));
  auto scan = std::make_unique<KindScan>();
  const idx_t count = duckdb_init_get_column_count(info);
  scan->columns.reserve(count);
  for (idx_t i = 0; i < count; ++i) scan->columns.push_back(duckdb_init_get_column_index(info, i));
  auto rows = function.open(*static_cast<std::size_t*>(duckdb_init_get_bind_data(info)));
  if (!rows) return duckdb_init_set_error(info, rows.error().message.c_str());
  scan->rows = *std::move(rows);
  duckdb_init_set_max_threads(info, 1);
  duckdb_init_set_init_data(info, scan.release(), destroy_kind<KindScan>);
}

void fill_kind(duckdb_function_info info, duckdb_data_chunk chunk) {
  const Kind& kind = *static_cast<KindFunction*>(duckdb_function_get_extra_info(info))->kind;
  auto& scan = *static_cast<KindScan*>(duckdb_function_get_init_data(info));
  const idx_t most = duckdb_vector_size();
  // Behind the kind's stands DuckDB's own number of the row, of a count(*): it has no place here.
  std::vector<std::pair<std::size_t, ChunkColumn>> columns;
  columns.reserve(scan.columns.size());
  for (std::size_t i = 0; i < scan.columns.size(); ++i) {
    const std::size_t column = scan.columns[i];
    if (column >= kind.columns.size()) continue;
    columns.emplace_back(column, ChunkColumn(chunk, i, kind.columns[column], DecimalForm::kWide));
  }
  Row row;
  idx_t rows = 0;
  for (; rows < most; ++rows) {
    const Result<bool> there = scan.rows->next(row);
    if (!there) return duckdb_function_set_error(info, there.error().message.c_str());
    if (!*there) break;
    widen(kind, row);
    for (auto& [column, cells] : columns) {
      row.is_null(column) ? cells.put_null(rows) : cells.put(rows, row.values[column]);
    }
  }
  duckdb_data_chunk_set_size(chunk, rows);
}

}  // namespace

Result<void> add_kind_function(Duck& duck, const std::string& name, const Kind& kind, std::size_t parts,
                               OpenKindRows open) {
  auto made = std::make_unique<KindFunction>(KindFunction{&kind, parts, std::move(open)});
  const DuckFunction function(duckdb_create_table_function());
  const DuckType number(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  duckdb_table_function_set_name(function.get(), name.c_str());
  duckdb_table_function_add_parameter(function.get(), number.get());
  duckdb_table_function_set_extra_info(function.get(), made.release(), destroy_kind<KindFunction>);
  duckdb_table_function_set_bind(function.get(), bind_kind);
  duckdb_table_function_set_init(function.get(), init_kind);
  duckdb_table_function_set_function(function.get(), fill_kind);
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  if (duckdb_register_table_function(duck.impl().connection, function.get()) == DuckDBSuccess) return {};
  return duck_error("take a table function");
}

}  // namespace acts::history
