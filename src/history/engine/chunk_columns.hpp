// Cells of a kind's rows in DuckDB's chunks of columns. Of engine/ alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "acts/base/decimal.hpp"

#include "history/engine/duck_impl.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// The type that a column has in files and views.
DuckType type_of(const TableColumn& column, DecimalForm form);

// One column of a chunk, from wherever it is to be filled on or read.
class ChunkColumn {
 public:
  ChunkColumn() = default;
  ChunkColumn(duckdb_data_chunk chunk, std::size_t index, const TableColumn& column, DecimalForm form);

  void put(idx_t row, int128 value) {
    switch (width_) {
      case Width::kByte: static_cast<bool*>(data_)[row] = value != 0; return;
      case Width::kWord: static_cast<std::int64_t*>(data_)[row] = static_cast<std::int64_t>(value); return;
      case Width::kHuge: static_cast<duckdb_hugeint*>(data_)[row] = to_hugeint(value); return;
    }
  }
  void put_null(idx_t row);

  [[nodiscard]] bool is_null(idx_t row) const {
    return validity_ != nullptr && !duckdb_validity_row_is_valid(validity_, row);
  }
  [[nodiscard]] int128 get(idx_t row) const {
    switch (width_) {
      case Width::kByte: return static_cast<int>(static_cast<const bool*>(data_)[row]);
      case Width::kWord: return static_cast<const std::int64_t*>(data_)[row];
      case Width::kHuge: return from_hugeint(static_cast<const duckdb_hugeint*>(data_)[row]);
    }
    return 0;
  }

 private:
  enum class Width : std::uint8_t { kByte, kWord, kHuge };
  duckdb_vector vector_ = nullptr;
  void* data_ = nullptr;
  std::uint64_t* validity_ = nullptr;
  Width width_ = Width::kWord;
};

// Of a chunk that has the kind's columns in their order.
using ChunkColumns = std::array<ChunkColumn, kMaxColumns>;
ChunkColumns columns_of(duckdb_data_chunk chunk, const Kind& kind, DecimalForm form);

}  // namespace acts::history
