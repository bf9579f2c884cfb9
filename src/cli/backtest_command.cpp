// acts backtest CONFIG: runs a strategy over recorded data.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string>

#include "acts/strategy/registry.hpp"

#include "backtest/bars/bar_backtest.hpp"
#include "backtest/run_backtest.hpp"
#include "cli/backtest_config.hpp"
#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/problems.hpp"

namespace acts::cli {
namespace {

struct Settings {
  std::string configuration;
  std::string json;
  std::string folder;
};

const OptionSpec kConfigSpec{
    .name = "backtest", .placeholder = "CONFIG", .help = "what to run, over what and how (TOML)", .is_required = true};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 3> kOptions{{
      {{.name = "json", .placeholder = "FILE", .help = "totals, fills and what the run was, as one JSON object"},
       [](Settings& s, const Values& v) { return s.json = v[0], Result<void>(); }},
      {{.name = "out", .placeholder = "DIR", .help = "the run's folder, for acts report; runs/NAME-HASH if not given"},
       [](Settings& s, const Values& v) { return s.folder = v[0], Result<void>(); }},
      {kConfigSpec, [](Settings& s, const Values& v) { return s.configuration = v[0], Result<void>(); }},
  }};
  return kOptions;
}

std::string summary_of(const backtest::RunReport& report) {
  const Position& position = report.end.positions.front();
  std::string text =
      fmt::format("{} rows of {} events of {}", report.data.rows, report.data.events, report.instrument.info.symbol);
  if (report.data.shift != Nanos{0}) text += fmt::format(", local times shifted by {}", to_string(report.data.shift));
  text += fmt::format("\n{} fills, position {}, balance {}, fee {}", report.end.fills,
                      to_string(report.instrument.quantity_of(position.quantity.units())), to_string(position.cash),
                      to_string(position.fee));
  if (report.equity) text += fmt::format(", equity {}", to_string(*report.equity));
  return text + fmt::format("\n{}\n", report.folder);
}

// What there is to know before anything is believed: all in one line, once.
void tell_oddities(const backtest::FeedFacts& data) {
  if (data.off_tick + data.off_scale + data.out_of_range == 0) return;
  complain(
      fmt::format("{} prices were off the tick and {} quantities off the lot's decimals (rounded), {} events could "
                  "not be used: are tick_size and lot_size those of the data?",
                  data.off_tick, data.off_scale, data.out_of_range),
      LogLevel::kWarn);
}

std::string bar_summary_of(const backtest::BarReport& report) {
  const Position& position = report.totals.positions.front();
  return fmt::format(
      "{} bars of {} from {} to {}, {} missing\n{} fills, position {}, balance {}, fee {}, equity {}\n{}\n",
      report.totals.bars, report.instrument.info.symbol, to_iso8601(report.begin), to_iso8601(report.end),
      report.missing, report.totals.fills, to_string(report.instrument.quantity_of(position.quantity.units())),
      to_string(position.cash), to_string(position.fee), to_string(report.totals.equity), report.folder);
}

int run_bars(const backtest::RunRequest& request) {
  const auto report = backtest::run_bar_backtest(real_file_ops(), request);
  if (!report) return complain(report.error());
  if (report->totals.fills_above_volume > 0) {
    complain(fmt::format("{} fills are of more than their whole bar traded: the quantity is too large to be believed",
                         report->totals.fills_above_volume),
             LogLevel::kWarn);
  }
  Output out;
  out.write(bar_summary_of(*report));
  return out.finish(kExitDone);
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  Result<std::string> text = read_text_file(settings.configuration, kMaxConfigBytes);
  if (!text) return complain(text.error());
  auto parsed = parse_backtest_config(*text, settings.configuration);
  if (!parsed) return complain(parsed.error());
  if (!parsed->sweep.empty()) {
    return complain(Error{ErrorCode::kUsage, fmt::format("{}: it has a [sweep]: acts sweep {} runs it",
                                                         settings.configuration, settings.configuration)});
  }
  const std::string name = std::filesystem::path(settings.configuration).stem().string();
  Problems problems;
  const backtest::RunRequest request{
      .settings = *std::move(parsed),
      .version = ACTS_VERSION,
      .configuration = *std::move(text),
      .json = settings.json,
      .folder = settings.folder.empty() ? fmt::format("runs/{}-{{}}", name) : settings.folder,
      .on_problem = [&problems](std::string_view problem) { problems.add(problem); }};
  if (request.settings.is_bars) return run_bars(request);
  const auto report = backtest::run_backtest(real_file_ops(), request);
  problems.finish();
  if (!report) return complain(report.error());
  tell_oddities(report->data);
  Output out;
  out.write(summary_of(*report));
  return out.finish(problems.count() == 0 ? kExitDone : kExitBadInput);
}

}  // namespace

Command backtest_command() {
  return {.name = "backtest",
          .summary = "Run a strategy over recorded data, with the fills that it would have got",
          .options = specs_of(table().first(2)),
          .positional = kConfigSpec,
          .examples =
              "  acts backtest grid.toml\n"
              "  acts backtest grid.toml --json result.json --out runs/first",
          .run = run};
}

}  // namespace acts::cli
