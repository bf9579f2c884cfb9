// What the files of engine/ share of DuckDB's C interface: handles that free themselves.
#pragma once

#include <duckdb.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

// Where acts_rows() takes its rows from while one statement runs (parquet_writer.cpp).
struct RowFeed {
  RowSource* source = nullptr;
  const Kind* kind = nullptr;
  DecimalForm form = DecimalForm::kNarrow;
  std::optional<Error> failure;  // of the source: DuckDB's own message would hide its code
};

struct Duck::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }

  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  RowFeed feed;
};

// A DuckDB handle that is destroyed by a function which takes its address.
template <typename Handle, void (*Destroy)(Handle*)>
class DuckHandle {
 public:
  DuckHandle() = default;
  explicit DuckHandle(Handle handle) : handle_(handle) {}
  ~DuckHandle() { reset(); }
  DuckHandle(DuckHandle&& other) noexcept : handle_(other.handle_) { other.handle_ = {}; }
  DuckHandle& operator=(DuckHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  DuckHandle(const DuckHandle&) = delete;
  DuckHandle& operator=(const DuckHandle&) = delete;

  void reset(Handle handle = {}) {
    Destroy(&handle_);
    handle_ = handle;
  }
  [[nodiscard]] Handle get() const { return handle_; }
  [[nodiscard]] Handle* out() { return &handle_; }

 private:
  Handle handle_{};
};
using DuckResult = DuckHandle<duckdb_result, duckdb_destroy_result>;
using DuckType = DuckHandle<duckdb_logical_type, duckdb_destroy_logical_type>;
using DuckChunk = DuckHandle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using DuckStatement = DuckHandle<duckdb_prepared_statement, duckdb_destroy_prepare>;
using DuckExtracted = DuckHandle<duckdb_extracted_statements, duckdb_destroy_extracted>;
using DuckPending = DuckHandle<duckdb_pending_result, duckdb_destroy_pending>;
using DuckFunction = DuckHandle<duckdb_table_function, duckdb_destroy_table_function>;
using DuckConnection = DuckHandle<duckdb_connection, duckdb_disconnect>;
using DuckConfig = DuckHandle<duckdb_config, duckdb_destroy_config>;

inline duckdb_hugeint to_hugeint(int128 value) {
  return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}
inline int128 from_hugeint(duckdb_hugeint value) { return (int128{value.upper} << 64) | value.lower; }

// DuckDB's message in one line, with the code that its kind calls for.
std::unexpected<Error> duck_error(duckdb_error_type type, const char* message);
std::unexpected<Error> duck_error(duckdb_result& result);
// For calls that say nothing but that they failed.
std::unexpected<Error> duck_error(std::string_view what);

}  // namespace acts::history
