#include "history/engine/chunk_columns.hpp"

namespace acts::history {
namespace {

bool is_huge(const TableColumn& column, DecimalForm form) {
  return is_decimal(column.type) && decimal_shape(column.type, form).precision > 18;
}

}  // namespace

DuckType type_of(const TableColumn& column, DecimalForm form) {
  switch (column.type) {
    case CellType::kTime: return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP));
    case CellType::kNanos:
    case CellType::kInteger: return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
    case CellType::kFlag: return DuckType(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
    default: break;
  }
  const DecimalShape shape = decimal_shape(column.type, form);
  return DuckType(
      duckdb_create_decimal_type(static_cast<std::uint8_t>(shape.precision), static_cast<std::uint8_t>(shape.scale)));
}

ChunkColumn::ChunkColumn(duckdb_data_chunk chunk, std::size_t index, const TableColumn& column, DecimalForm form)
    : vector_(duckdb_data_chunk_get_vector(chunk, index)),
      data_(duckdb_vector_get_data(vector_)),
      validity_(duckdb_vector_get_validity(vector_)),
      width_(column.type == CellType::kFlag ? Width::kByte
             : is_huge(column, form)        ? Width::kHuge
                                            : Width::kWord) {}

void ChunkColumn::put_null(idx_t row) {
  if (validity_ == nullptr) {
    duckdb_vector_ensure_validity_writable(vector_);
    validity_ = duckdb_vector_get_validity(vector_);
  }
  duckdb_validity_set_row_invalid(validity_, row);
}

ChunkColumns columns_of(duckdb_data_chunk chunk, const Kind& kind, DecimalForm form) {
  ChunkColumns columns;
  for (std::size_t i = 0; i < kind.columns.size(); ++i) columns[i] = ChunkColumn(chunk, i, kind.columns[i], form);
  return columns;
}

}  // namespace acts::history
