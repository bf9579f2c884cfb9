// acts backtest CONFIG: runs a strategy over recorded data.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "acts/strategy/registry.hpp"

#include "backtest/assumptions.hpp"
#include "backtest/bars/bar_backtest.hpp"
#include "backtest/data_notes.hpp"
#include "backtest/features/feature_data.hpp"
#include "backtest/run_backtest.hpp"
#include "backtest/run_proofs.hpp"
#include "backtest/scenarios.hpp"
#include "cli/backtest_config.hpp"
#include "cli/backtest_data_dir.hpp"
#include "cli/backtest_proofs.hpp"
#include "cli/bar_path_option.hpp"
#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/outputs.hpp"
#include "cli/problems.hpp"
#include "cli/values.hpp"
#include "cli/version.hpp"
#include "history/output_file.hpp"

namespace acts::cli {
namespace {

constexpr int kMostCuts = 10'000;

struct Settings {
  std::string configuration;
  std::string json;
  std::string folder;
  std::string replay;
  std::string restore;
  std::string save_state;
  bool isolates = false;
  bool scenarios = false;
  std::optional<Nanos> isolate_timeout;
  std::optional<backtest::BarPath> bar_path;
  std::vector<std::string> replayed_bar_paths;
  WantedProofs proofs;
};

const OptionSpec kConfigSpec{
    .name = "backtest", .placeholder = "CONFIG", .help = "what to run, over what and how (TOML)"};

Result<void> set_cuts(Settings& settings, const Values& values) {
  const Result<int> cuts = parse_integer(values[0], 1, kMostCuts);
  if (!cuts) return std::unexpected(cuts.error());
  settings.proofs.cuts = *cuts;
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 13> kOptions{{
      {{.name = "json", .placeholder = "FILE", .help = "totals, fills and what the run was, as one JSON object"},
       [](Settings& s, const Values& v) { return s.json = v[0], Result<void>(); }},
      {{.name = "out", .placeholder = "DIR", .help = "the run's folder, for acts report; runs/NAME-HASH if not given"},
       [](Settings& s, const Values& v) { return s.folder = v[0], Result<void>(); }},
      {{.name = "replay",
        .placeholder = "RUN",
        .help = "the run of this folder again, from its decision log and without its strategy: the same bytes"},
       [](Settings& s, const Values& v) { return s.replay = v[0], Result<void>(); }},
      {kBarPathSpec, [](Settings& s, const Values& v) { return take_bar_path(s.bar_path, v); }},
      {{.name = "check_determinism",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "run a second time, and compare every byte",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.proofs.determinism = v[0] == "true", Result<void>(); }},
      {{.name = "check_lookahead",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "run again with another future after some moments: no decision before may change",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.proofs.lookahead = v[0] == "true", Result<void>(); }},
      {{.name = "cuts",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "how many moments --check-lookahead takes, two of three right behind decisions",
        .default_text = "12"},
       set_cuts},
      {{.name = "scenarios",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "the strategy also first in every queue, and only traded through: what rests on the queue",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.scenarios = v[0] == "true", Result<void>(); }},
      {{.name = "isolate",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "the strategy runs in a process of its own, which may crash",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.isolates = v[0] == "true", Result<void>(); }},
      {{.name = "isolate_timeout",
        .placeholder = "TIME",
        .kind = OptionKind::kDuration,
        .help = "of one call of an isolated strategy; 10s if not given"},
       [](Settings& s, const Values& v) { return set_positive_duration(s.isolate_timeout.emplace(), v); }},
      {{.name = "restore", .placeholder = "FILE", .help = "the strategy goes on from a state of --save-state"},
       [](Settings& s, const Values& v) { return s.restore = v[0], Result<void>(); }},
      {{.name = "save_state", .placeholder = "FILE", .help = "where the strategy's state after the run goes"},
       [](Settings& s, const Values& v) { return s.save_state = v[0], Result<void>(); }},
      {kConfigSpec, [](Settings& s, const Values& v) { return s.configuration = v[0], Result<void>(); }},
  }};
  return kOptions;
}

std::string reasons_text(const backtest::OrderCounts::Reasons& reasons) {
  std::string text;
  for (const auto& [reason, count] : reasons) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(reason), count);
  }
  return text;
}

