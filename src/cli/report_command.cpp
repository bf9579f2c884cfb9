// acts report RUN…: the tear sheet of runs that acts backtest has written, their figures as JSON or CSV, or
// the rows of one as tables.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/ratio.hpp"

#include "cli/command.hpp"
#include "cli/outputs.hpp"
#include "cli/run_folder.hpp"
#include "cli/run_parquet.hpp"
#include "cli/run_text.hpp"
#include "cli/sweep_report.hpp"
#include "cli/values.hpp"
#include "history/output_file.hpp"
#include "recording/whole_file.hpp"
#include "report/sheet/run_panels.hpp"
#include "report/sheet/sheet.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::vector<std::string> runs;
  std::string output;
  std::string benchmark;
  std::string form;
  bool rows = false;
  std::string asset;
  Decimal capital;
  std::optional<double> risk_free_rate;
  report::ListedSpan listed;
  std::string sweep;
  std::vector<std::string> map;
};

const OptionSpec kRunSpec{
    .name = "run",
    .placeholder = "RUN",
    .kind = OptionKind::kFiles,
    .help = "folders that acts backtest --out has written, tables of acts sweep --output; several stand side by side"};

Result<void> set_map(Settings& settings, const Values& values) {
  if (values.size() != 3) {
    return fail(ErrorCode::kUsage, "name three columns of the sweep's table: ACROSS,DOWN,STATISTIC");
  }
  settings.map = values;
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 12> kOptions{{
      {{.name = "out",
        .placeholder = "FILE",
        .help = "where it goes; standard output if not given; of rows the folder"},
       [](Settings& s, const Values& v) { return s.output = v[0], Result<void>(); }},
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "if not given, what the output's name ends with, or html",
        .choices = {"html", "json", "csv", "parquet"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      {{.name = "rows",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "the rows of one run in place of its figures: equity, fills, orders and positions, as csv, json or "
                "parquet (which has nothing else)",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.rows = v[0] == "true", Result<void>(); }},
      {{.name = "asset",
        .placeholder = "ASSET",
        .help = "of a run whose instruments settle in several: those that settle in this one"},
       [](Settings& s, const Values& v) { return s.asset = v[0], Result<void>(); }},
      {{.name = "capital",
        .placeholder = "AMOUNT",
        .help = "what was set aside for the run, added to its equity for returns",
        .default_text = "0"},
       [](Settings& s, const Values& v) { return set_capital(s.capital, v); }},
      {kRiskFreeRateSpec,
       [](Settings& s, const Values& v) { return set_risk_free_rate(s.risk_free_rate.emplace(0), v); }},
      {{.name = "list_from",
        .placeholder = "TIME",
        .help = "of a page: its lists of fills and orders, and the books beside them, begin there: they have 5,000 "
                "lines each at most"},
       [](Settings& s, const Values& v) { return set_time(s.listed.from, v); }},
      {{.name = "list_to", .placeholder = "TIME", .help = "... and end before"},
       [](Settings& s, const Values& v) { return set_time(s.listed.to, v); }},
      {{.name = "benchmark", .placeholder = "FILE", .help = "CSV with columns time and price, to compare returns with"},
       [](Settings& s, const Values& v) { return s.benchmark = v[0], Result<void>(); }},
      {{.name = "sweep", .placeholder = "FILE", .help = "CSV with a line a set of parameters, shown as a map"},
       [](Settings& s, const Values& v) { return s.sweep = v[0], Result<void>(); }},
      {{.name = "map",
        .placeholder = "LIST",
        .kind = OptionKind::kTexts,
        .help = "columns of the sweep: ACROSS,DOWN,STATISTIC"},
       set_map},
      {kRunSpec, [](Settings& s, const Values& v) { return s.runs = v, Result<void>(); }},
  }};
  return kOptions;
}

// What the name of the output says, if nothing else does.
Result<std::string> form_of(const Settings& settings) {
  if (!settings.form.empty()) return settings.form;
  if (settings.output.empty()) return "html";
  for (const char* form : {"html", "json", "csv"}) {
    if (fs::path(settings.output).extension() == fmt::format(".{}", form)) return form;
  }
  return fail(ErrorCode::kUsage,
              fmt::format("--out {}: its name does not end with .html, .json or .csv: give --format", settings.output));
}

bool wants_rows(const Settings& settings) { return settings.rows || settings.form == "parquet"; }

Result<void> check_listed(const Settings& settings, const std::string& form) {
  const report::ListedSpan& listed = settings.listed;
  if (!listed.from && !listed.to) return {};
  if (form != "html" || settings.rows || settings.runs.empty()) {
    return fail(ErrorCode::kUsage, "--list-from and --list-to are of the page of a run: take them out");
  }
  if (!listed.from || !listed.to || *listed.from < *listed.to) return {};
  return fail(ErrorCode::kUsage, fmt::format("--list-from {} is not before --list-to {}: nothing lies between",
                                             to_iso8601(*listed.from), to_iso8601(*listed.to)));
}

// The rows of one run: nothing is made of them.
Result<void> check_rows(const Settings& settings) {
  const char* const flag = settings.rows ? "--rows" : "--format parquet";
  if (settings.form.empty() || settings.form == "html") {
    return fail(ErrorCode::kUsage, "--rows: say with --format csv, json or parquet what they are to be");
  }
  if (settings.runs.size() != 1 || !settings.sweep.empty() || is_sweep_table(settings.runs.front())) {
    return fail(ErrorCode::kUsage, fmt::format("{}: name the folder of one run", flag));
  }
  if (settings.output.empty()) return fail(ErrorCode::kUsage, fmt::format("{}: name a folder with --out", flag));
  if (settings.benchmark.empty() && settings.capital.units == 0 && settings.asset.empty() && !settings.risk_free_rate) {
    return check_listed(settings, settings.form);
  }
  return fail(ErrorCode::kUsage,
              fmt::format("{} has a run's rows as they are: take --asset, --benchmark, --capital and "
                          "--risk-free-rate out",
                          flag));
}

Result<void> check_settings(const Settings& settings) {
  if (settings.output == "-") {
    return fail(ErrorCode::kUsage, "--out -: without --out it goes to standard output: take it out");
  }
  if (wants_rows(settings)) return check_rows(settings);
  if (settings.sweep.empty() != settings.map.empty()) {
    return fail(ErrorCode::kUsage, settings.map.empty() ? "--sweep: say with --map ACROSS,DOWN,STATISTIC what is shown"
                                                        : "--map: name the table with --sweep FILE");
  }
  if (settings.runs.empty() && settings.sweep.empty()) {
    return fail(ErrorCode::kUsage, "report: name the folder of a run, or a table with --sweep");
  }
  if (settings.runs.empty() && !settings.asset.empty()) {
    return fail(ErrorCode::kUsage, "--asset is of runs' folders: name one, or take it out");
  }
  if (settings.runs.size() > report::kMostCompared) {
    return fail(ErrorCode::kUsage, fmt::format("{} runs: no more than {} can be told apart side by side",
                                               settings.runs.size(), report::kMostCompared));
  }
  return {};
}

// Its figures are made already.
Result<void> check_rate(const Settings& settings, const std::string& table, const report::SweepSummary& summary) {
  if (!settings.risk_free_rate || *settings.risk_free_rate == summary.risk_free_rate) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{}: its figures are of a risk-free rate of {}: run acts sweep with --risk-free-rate {}",
                          table, shortest_text(summary.risk_free_rate), shortest_text(*settings.risk_free_rate)));
}

