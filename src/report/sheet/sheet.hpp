// What a tear sheet is made of, and its forms. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/run/run_report.hpp"
#include "report/sheet/figures.hpp"
#include "report/sheet/heat_table.hpp"
#include "report/sweep/sweep_summary.hpp"

namespace acts::report {

struct SweepReport {
  std::string name = {};
  SweepSummary summary = {};
  RunFacts facts = {};  // of its `run`
};

struct Sheet {
  std::vector<RunReport> runs = {};  // kMostCompared at most
  std::optional<Benchmark> benchmark = {};
  std::vector<SweepReport> sweeps = {};
  std::vector<HeatTable> parameters = {};  // of sweeps
};

// One page that needs nothing else and fetches nothing (the Content-Security-Policy is that of html.hpp): of one run
// all there is, of several what can stand side by side. Whatever names there are in it are text. The same sheet gives
// the same bytes.
std::string to_page(const Sheet& sheet);
// {"runs": [{"name", "run", "totals", "figures": {group: {key: {"value", "convention"}}}, "counts"}], "sweeps":
// [{"name", "run", "figures"}]}: exact values as strings, others as numbers, null where undefined.
std::string to_json(const Sheet& sheet);
// run,group,figure,value,convention: a line a figure; no value where it is undefined.
std::string to_csv(const Sheet& sheet);

}  // namespace acts::report
