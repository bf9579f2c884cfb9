// acts sweep CONFIG: one strategy with many parameter sets over one pass of the data.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "backtest/assumptions.hpp"
#include "backtest/data_notes.hpp"
#include "backtest/features/feature_data.hpp"
#include "backtest/run_proofs.hpp"
#include "backtest/sweep/set_maker.hpp"
#include "backtest/sweep/sweep_run.hpp"
#include "cli/backtest_config.hpp"
#include "cli/backtest_data_dir.hpp"
#include "cli/bar_path_option.hpp"
#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/outputs.hpp"
#include "cli/problems.hpp"
#include "cli/sweep_output.hpp"
#include "cli/sweep_table.hpp"
#include "cli/values.hpp"
#include "cli/version.hpp"
#include "recording/file_ops.hpp"

namespace acts::cli {
namespace {

constexpr int kMostThreads = 1024;
constexpr int kMostSeed = 2'000'000'000;
constexpr int kMostSetsAPass = 100'000;

struct SweepSettings {
  std::string configuration;
  std::string output;
  std::optional<std::size_t> count;
  std::uint64_t seed = 1;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::optional<std::size_t> sets_a_pass;
  bool isolates = false;
  std::optional<Nanos> isolate_timeout;
  Decimal capital;
  double risk_free_rate = 0;
  report::NamedFigure objective = *report::parse_objective("sharpe");
  bool checks_determinism = false;
  std::optional<backtest::BarPath> bar_path;
};

const OptionSpec kSweepConfigSpec{
    .name = "sweep", .placeholder = "CONFIG", .help = "a backtest with a [sweep] (TOML)", .is_required = true};

template <typename Number>
Result<void> set_count(Number& number, const Values& values, int most) {
  const Result<int> parsed = parse_integer(values[0], 1, most);
  if (!parsed) return std::unexpected(parsed.error());
  number = static_cast<std::size_t>(*parsed);
  return {};
}

Result<void> set_objective(SweepSettings& settings, const Values& values) {
  const auto objective = report::parse_objective(values[0]);
  if (!objective) return std::unexpected(objective.error());
  settings.objective = *objective;
  return {};
}

std::span<const Option<SweepSettings>> sweep_table() {
  static const std::array<Option<SweepSettings>, 13> kOptions{{
      {{.name = "output",
        .placeholder = "FILE",
        .help = "the table, as CSV or Parquet by its ending; standard output, as CSV, if not given"},
       [](SweepSettings& s, const Values& v) { return s.output = v[0], Result<void>(); }},
      {{.name = "random",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "run so many of the combinations, drawn by the seed",
        .default_text = "all"},
       [](SweepSettings& s, const Values& v) {
         return set_count(s.count, v, static_cast<int>(backtest::kMostSweepSets));
       }},
      {{.name = "seed",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "what draws them",
        .default_text = "1"},
       [](SweepSettings& s, const Values& v) { return set_count(s.seed, v, kMostSeed); }},
      {{.name = "threads",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "processors to use; the result does not depend on it",
        .default_text = "all"},
       [](SweepSettings& s, const Values& v) { return set_count(s.threads, v, kMostThreads); }},
      {{.name = "sets_a_pass",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "sets that share a pass over the data, at whose end they are kept; fewer take longer, and less is lost",
        .default_text = "512 to 4096 of bars, 16 a thread to 256 of books, 32 with --isolate"},
       [](SweepSettings& s, const Values& v) { return set_count(s.sets_a_pass, v, kMostSetsAPass); }},
      {{.name = "capital",
        .placeholder = "AMOUNT",
        .help = "what was set aside for each run, added to its equity for returns",
        .default_text = "0"},
       [](SweepSettings& s, const Values& v) { return set_capital(s.capital, v); }},
      {kRiskFreeRateSpec, [](SweepSettings& s, const Values& v) { return set_risk_free_rate(s.risk_free_rate, v); }},
      {{.name = "objective",
        .placeholder = "NAME",
        .help = "which figure of the table makes a set the best",
        .default_text = "sharpe"},
       set_objective},
      {{.name = "check_determinism",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "run all a second time with another number of threads, and compare every byte of --output's files",
        .default_text = "false"},
       [](SweepSettings& s, const Values& v) { return s.checks_determinism = v[0] == "true", Result<void>(); }},
      {{.name = "isolate",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "each set's strategy in a process of its own: one that crashes or never returns fails alone",
        .default_text = "false"},
       [](SweepSettings& s, const Values& v) { return s.isolates = v[0] == "true", Result<void>(); }},
      {{.name = "isolate_timeout",
        .placeholder = "TIME",
        .kind = OptionKind::kDuration,
        .help = "of one call of an isolated strategy; 10s if not given"},
       [](SweepSettings& s, const Values& v) { return set_positive_duration(s.isolate_timeout.emplace(), v); }},
      {kBarPathSpec, [](SweepSettings& s, const Values& v) { return take_bar_path(s.bar_path, v); }},
      {kSweepConfigSpec, [](SweepSettings& s, const Values& v) { return s.configuration = v[0], Result<void>(); }},
  }};
  return kOptions;
}

// As a run of one set does.
void tell_data(const backtest::SweepReport& report, const backtest::BacktestSettings& settings) {
  for (const std::string& note : backtest::data_notes(settings, report.read)) complain(note, LogLevel::kWarn);
  for (const std::string& note : backtest::untold_feature_notes(settings, report.told_features)) {
    complain(note, LogLevel::kWarn);
  }
  for (const backtest::Assumption& of : backtest::assumptions_of(settings)) {
    complain(fmt::format("{}: {}", of.text, of.remedy), LogLevel::kWarn);
  }
  if (report.missing_bars == 0) return;
  complain(
      fmt::format("{} bars are missing between those that are there: no set could trade in them", report.missing_bars),
      LogLevel::kWarn);
}

void tell_refused(const backtest::SweepReport& report) {
  if (report.refused == 0) return;
  complain(
      fmt::format("{} of {} combinations left out: {}", report.refused, report.refused + report.sets, report.refusal),
      LogLevel::kWarn);
}

void tell_failed(Problems& problems, std::span<const backtest::SweepRow> rows) {
  for (const backtest::SweepRow& row : rows) {
    if (!row.error.empty()) problems.add(fmt::format("parameter set {} has failed: {}", row.number, row.error));
  }
}

// Those that were done before among them.
std::string failed_text(const backtest::SetFailures& failures, std::size_t sets) {
  if (failures.count == 0) return {};
  return fmt::format("{} of {} sets have failed, and have no totals: the first is set {}: {}\n", failures.count, sets,
                     failures.first, failures.error);
}

// Rows as passes end.
int run_to_standard_output(const backtest::SweepRequest& request, SweepTable table, const SweepSettings& settings,
                           Problems& failed) {
  Output out;
  bool has_begun = false;
  const auto report = backtest::run_sweep(request, [&](std::span<const backtest::SweepRow> rows) -> Result<void> {
    if (!std::exchange(has_begun, true)) out.write(table.header());
    bool is_read = true;
    for (const backtest::SweepRow& row : rows) {
      is_read = out.write(
          table.line({.number = row.number, .totals = row.totals, .error = row.error}, settings.risk_free_rate));
    }
    tell_failed(failed, rows);
    if (is_read) return {};
    return fail(ErrorCode::kCancelled, "nobody reads the table any more");
  });
  if (!report) return complain(report.error());
  tell_refused(*report);
  tell_data(*report, request.settings);
  return out.finish(report->failures.count == 0 ? kExitDone : kExitBadInput);
}

struct SweptToFile {
  backtest::SweepReport report;
  report::SweepSummary summary;
  std::size_t done_before = 0;
  backtest::SetFailures failures;
};

// Goes on where an earlier one was ended. `failed`: is told of sets that fail; may be null.
Result<SweptToFile> sweep_to_file(backtest::SweepRequest request, SweepTable table, SweepOutputOptions options,
                                  const backtest::SweepOrigin& origin, Problems* failed) {
  Result<SweepOutput> output = SweepOutput::open(real_file_ops(), std::move(options));
  if (!output) return std::unexpected(output.error());
  const std::vector<std::size_t> done(output->done().begin(), output->done().end());
  request.done = done;
  auto report = backtest::run_sweep(request, [&](std::span<const backtest::SweepRow> rows) {
    if (failed != nullptr) tell_failed(*failed, rows);
    return output->add(rows);
  });
  if (!report) return std::unexpected(report.error());
  const backtest::SetFailures failures = output->failures();
  auto summary =
      output->finish(std::move(table), request.axes, backtest::sweep_run_json(request, origin, *report, failures));
  if (!summary) return std::unexpected(summary.error());
  return SweptToFile{
      .report = *std::move(report), .summary = *std::move(summary), .done_before = done.size(), .failures = failures};
}

// The folder of what a second run makes.
std::string again_path(const std::string& output) { return output + ".again"; }

// Before the first run, which may take long.
Result<void> check_determinism_flags(const SweepSettings& settings) {
  if (!settings.checks_determinism) return {};
  if (settings.output.empty()) {
    return fail(ErrorCode::kUsage, "--check-determinism compares files: give --output FILE with it");
  }
  const std::string again = again_path(settings.output);
  if (!real_file_ops().exists(again)) return {};
  return fail(ErrorCode::kUsage, fmt::format("{}: it is there already: move it away, a second run goes there", again));
}

Result<void> check_sweep_outputs(const SweepSettings& settings, const backtest::BacktestSettings& of) {
  if (settings.output.empty()) return {};
  std::vector<std::string> read = files_read(of);
  read.push_back(settings.configuration);
  for (const std::string& output : {settings.output, report::summary_path(settings.output)}) {
    if (Result<void> kept = check_not_read("--output", output, read); !kept) return kept;
  }
  return {};
}

Result<std::optional<backtest::IsolateOptions>> isolation_of(const SweepSettings& settings) {
  if (!settings.isolates) {
    if (!settings.isolate_timeout) return std::nullopt;
    return fail(ErrorCode::kUsage, "--isolate-timeout is of --isolate: give both");
  }
  if (settings.sets_a_pass.value_or(1) > backtest::kMostIsolatedSetsAPass) {
    return fail(ErrorCode::kUsage, fmt::format("--isolate has a process a set: --sets-a-pass is at most {} with it",
                                               backtest::kMostIsolatedSetsAPass));
  }
  backtest::IsolateOptions options;
  if (settings.isolate_timeout) options.timeout = *settings.isolate_timeout;
  return options;
}

// All sets once more, none of them from a journal, by another number of threads. What it made stays if it differs.
Result<std::string> sweep_again(backtest::SweepRequest request, SweepTable table, SweepOutputOptions options,
                                const backtest::SweepOrigin& origin) {
  namespace fs = std::filesystem;
  const fs::path first(options.path);
  const std::string again = again_path(options.path);
  std::error_code error;
  fs::create_directory(again, error);
  if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", again, error.message()));
  const std::size_t threads = std::exchange(request.threads, request.threads == 1 ? 2 : 1);
  options.path = (fs::path(again) / first.filename()).string();
  const Result<SweptToFile> swept = sweep_to_file(request, std::move(table), std::move(options), origin, nullptr);
  if (!swept) fs::remove_all(again, error);
  if (!swept) return std::unexpected(swept.error());
  const std::string folder = first.has_parent_path() ? first.parent_path().string() : ".";
  if (Result<void> same = backtest::compare_folders(folder, again); !same) return std::unexpected(same.error());
  fs::remove_all(again, error);
  if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", again, error.message()));
  return fmt::format(
      "deterministic: a second run, of {} in place of {} threads, gave the same bytes in table and "
      "summary\n",
      request.threads, threads);
}

int run_to_file(const backtest::SweepRequest& request, const SweepTable& table, const SweepSettings& settings,
                const std::string& configuration, Problems& failed) {
  Result<backtest::SweepIdentity> identity = backtest::sweep_identity(request, version(), configuration);
  if (!identity) return complain(identity.error());
  const backtest::SweepOrigin origin{.identity = *std::move(identity),
                                     .version = std::string(version()),
                                     .configuration = configuration,
                                     .configuration_file = settings.configuration};
  SweepOutputOptions options{.path = settings.output,
                             .identity = origin.identity.id,
                             .risk_free_rate = settings.risk_free_rate,
                             .objective = settings.objective};
  if (const auto& walk = request.settings.walk_forward) {
    options.walk_forward = {.train = walk->train, .test = walk->test, .purge = walk->purge, .embargo = walk->embargo};
  }
  const Result<SweptToFile> swept = sweep_to_file(request, table, options, origin, &failed);
  if (!swept) return complain(swept.error());
  tell_refused(swept->report);
  tell_data(swept->report, request.settings);
  Output out;
  if (swept->done_before > 0) out.write(fmt::format("{} sets were done before\n", swept->done_before));
  out.write(backtest::trouble_text(swept->report.read.instruments));
  out.write(report::to_text(swept->summary));
  out.write(failed_text(swept->failures, swept->summary.sets));
  const int code = swept->failures.count == 0 ? kExitDone : kExitBadInput;
  if (!settings.checks_determinism) return out.finish(code);
  const Result<std::string> same = sweep_again(request, table, std::move(options), origin);
  if (!same) {
    return out.finish(complain(Error{same.error().code, fmt::format("--check-determinism: {}", same.error().message)}));
  }
  out.write(*same);
  return out.finish(code);
}

int run_sweep_command(const Given& given) {
  SweepSettings settings;
  if (const Result<void> set = set_given(sweep_table(), settings, given); !set) return complain(set.error());
  if (const Result<void> fits = check_determinism_flags(settings); !fits) return complain(fits.error());
  const Result<std::string> text = read_text_file(settings.configuration, kMaxConfigBytes);
  if (!text) return complain(text.error());
  auto parsed = parse_backtest_config(*text, settings.configuration);
  if (!parsed) return complain(parsed.error());
  if (parsed->sweep.empty()) {
    return complain(
        Error{ErrorCode::kUsage,
              fmt::format("{}: there is nothing to vary: such as fast = [5, 10] in [sweep]", settings.configuration)});
  }
  if (Result<void> taken = take_default_data_dir(*parsed, settings.configuration); !taken)
    return complain(taken.error());
  if (Result<void> kept = check_sweep_outputs(settings, *parsed); !kept) return complain(kept.error());
  const Result<std::string> overrides = override_bar_path(settings.bar_path, *parsed);
  if (!overrides) return complain(overrides.error());
  const auto isolation = isolation_of(settings);
  if (!isolation) return complain(isolation.error());
  const Result<backtest::DescribedStrategy> strategy = backtest::describe_strategy(*parsed, *isolation);
  if (!strategy) return complain(strategy.error());
  SweepTable table(parsed->sweep, strategy->parameters, parsed->is_bars ? "bars" : "rows");
  Problems problems;
  backtest::SweepRequest request{.axes = parsed->sweep,
                                 .capital = settings.capital,
                                 .count = settings.count,
                                 .seed = settings.seed,
                                 .threads = settings.threads,
                                 .sets_a_pass = settings.sets_a_pass,
                                 .isolate = *isolation,
                                 .on_problem = [&problems](std::string_view problem) { problems.add(problem); }};
  request.settings = *std::move(parsed);
  Problems failed;
  const int code = settings.output.empty() ? run_to_standard_output(request, std::move(table), settings, failed)
                                           : run_to_file(request, table, settings, *text + *overrides, failed);
  failed.finish();
  problems.finish();
  return code != kExitDone || problems.count() == 0 ? code : kExitBadInput;
}

}  // namespace

Command sweep_command() {
  return {.name = "sweep",
          .summary = "Run a strategy with many parameter sets over one pass of the data",
          .options = specs_of(sweep_table().first(sweep_table().size() - 1)),
          .positional = kSweepConfigSpec,
          .examples =
              "  acts sweep sma.toml --output sma.csv\n"
              "  acts sweep grid.toml --random 200 --seed 7 --threads 2 --output grid.parquet",
          .more_help = strategies_help(),
          .run = run_sweep_command};
}

}  // namespace acts::cli
