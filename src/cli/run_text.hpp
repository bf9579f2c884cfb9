// A run's folder as CSV or JSON lines. Blocking.
#pragma once

#include <cstdint>
#include <string>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::cli {

enum class RunTextForm : std::uint8_t { kCsv, kJson };

// The tables of write_run_parquet() with the same values, "equity.csv" or "equity.json" and so on: a header and lines,
// or an object a line. Exact values and times are as in the run's files (in JSON strings); estimates and `order_id` are
// numbers there, null where CSV is empty. Read and written a row at a time. Errors: as of write_run_parquet(); kUsage
// also if CSV would replace the files of a run.
Result<void> write_run_text(FileOps& ops, const std::string& run, const std::string& output, RunTextForm form);

}  // namespace acts::cli
