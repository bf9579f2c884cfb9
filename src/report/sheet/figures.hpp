// Every statistic of a run with its convention beside it: what sheets show and exports hold. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/run/run_report.hpp"

namespace acts::report {

struct Figure {
  std::string key = {};  // in exports; of a group's figures each once
  std::string label = {};
  std::string text = {};  // for eyes; "undefined" where it is
  // For programs: an exact decimal or a text, else a number; neither: undefined.
  std::string exact = {};
  std::optional<double> number = {};
  std::string convention = {};
};

struct FigureGroup {
  std::string key = {};
  std::string title = {};
  std::string note = {};
  std::vector<Figure> figures = {};
};

// A benchmark's price over time, to compare returns with.
struct Benchmark {
  std::string name = {};
  Closes prices = {};
};

// Groups "result", "returns", "drawdown", "benchmark" (if there is one), "trades", "ledger", "fills", "orders": each
// run has the same figures in the same order, so that runs can stand side by side. Causes and reasons follow what
// there is, and so are in tables of their own (counts()).
std::vector<FigureGroup> figures_of(const RunReport& run, const Benchmark* benchmark);

struct CountTable {
  std::string key = {};
  std::string title = {};
  std::vector<std::pair<std::string, std::uint64_t>> counts = {};
};
// Fills by cause, orders' events, rejects by reason: those that there are.
std::vector<CountTable> counts_of(const RunReport& run);

// Returns of the run's periods.
std::vector<double> returns_of(const RunReport& run);
// Of one of the run's periods.
double risk_free_of(const RunReport& run);
// "day", "minute", "second"
std::string_view period_name(Nanos period);
// 365 of days; 1 of shorter ones, whose figures are not made those of a year.
double periods_a_year(Nanos period);
// "risk-free rate 0.04 a year, (1 + 0.04)^(1 / 365) - 1 a day": of what is of excess returns, beside it.
std::string risk_free_text(double a_year, Nanos period);
// "12.3 ms", "4.5 h": for eyes, three digits.
std::string span_text(double seconds);
// "61685.9", "-1.23e-05": for eyes, six digits.
std::string number_text(double value);

}  // namespace acts::report
