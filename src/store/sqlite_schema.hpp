// The tables of DIR/acts.db. `minute_rows` holds the rows; `minute_row_columns` says what each of its columns means,
// since exact decimals and texts are both TEXT there. PRAGMA user_version counts changes of this layout; columns come
// and stay without it changing. `rejected_rows` is made when the first row is refused: the row as JSON, and the reason.
//
// The outbox (layout 2): `row_changes` gives every row the number of its last change, kept by triggers on minute_rows;
// `sink_cursors` says up to which change a sink has everything; `sink_rejected_rows` holds what a sink refused.
//
// Books (layout 3): `book_dumps` numbers the files of DIR/books that sinks get (book_outbox.hpp), whose content is the
// file's; `sink_book_cursors` and `sink_rejected_levels` are of them what the tables above are of rows, the latter with
// side and price empty where it is the whole book.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

#include "store/sqlite_database.hpp"

namespace acts {

inline constexpr std::int64_t kStoreVersion = 3;

// Refuses what acts did not make, and what a newer acts made. Changes nothing. Errors: kStorage.
Result<void> check_layout(SqliteDatabase& database);
// Makes the tables, or adds the columns of `schema` that are missing: null in the rows that are there. Drops nothing.
// Errors: kStorage, also if a column of that name holds another type.
Result<void> bring_up_to_date(SqliteDatabase& database, const RowSchema& schema);
// Write-ahead log, and a commit that is on the disk when it returns: of this connection. Errors: kStorage.
Result<void> make_durable(SqliteDatabase& database);
// Makes `rejected_rows` if it is not there. Errors: kStorage.
Result<void> make_rejected_rows(SqliteDatabase& database);
// All columns there are, in the order in which they came.
Result<RowSchema> stored_schema(SqliteDatabase& database);

// A store of this version that is there, durable if it is opened to write. Errors: kStorage, with the remedy.
Result<std::unique_ptr<SqliteDatabase>> open_current(const std::string& path, SqliteDatabase::Access access,
                                                     const SqliteOptions& options);

}  // namespace acts
