// Minute rows as SQLite statements see them: what SqliteStore and Outbox share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/features/row.hpp"

#include "store/sqlite_database.hpp"

namespace acts {

// The names, quoted and with `prefix` before each ("r."), separated by commas.
std::string column_list(const RowSchema& schema, std::string_view prefix = {});
// The first `count` names, as they are, separated by ", ".
std::string first_names(const RowSchema& schema, std::size_t count);

// The row whose columns begin with the statement's column `first`. Errors: kStorage, if a value has not the form that
// acts writes. `path` is for the message.
Result<MinuteRow> read_row(const SqliteStatement& statement, const RowSchema& schema, const std::string& path,
                           int first = 0);

// The row as one JSON object without a newline.
std::string json_of(const RowSchema& schema, const MinuteRow& row);

// Milliseconds since 1970 that a file may hold; nothing if beyond what UnixNanos holds.
std::optional<UnixNanos> time_of(std::int64_t millis);
// The first whole millisecond that is not before t.
std::int64_t first_milli_from(UnixNanos t);

}  // namespace acts
