// Rows of a kind that are not in files as a table function of DuckDB's, which pulls them as they are asked for.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"
#include "history/table/row_source.hpp"

namespace acts::history {

// The rows of one of several parts. Called for each use in a statement, from whatever thread of DuckDB's; the rows are
// then used by one thread at a time.
using OpenKindRows = std::function<Result<std::unique_ptr<RowSource>>(std::size_t part)>;

// Makes the function NAME(PART) with the columns of the kind in the wide form, of rows of any form; a part of `parts`
// or more is an error of the statement. `kind` must outlive the duck. Errors: kStorage.
Result<void> add_kind_function(Duck& duck, const std::string& name, const Kind& kind, std::size_t parts,
                               OpenKindRows open);

}  // namespace acts::history
