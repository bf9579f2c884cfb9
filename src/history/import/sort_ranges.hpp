// A file whose rows come in any order is sorted a part at a time: what a sort needs of memory grows with its rows, also
// where they are put on the disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

// In SQL, of a row: its day since 1970, by the kind's time columns.
std::string day_sql(const Kind& kind);

// Conditions, each of which picks a part of the rows of `from` (what stands behind FROM), together all of them: by day,
// then by the first column of the key, one part behind the other, each of `most_rows` at most, unless more rows have
// one key. "true": all. Reads the columns of both, a large day's some times. Errors: as Duck::run().
Result<std::vector<std::string>> sort_ranges(Duck& duck, const std::string& from, const Kind& kind,
                                             std::uint64_t most_rows);

}  // namespace acts::history