// "800 orders, 3 rejected (min_notional 3), 12 expired (would_take 12)" as a line.
std::string orders_text(const backtest::OrderCounts& counts) {
  const auto in_all = [](const backtest::OrderCounts::Reasons& reasons) {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : reasons) sum += count;
    return sum;
  };
  std::string text = fmt::format("{} orders", counts.placed);
  for (const auto& [what, reasons] : {std::pair("rejected", &counts.rejected), std::pair("expired", &counts.expired)}) {
    if (reasons->empty()) continue;
    text += fmt::format(", {} {} ({})", in_all(*reasons), what, reasons_text(*reasons));
  }
  if (counts.refused > 0) text += fmt::format(", {} changes and cancels refused", counts.refused);
  return text + '\n';
}

// ", 3 fills of more than their trade had (0.297 beyond it)".
std::string beyond_text(const backtest::InstrumentReport& of) {
  std::string text;
  for (const auto& [what, excess] : {std::pair("their trade had", &of.orders.beyond_trades),
                                     std::pair("their level had", &of.orders.beyond_levels)}) {
    if (excess->fills == 0) continue;
    text += fmt::format(", {} fills of more than {} ({} beyond it)", excess->fills, what,
                        to_string(of.instrument.quantity_of(excess->units)));
  }
  return text;
}

std::string summary_of(const backtest::RunReport& report) {
  std::string text = backtest::trouble_text(backtest::read_markets(report).instruments);
  for (const backtest::InstrumentReport& of : report.instruments) {
    text += fmt::format("{} rows of {} events of {}", of.data.rows, of.data.events, of.instrument.name);
    if (of.data.shift != Nanos{0}) text += fmt::format(", local times shifted by {}", to_string(of.data.shift));
    text += '\n';
  }
  text += orders_text(report.orders());
  const bool is_one = report.instruments.size() == 1;
  for (const backtest::InstrumentReport& of : report.instruments) {
    if (!is_one) text += fmt::format("{}: ", of.instrument.name);
    text += fmt::format("{} fills, position {}, balance {}, fee {}", of.orders.fills,
                        to_string(of.instrument.quantity_of(of.position.quantity.units())), to_string(of.position.cash),
                        to_string(of.position.fee));
    if (of.equity) text += fmt::format(", equity {}", to_string(*of.equity));
    text += beyond_text(of) + '\n';
  }
  if (const auto sum = report.sum(); sum && !is_one) {
    text +=
        fmt::format("{} fills in all, balance {}, fee {}", report.end.fills, to_string(sum->cash), to_string(sum->fee));
    if (report.equity) text += fmt::format(", equity {}", to_string(*report.equity));
    text += '\n';
  }
  return text + report.folder + '\n';
}

// What looks like a result, and is none.
void tell_no_fills(const backtest::OrderCounts& counts, const std::string& strategy) {
  if (counts.fills > 0) return;
  const std::string why =
      counts.placed == 0
          ? fmt::format(
                "the strategy {} placed no order: do its parameters fit these prices, and does the data have "
                "what it waits for?",
                strategy)
          : "no order was filled: the summary says what became of them";
  complain(why, LogLevel::kWarn);
}

// Full fills give an order all of it, whatever there was. As hftbacktest has them that is what was asked for.
void tell_beyond(const backtest::RunReport& report, const backtest::BacktestSettings& settings) {
  std::uint64_t beyond = 0;
  for (std::size_t i = 0; i < report.instruments.size(); ++i) {
    if (settings.instruments[i].exchange.as_hftbacktest) continue;
    const backtest::OrderCounts& orders = report.instruments[i].orders;
    beyond += orders.beyond_trades.fills + orders.beyond_levels.fills;
  }
  if (beyond == 0) return;
  complain(fmt::format("{} fills are of more than the trade or the level that filled them had, and could not have been "
                       "got: fills = \"partial\" in [exchange] gives what there was",
                       beyond),
           LogLevel::kWarn);
}

