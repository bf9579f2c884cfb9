// Where reading the catalog's books and trades has to begin for a time in the middle of them. Blocking.
#pragma once

#include <functional>
#include <optional>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/export/catalog_lines.hpp"
#include "history/query/query_session.hpp"

namespace acts::history {

// The time of receipt from which on lines_select() gives all that the book and the trades of `at` need: what is read
// from there knows at `at` the book of the newest snapshot before, with every update behind it, and a trade. Levels
// that lie further from the middle than that snapshot reaches are known once they change. Nothing: there is no snapshot
// before; everything is needed. `wanted`: its times do not count. Errors: as QuerySession::select().
Result<std::optional<UnixNanos>> lines_begin(QuerySession& session, const LinesWanted& wanted, UnixNanos at,
                                             const std::function<bool()>& is_cancelled);

}  // namespace acts::history
