#include "history/engine/parquet_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"

#include "history/engine/chunk_columns.hpp"
#include "history/engine/duck_impl.hpp"
#include "history/table/row_digest.hpp"

namespace acts::history {
namespace {

constexpr const char* kFunction = "acts_rows";
constexpr int kRowGroup = 122'880;

// Between a source and DuckDB: what a file's rows tell.
class Measured final : public RowSource {
 public:
  Measured(RowSource& source, CatalogFile& file)
      : source_(&source), file_(&file), digest_(*file.set.kind, file.set.folder(file.day)) {}

  Result<bool> next(Row& row) override {
    Result<bool> there = source_->next(row);
    if (!there || !*there) return there;
    ACTS_ASSERT(row.form == file_->form);
    const std::int64_t time = micros_of(*file_->set.kind, row);
    if (file_->rows++ == 0) {
      file_->first_key = row.integer(0);
      file_->first_time = time;
      file_->last_time = time;
    }
    file_->last_key = row.integer(0);
    file_->first_time = std::min(file_->first_time, time);
    file_->last_time = std::max(file_->last_time, time);
    digest_.add(row);
    return true;
  }
  std::string digest() { return digest_.finish(); }

 private:
  RowSource* source_;
  CatalogFile* file_;
  RowDigest digest_;
};

void bind_rows(duckdb_bind_info info) {
  const auto& feed = *static_cast<RowFeed*>(duckdb_bind_get_extra_info(info));
  for (const TableColumn& column : feed.kind->columns) {
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type_of(column, feed.form).get());
  }
}

void init_rows(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void fill_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& feed = *static_cast<RowFeed*>(duckdb_function_get_extra_info(info));
  const idx_t most = duckdb_vector_size();
  const std::size_t count = feed.kind->columns.size();
  ChunkColumns columns = columns_of(chunk, *feed.kind, feed.form);
  Row row;
  idx_t rows = 0;
  for (; rows < most; ++rows) {
    const Result<bool> there = feed.source->next(row);
    if (!there) {
      feed.failure = there.error();
      return duckdb_function_set_error(info, there.error().message.c_str());
    }
    if (!*there) break;
    for (std::size_t i = 0; i < count; ++i) {
      row.is_null(i) ? columns[i].put_null(rows) : columns[i].put(rows, row.values[i]);
    }
  }
  duckdb_data_chunk_set_size(chunk, rows);
}

Result<void> register_rows(Duck::Impl& impl) {
  if (impl.feed.kind != nullptr) return {};  // done before
  const DuckFunction function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.get(), kFunction);
  duckdb_table_function_set_extra_info(function.get(), &impl.feed, nullptr);
  duckdb_table_function_set_bind(function.get(), bind_rows);
  duckdb_table_function_set_init(function.get(), init_rows);
  duckdb_table_function_set_function(function.get(), fill_rows);
  if (duckdb_register_table_function(impl.connection, function.get()) == DuckDBSuccess) return {};
  return duck_error("take a table function");
}

// Its rows come as they are asked for, over a connection of its own: the other may be writing them meanwhile.
class QueryRows final : public RowSource {
 public:
  QueryRows(const Kind& kind, DecimalForm form) : kind_(&kind), form_(form) {}

