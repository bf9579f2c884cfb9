// Reads what `acts report` shows: the folder of a run, a benchmark, the table of a sweep. Blocking.
#pragma once

#include <string>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "report/run/run_report.hpp"
#include "report/sheet/figures.hpp"
#include "report/sheet/heat_table.hpp"

namespace acts::cli {

struct RunChoice {
  Decimal capital = {};    // see RunReport
  std::string asset = {};  // see choose_asset()
  report::ListedSpan listed = {};
};

// run.json, equity.csv and fills.csv are to be there; marks.csv, orders.csv and books.csv may be missing. CSV files may
// be packed with gzip or zstd under the same names. Errors of all: kUsage: a file is not there; kBadInput, with
// FILE:LINE and the remedy.
Result<report::RunReport> read_run_folder(const std::string& dir, const RunChoice& choice);
Result<report::Benchmark> read_benchmark(const std::string& path);
// `columns`: across, down, statistic.
Result<report::HeatTable> read_sweep(const std::string& path, const std::vector<std::string>& columns);

}  // namespace acts::cli