// A run that looks like another bad day, and is one that the account did not survive.
void tell_liquidations(const std::vector<backtest::AccountReport>& accounts) {
  for (const backtest::AccountReport& account : accounts) {
    if (account.liquidations == 0) continue;
    const bool is_borne = account.borne_by_others.units != 0;
    complain(fmt::format("the account in {} was liquidated {}{}: see cause liquidation in fills.csv", account.asset,
                         account.liquidations == 1 ? "once" : fmt::format("{} times", account.liquidations),
                         is_borne ? fmt::format(", and others bore {} of its loss", to_string(account.borne_by_others))
                                  : std::string()),
             LogLevel::kWarn);
  }
}

std::string bar_summary_of(const backtest::BarReport& report) {
  const bool is_one = report.instruments.size() == 1;
  std::uint64_t missing = 0;
  std::string names;
  std::string lines;
  for (std::size_t i = 0; i < report.instruments.size(); ++i) {
    const backtest::BacktestInstrument& instrument = report.instruments[i];
    const Position& position = report.totals.positions[i];
    missing += report.missing[i];
    names += (i == 0 ? "" : ", ") + instrument.name;
    if (!is_one) lines += fmt::format("{}: ", instrument.name);
    lines += fmt::format("{} fills, position {}, balance {}, fee {}, equity {}\n", report.orders[i].fills,
                         to_string(instrument.quantity_of(position.quantity.units())), to_string(position.cash),
                         to_string(position.fee), to_string(report.totals.equities[i]));
  }
  if (!is_one) {
    const Position sum = report.sum();
    lines += fmt::format("{} fills in all, balance {}, fee {}, equity {}\n", report.totals.fills, to_string(sum.cash),
                         to_string(sum.fee), to_string(report.totals.equity));
  }
  return fmt::format("{} bars of {} from {} to {}, {} missing\n{}{}{}\n", report.totals.bars, names,
                     to_iso8601(report.begin), to_iso8601(report.end), missing, orders_text(sum_of(report.orders)),
                     lines, report.folder);
}

// What is to be printed of a run, and its folder.
struct Ran {
  std::string summary;
  std::string folder;
};

void tell_assumptions(const std::vector<backtest::Assumption>& assumptions) {
  for (const backtest::Assumption& of : assumptions) {
    complain(fmt::format("{}: {}", of.text, of.remedy), LogLevel::kWarn);
  }
}

// Of a run that looks like one over features, and is none.
void tell_untold_features(const backtest::RunRequest& request, const std::vector<bool>& told) {
  for (const std::string& note : backtest::untold_feature_notes(request.settings, told)) {
    complain(note, LogLevel::kWarn);
  }
}

Result<Ran> run_bars(const backtest::RunRequest& request) {
  const auto report = backtest::run_bar_backtest(real_file_ops(), request);
  if (!report) return std::unexpected(report.error());
  if (report->totals.fills_above_volume > 0) {
    complain(fmt::format("{} fills are of more than their whole bar traded: the quantity is too large to be believed",
                         report->totals.fills_above_volume),
             LogLevel::kWarn);
  }
  tell_untold_features(request, report->totals.told_features);
  tell_assumptions(report->assumptions);
  tell_liquidations(report->accounts);
  tell_no_fills(sum_of(report->orders), request.settings.strategy);
  return Ran{bar_summary_of(*report), report->folder};
}

Result<Ran> run_books(const backtest::RunRequest& request) {
  const auto report = backtest::run_backtest(real_file_ops(), request);
  if (!report) return std::unexpected(report.error());
  for (const std::string& note : backtest::data_notes(request.settings, backtest::read_markets(*report))) {
    complain(note, LogLevel::kWarn);
  }
  tell_untold_features(request, report->end.told_features);
  tell_beyond(*report, request.settings);
  tell_assumptions(report->assumptions);
  tell_liquidations(report->accounts);
  tell_no_fills(report->orders(), request.settings.strategy);
  return Ran{summary_of(*report), report->folder};
}

// A run's files have names: what standard output has is the summary.
Result<void> check_names(const Settings& settings) {
  for (const auto& [flag, name] : {std::pair("--json", &settings.json), std::pair("--out", &settings.folder),
                                   std::pair("--save-state", &settings.save_state)}) {
    if (*name != "-") continue;
    return fail(ErrorCode::kUsage, fmt::format("{} -: standard output has the summary: give a name", flag));
  }
  return {};
}

