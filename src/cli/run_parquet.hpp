// A run's folder as Parquet. Blocking.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::cli {

// Of the run in the folder `run` (CSV files plain, or packed with gzip or zstd) into the folder `output`, made if it is
// not there, all files whole or none of them, in the place of those of a run before: equity.parquet, fills.parquet,
// orders.parquet (if there is an orders.csv) and positions.parquet, which has the position after each fill. Columns as
// those of the CSV files: exact values DECIMAL(38, as many places as there are), times TIMESTAMP_NS of UTC, estimates
// DOUBLE, all others BIGINT or text; empty is null; what would be another value there is refused. What the run was (id,
// version) is in the files' key-value metadata. Errors: kUsage: there is no such folder; kBadInput: its files are none
// of a run, or a value does not fit, with file and line; kStorage.
Result<void> write_run_parquet(FileOps& ops, const std::string& run, const std::string& output);

}  // namespace acts::cli
