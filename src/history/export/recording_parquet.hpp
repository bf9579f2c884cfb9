// Recordings as Parquet: the columns of the catalog's kinds, prices DECIMAL(38,12), quantities and volumes
// DECIMAL(38,8), in the order of receipt. Blocking; memory does not grow with the recording.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/export/export_recording.hpp"
#include "recording/file_ops.hpp"

namespace acts::history {

// `kind`: book_updates, trades, agg_trades or book_ticker; of `wanted`, the symbol must be told. `output` appears whole
// and on the disk, or not at all. How many rows. `on_problem` is told of what cannot be read. Errors: kUsage: no such
// kind; kBadInput: there is no such row; kStorage.
Result<std::uint64_t> recording_to_parquet(FileOps& ops, const RecordingExport& wanted, std::string_view kind,
                                           const std::string& output,
                                           const std::function<void(std::string_view)>& on_problem);

}  // namespace acts::history
