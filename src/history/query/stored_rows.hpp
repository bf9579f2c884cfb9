// The collector's minute rows (DATA_DIR/acts.db) as views of a query: minute_rows, with the columns that the file has,
// and gaps, the minutes that are missing or not live, as `acts rows gaps` tells them; and what `acts features compute`
// has stored (DATA_DIR/features/1m.db: features_1m). Read as they are asked for, over a connection that only reads;
// every use of a view reads all rows.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "history/engine/duck.hpp"

namespace acts::history {

// Makes the views, of acts.db empty where there is no such file. A file that cannot be read is an error of whoever asks
// them. Errors: kStorage.
Result<void> add_stored_rows(Duck& duck, const std::string& data_dir);

}  // namespace acts::history