Result<void> check_together(const Settings& settings) {
  if (Result<void> named = check_names(settings); !named) return named;
  if (settings.isolate_timeout && !settings.isolates) {
    return fail(ErrorCode::kUsage, "--isolate-timeout is of --isolate: give both");
  }
  if (settings.replay.empty()) {
    return settings.configuration.empty() ? fail(ErrorCode::kUsage, "CONFIG is missing: which backtest?")
                                          : Result<void>();
  }
  if (settings.isolates || settings.scenarios || !settings.restore.empty() || !settings.save_state.empty()) {
    return fail(ErrorCode::kUsage,
                "--replay runs no strategy: take --isolate, --scenarios, --restore and --save-state out");
  }
  if (settings.bar_path) {
    return fail(ErrorCode::kUsage, "--replay takes the way within a bar from the run: take --bar-path out");
  }
  if (settings.proofs.determinism || settings.proofs.lookahead) {
    return fail(ErrorCode::kUsage,
                "--replay is a proof of its own: take --check-determinism and --check-lookahead out");
  }
  return {};
}

// What is asked for, without the settings.
Result<backtest::RunRequest> request_of(Settings& settings) {
  backtest::RunRequest request{.version = std::string(version()),
                               .configuration_file = settings.configuration,
                               .json = settings.json,
                               .folder = settings.folder,
                               .restore = settings.restore,
                               .save_state = settings.save_state,
                               .scenarios = settings.scenarios};
  // What it could read there would be the same whatever the future is.
  if (settings.isolates) request.isolate = backtest::IsolateOptions{.bans_files = settings.proofs.lookahead};
  if (settings.isolate_timeout) request.isolate->timeout = *settings.isolate_timeout;
  if (settings.replay.empty()) {
    Result<std::string> text = read_text_file(settings.configuration, kMaxConfigBytes);
    if (!text) return std::unexpected(text.error());
    request.configuration = *std::move(text);
    return request;
  }
  Result<RunToReplay> found = read_run_to_replay(settings.replay);
  if (!found) return std::unexpected(found.error());
  request.version = std::move(found->version);
  request.scenario = std::move(found->scenario);
  settings.replayed_bar_paths = std::move(found->bar_paths);
  request.configuration = std::move(found->configuration);
  request.configuration_file = std::move(found->configuration_file);
  request.replayed = std::move(found->run);
  if (request.folder.empty()) request.folder = settings.replay + ".replay";
  return request;
}

// That of the run which is replayed, whoever said it there; else that of the flag.
Result<void> set_bar_paths(const Settings& settings, backtest::RunRequest& request) {
  std::vector<backtest::InstrumentSettings>& instruments = request.settings.instruments;
  for (std::size_t i = 0; i < std::min(instruments.size(), settings.replayed_bar_paths.size()); ++i) {
    const Result<backtest::BarPath> path = backtest::parse_bar_path(settings.replayed_bar_paths[i]);
    if (!path) return fail(ErrorCode::kBadInput, fmt::format("{}: {}", settings.replay, path.error().message));
    instruments[i].exchange.bar_path = *path;
  }
  Result<std::string> overrides = override_bar_path(settings.bar_path, request.settings);
  if (!overrides) return std::unexpected(overrides.error());
  request.overrides = *std::move(overrides);
  return {};
}