// Runs of the same folder's name get a number.
void tell_apart(std::vector<report::RunReport>& runs) {
  std::map<std::string, int> seen;
  for (report::RunReport& run : runs) {
    if (const int times = ++seen[run.name]; times > 1) run.name = fmt::format("{} ({})", run.name, times);
  }
}

std::string asset_name(const report::RunReport& run) {
  return run.facts.money.empty() ? "an asset that it does not tell" : run.facts.money;
}

void tell_what_to_know(const report::Sheet& sheet) {
  for (const report::RunReport& run : sheet.runs) {
    const std::optional<Decimal>& unexplained = run.ledger.unexplained;
    if (unexplained && unexplained->units != 0) {
      complain(fmt::format("{}: {} of the profit follow from no fill, fee or mark: its files contradict each other",
                           run.name, to_string(*unexplained)),
               LogLevel::kWarn);
    }
    if (run.facts.money != sheet.runs.front().facts.money) {
      complain(fmt::format("{} settles in {}, and {} in {}: their amounts do not compare", run.name, asset_name(run),
                           sheet.runs.front().name, asset_name(sheet.runs.front())),
               LogLevel::kWarn);
    }
  }
}

Result<report::Sheet> make_sheet(const Settings& settings) {
  report::Sheet sheet;
  for (const std::string& dir : settings.runs) {
    if (is_sweep_table(dir)) {
      if (!settings.asset.empty()) {
        return fail(ErrorCode::kUsage,
                    fmt::format("{}: the runs of a sweep settle in one asset: take --asset out", dir));
      }
      auto sweep = read_sweep_report(dir);
      if (!sweep) return std::unexpected(sweep.error());
      if (auto fits = check_rate(settings, dir, sweep->report.summary); !fits) return std::unexpected(fits.error());
      sheet.sweeps.push_back(std::move(sweep->report));
      for (report::HeatTable& map : sweep->maps) sheet.parameters.push_back(std::move(map));
      continue;
    }
    auto run = read_run_folder(dir, {.capital = settings.capital, .asset = settings.asset, .listed = settings.listed});
    if (!run) return std::unexpected(run.error());
    run->risk_free_rate = settings.risk_free_rate.value_or(0);
    sheet.runs.push_back(*std::move(run));
  }
  tell_apart(sheet.runs);
  if (!settings.benchmark.empty()) {
    auto benchmark = read_benchmark(settings.benchmark);
    if (!benchmark) return std::unexpected(benchmark.error());
    sheet.benchmark = *std::move(benchmark);
  }
  if (!settings.sweep.empty()) {
    auto map = read_sweep(settings.sweep, settings.map);
    if (!map) return std::unexpected(map.error());
    sheet.parameters.push_back(*std::move(map));
  }
  return sheet;
}