  Result<void> start(duckdb_database database, const std::string& sql) {
    if (duckdb_connect(database, connection_.out()) != DuckDBSuccess) return duck_error("be connected to");
    if (duckdb_prepare(connection_.get(), sql.c_str(), statement_.out()) != DuckDBSuccess) {
      return duck_error(DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement_.get()));
    }
    if (duckdb_execute_prepared_streaming(statement_.get(), result_.out()) != DuckDBSuccess) {
      return duck_error(*result_.out());
    }
    return check_types();
  }

  Result<bool> next(Row& row) override {
    while (at_ == size_) {
      if (has_ended_) return false;  // DuckDB would call it an error
      chunk_.reset(duckdb_fetch_chunk(result_.get()));
      if (chunk_.get() == nullptr) {
        const char* const message = duckdb_result_error(result_.out());
        if (message != nullptr && *message != '\0') return duck_error(*result_.out());
        has_ended_ = true;
        return false;
      }
      at_ = 0;
      size_ = duckdb_data_chunk_get_size(chunk_.get());
      columns_ = columns_of(chunk_.get(), *kind_, form_);
    }
    row.form = form_;
    row.nulls = 0;
    for (std::size_t i = 0; i < kind_->columns.size(); ++i) {
      const bool is_null = columns_[i].is_null(at_);
      row.values[i] = is_null ? int128{0} : columns_[i].get(at_);
      row.nulls |= static_cast<std::uint32_t>(is_null) << i;
    }
    ++at_;
    return true;
  }

 private:
  Result<void> check_types() {
    bool is_alike = duckdb_column_count(result_.out()) == kind_->columns.size();
    for (std::size_t i = 0; is_alike && i < kind_->columns.size(); ++i) {
      const DuckType wanted = type_of(kind_->columns[i], form_);
      const DuckType type(duckdb_column_logical_type(result_.out(), i));
      is_alike = duckdb_get_type_id(type.get()) == duckdb_get_type_id(wanted.get());
      if (!is_alike || !is_decimal(kind_->columns[i].type)) continue;
      is_alike = duckdb_decimal_scale(type.get()) == duckdb_decimal_scale(wanted.get()) &&
                 duckdb_decimal_internal_type(type.get()) == duckdb_decimal_internal_type(wanted.get());
    }
    if (is_alike) return {};
    return fail(ErrorCode::kBadInput, fmt::format("its columns are not those of {}", kind_->name));
  }

  const Kind* kind_;
  DecimalForm form_;
  // In the order in which they must go, the last first.
  DuckConnection connection_;
  DuckStatement statement_;
  DuckResult result_;
  DuckChunk chunk_;
  ChunkColumns columns_;
  idx_t at_ = 0;
  idx_t size_ = 0;
  bool has_ended_ = false;
};

}  // namespace

Result<CatalogFile> write_parquet(Duck& duck, CatalogFile file, RowSource& source, const std::string& path) {
  file.rows = 0;
  file.columns = file.set.kind->first_columns != 0 ? file.set.kind->columns.size() : 0;
  Measured measured(source, file);
  const Result<void> written = write_rows(duck, {file.set.kind, file.form}, measured, path);
  if (!written) return std::unexpected(written.error());
  file.digest = measured.digest();
  return file;
}

Result<void> write_rows(Duck& duck, const ParquetShape& shape, RowSource& source, const std::string& path) {
  Duck::Impl& impl = duck.impl();
  if (Result<void> done = register_rows(impl); !done) return done;
  impl.feed = {&source, shape.kind, shape.form, {}};
  const Result<void> written = duck.run(fmt::format(
      "COPY (SELECT * FROM {}()) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {})",
      kFunction, quoted_sql_text(path), kRowGroup));
  impl.feed.source = nullptr;
  if (impl.feed.failure) return std::unexpected(*impl.feed.failure);
  return written;
}

Result<std::unique_ptr<RowSource>> open_query(Duck& duck, const Kind& kind, DecimalForm form, const std::string& sql) {
  auto rows = std::make_unique<QueryRows>(kind, form);
  if (const Result<void> started = rows->start(duck.impl().database, sql); !started) {
    return std::unexpected(started.error());
  }
  return rows;
}

Result<std::unique_ptr<RowSource>> open_rows(Duck& duck, const CatalogFile& file, const std::string& path,
                                             std::string_view condition) {
  return open_query(duck, *file.set.kind, file.form,
                    fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false) WHERE {}",
                                stored_columns(*file.set.kind, file.column_count()), quoted_sql_text(path), condition));
}

std::string column_names(const Kind& kind) {
  std::string names;
  for (const TableColumn& column : kind.columns) names += fmt::format("{}{}", names.empty() ? "" : ", ", column.name);
  return names;
}

std::string stored_columns(const Kind& kind, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    const TableColumn& column = kind.columns[i];
    const std::string_view comma = list.empty() ? "" : ", ";
    list += i < count
                ? fmt::format("{}{}", comma, column.name)
                : fmt::format("{}CAST(NULL AS {}) AS {}", comma, sql_type(column, DecimalForm::kWide), column.name);
  }
  return list;
}

std::string sql_type(const TableColumn& column, DecimalForm form) {
  switch (column.type) {
    case CellType::kTime: return "TIMESTAMP";
    case CellType::kNanos:
    case CellType::kInteger: return "BIGINT";
    case CellType::kFlag: return "BOOLEAN";
    default: break;
  }
  const DecimalShape shape = decimal_shape(column.type, form);
  return fmt::format("DECIMAL({},{})", shape.precision, shape.scale);
}

std::string cast_list(const Kind& kind, DecimalForm form, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    const TableColumn& column = kind.columns[i];
    list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", i < count ? column.name : "NULL",
                        sql_type(column, form), column.name);
  }
  return list;
}

}  // namespace acts::history
