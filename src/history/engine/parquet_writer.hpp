// Rows into one Parquet file, and rows of a query back. No row is ever in memory but in DuckDB's row group.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/catalog/manifest.hpp"
#include "history/engine/duck.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

// zstd, row groups of 122,880 rows, no name or time of anything: with one thread the bytes follow from the rows and
// from DuckDB's version. `file` tells set, day and form (all rows must have it, asserted); the result is it with what
// the rows told. Nothing is synced. Errors: the source's; kStorage: the file cannot be written.
Result<CatalogFile> write_parquet(Duck& duck, CatalogFile file, RowSource& source, const std::string& path);

// The same without a data set: what is written on the way. Nothing is digested.
struct ParquetShape {
  const Kind* kind = nullptr;
  DecimalForm form = DecimalForm::kNarrow;
};
Result<void> write_rows(Duck& duck, const ParquetShape& shape, RowSource& source, const std::string& path);

// The rows of a query whose columns are those of `kind`, in that order and with the types of `form`. `duck`, `kind`
// must outlive it; write_parquet() may run meanwhile. Errors: as Duck::run(); kBadInput if it gives other types.
Result<std::unique_ptr<RowSource>> open_query(Duck& duck, const Kind& kind, DecimalForm form, const std::string& sql);

// All rows of a file of the catalog, in order, or those of which `condition` (SQL) is true; `path` is where it is. As
// open_query().
Result<std::unique_ptr<RowSource>> open_rows(Duck& duck, const CatalogFile& file, const std::string& path,
                                             std::string_view condition = "true");

// "a, b, c": the names of a kind's columns.
std::string column_names(const Kind& kind);

// What a column is in files of that form: "DECIMAL(18,8)", "TIMESTAMP", …
std::string sql_type(const TableColumn& column, DecimalForm form);
// The same of files that have the first `count` of them: the others are null. Later columns are no decimals (a test
// holds the kinds to it): they have one type in both forms.
std::string stored_columns(const Kind& kind, std::size_t count);
// All columns of a kind as that form has them, of files that have the first `count`: "CAST(price AS DECIMAL(38,12)) AS
// price, …".
std::string cast_list(const Kind& kind, DecimalForm form, std::size_t count);

}  // namespace acts::history