// Also of a file that lies elsewhere than at the time of the run that is replayed.
Result<void> take_configuration(const Settings& settings, backtest::RunRequest& request) {
  const std::string& name = settings.configuration.empty() ? request.configuration_file : settings.configuration;
  if (request.replayed && !settings.configuration.empty()) {
    const Result<std::string> text = read_text_file(name, kMaxConfigBytes);
    if (!text) return std::unexpected(text.error());
    if (*text != request.configuration) {
      return fail(ErrorCode::kUsage,
                  fmt::format("{}: it is not what {} was run with: leave CONFIG out", name, settings.replay));
    }
  }
  auto parsed = parse_backtest_config(request.configuration, name);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->sweep.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("{}: it has a [sweep]: acts sweep {} runs it", name, name));
  }
  if (Result<void> taken = take_default_data_dir(*parsed, name); !taken) return taken;
  request.settings = *std::move(parsed);
  // A folder from before there were books has none either.
  if (request.replayed && !request.replayed->has_books) request.settings.books = false;
  if (Result<void> set = set_bar_paths(settings, request); !set) return set;
  if (!request.scenario.empty()) {
    const backtest::Scenario* const scenario = backtest::find_scenario(request.scenario);
    if (scenario == nullptr) {
      return fail(ErrorCode::kBadInput, fmt::format("{}: it is of the scenario '{}', which this version does not have",
                                                    settings.replay, request.scenario));
    }
    backtest::apply(*scenario, request.settings);
  }
  if (request.settings.is_bars && request.scenarios) {
    return fail(ErrorCode::kUsage, "--scenarios is of order books: bars know no queue");
  }
  if (request.folder.empty()) {
    request.folder = fmt::format("runs/{}-{{}}", std::filesystem::path(name).stem().string());
  }
  return {};
}

// What was replayed is there twice: it stays only where that was asked for.
Result<std::string> compare_replay(const Settings& settings, const std::string& folder) {
  if (Result<void> same = backtest::compare_folders(settings.replay, folder); !same) {
    return std::unexpected(same.error());
  }
  std::error_code ignored;
  if (settings.folder.empty()) std::filesystem::remove_all(folder, ignored);
  return fmt::format("reproduced: every file is that of {}, byte for byte\n", settings.replay);
}

// A state may be gone on from and be saved again under its name: it is read before.
Result<void> check_outputs(const Settings& settings, const backtest::RunRequest& request) {
  std::vector<std::string> read = files_read(request.settings);
  read.insert(read.end(), {settings.configuration, settings.replay});
  if (Result<void> fits = check_not_read("--save-state", settings.save_state, read); !fits) return fits;
  read.push_back(settings.restore);
  if (Result<void> fits = check_not_read("--json", settings.json, read); !fits) return fits;
  for (const std::string& output : {settings.save_state, settings.json}) {
    if (output.empty()) continue;
    if (Result<void> fits = history::check_replaceable(output); !fits) return fits;
  }
  return {};
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> fits = check_together(settings); !fits) return complain(fits.error());
  Result<backtest::RunRequest> request = request_of(settings);
  if (!request) return complain(request.error());
  if (const Result<void> taken = take_configuration(settings, *request); !taken) return complain(taken.error());
  if (const Result<void> kept = check_outputs(settings, *request); !kept) return complain(kept.error());
  if (request->replayed && real_file_ops().exists(request->folder)) {
    return complain(Error{ErrorCode::kUsage, fmt::format("{}: it is there already: move it away, or give --out another",
                                                         request->folder)});
  }
  Problems problems;
  request->on_problem = [&problems](std::string_view problem) { problems.add(problem); };
  const Result<Ran> ran = request->settings.is_bars ? run_bars(*request) : run_books(*request);
  problems.finish();
  std::error_code ignored;
  if (!ran && request->replayed && settings.folder.empty()) std::filesystem::remove_all(request->folder, ignored);
  if (!ran) return complain(ran.error());
  Output out;
  if (!request->replayed || !settings.folder.empty()) out.write(ran->summary);
  request->on_problem = {};
  const Result<std::string> proven =
      request->replayed ? compare_replay(settings, ran->folder) : prove(*request, ran->folder, settings.proofs);
  if (!proven) return out.finish(complain(proven.error()));
  out.write(*proven);
  return out.finish(problems.count() == 0 ? kExitDone : kExitBadInput);
}

}  // namespace

Command backtest_command() {
  return {.name = "backtest",
          .summary = "Run a strategy over recorded data, with the fills that it would have got",
          .options = specs_of(table().first(table().size() - 1)),
          .positional = kConfigSpec,
          .examples =
              "  acts backtest grid.toml\n"
              "  acts backtest grid.toml --json result.json --out runs/first\n"
              "  acts backtest --replay runs/first",
          .more_help = strategies_help(),
          .run = run};
}

}  // namespace acts::cli