std::string sheet_text(const report::Sheet& sheet, const std::string& form) {
  if (form == "json") return report::to_json(sheet);
  return form == "csv" ? report::to_csv(sheet) : report::to_page(sheet);
}

int write_sheet(const std::string& output, const std::string& text) {
  const std::string path = fs::absolute(output).lexically_normal().string();
  const std::string part = history::part_of(path);
  real_file_ops().remove(part);  // of a process that was killed
  Result<void> written = write_whole_file(real_file_ops(), part, text);
  if (written) written = history::put_in_place(real_file_ops(), path);
  if (written) return kExitDone;
  real_file_ops().remove(part);
  return complain(written.error());
}

int write_rows(const Settings& settings) {
  const std::string folder = fs::absolute(settings.output).lexically_normal().string();
  const std::string& run = settings.runs.front();
  const RunTextForm form = settings.form == "csv" ? RunTextForm::kCsv : RunTextForm::kJson;
  const Result<void> written = settings.form == "parquet" ? write_run_parquet(real_file_ops(), run, folder)
                                                          : write_run_text(real_file_ops(), run, folder, form);
  return written ? kExitDone : complain(written.error());
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check_settings(settings); !checked) return complain(checked.error());
  std::vector<std::string> read = settings.runs;
  read.insert(read.end(), {settings.benchmark, settings.sweep});
  if (const Result<void> kept = check_not_read("--out", settings.output, read); !kept) return complain(kept.error());
  if (wants_rows(settings)) return write_rows(settings);
  const Result<std::string> form = form_of(settings);
  if (!form) return complain(form.error());
  if (const Result<void> listed = check_listed(settings, *form); !listed) return complain(listed.error());
  const Result<report::Sheet> sheet = make_sheet(settings);
  if (!sheet) return complain(sheet.error());
  tell_what_to_know(*sheet);
  const std::string text = sheet_text(*sheet, *form);
  if (!settings.output.empty()) return write_sheet(settings.output, text);
  Output out;
  out.write(text);
  return out.finish(kExitDone);
}

}  // namespace

Command report_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the run has no flag
  return {
      .name = "report",
      .summary = "Tear sheet of backtests: figures with their conventions, charts, fills, where the profit comes from",
      .options = std::move(flags),
      .positional = kRunSpec,
      .examples =
          "  acts report runs/grid --capital 10000 --out grid.html\n"
          "  acts report runs/a runs/b --risk-free-rate 0.04 --out both.html\n"
          "  acts report runs/grid --format json | jq .runs[0].figures.ledger\n"
          "  acts report runs/grid --rows --format json --out rows      # equity, fills, orders, positions\n"
          "  acts report runs/grid --format parquet --out grid-parquet\n"
          "  acts report sma.csv --out sma.html\n"
          "  acts report --sweep sweep.csv --map levels,interval,sharpe --out map.html",
      .run = run};
}

}  // namespace acts::cli
