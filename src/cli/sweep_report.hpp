// Reads what `acts report` shows of a sweep: its summary, and maps of its table. Blocking.
#pragma once

#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "report/sheet/heat_table.hpp"
#include "report/sheet/sheet.hpp"

namespace acts::cli {

// Whether a name is that of a table (.csv, .parquet) and not of a run's folder.
bool is_sweep_table(const std::string& path);

struct ShownSweep {
  report::SweepReport report = {};
  std::vector<report::HeatTable> maps = {};  // of its objective, by pairs of what was varied
};

inline constexpr std::size_t kMostSweepMaps = 6;

// The table that acts sweep --output has written, and the summary beside it. Errors: kUsage: one of them is not there;
// kBadInput: what they hold; kStorage.
Result<ShownSweep> read_sweep_report(const std::string& path);

}  // namespace acts::cli
