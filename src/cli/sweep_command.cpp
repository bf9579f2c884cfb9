// acts sweep CONFIG: one strategy with many parameter sets over one pass of the bars.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "backtest/bars/sweep_run.hpp"
#include "cli/backtest_config.hpp"
#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/values.hpp"
#include "history/output_file.hpp"
#include "recording/file_ops.hpp"

namespace acts::cli {
namespace {

constexpr int kMostThreads = 1024;
constexpr int kMostSeed = 2'000'000'000;

struct SweepSettings {
  std::string configuration;
  std::string output;
  std::optional<std::size_t> count;
  std::uint64_t seed = 1;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
};

const OptionSpec kSweepConfigSpec{.name = "sweep",
                                  .placeholder = "CONFIG",
                                  .help = "a backtest over bars with a [sweep] (TOML)",
                                  .is_required = true};

template <typename Number>
Result<void> set_count(Number& number, const Values& values, int most) {
  const Result<int> parsed = parse_integer(values[0], 1, most);
  if (!parsed) return std::unexpected(parsed.error());
  number = static_cast<std::size_t>(*parsed);
  return {};
}

std::span<const Option<SweepSettings>> sweep_table() {
  static const std::array<Option<SweepSettings>, 5> kOptions{{
      {{.name = "output", .placeholder = "FILE", .help = "the table, as CSV; standard output if not given"},
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
      {kSweepConfigSpec, [](SweepSettings& s, const Values& v) { return s.configuration = v[0], Result<void>(); }},
  }};
  return kOptions;
}

// The table, to a file that is there once it is complete, or to standard output; its header comes with the first row.
class SweepTable {
 public:
  SweepTable(std::optional<history::OutputFile> file, std::string header)
      : file_(std::move(file)), header_(std::move(header)) {}

  Result<void> write(std::string_view line) {
    const std::string text = std::exchange(header_, {}) + std::string(line);
    if (file_) return file_->write(text);
    if (out_.write(text)) return {};
    return fail(ErrorCode::kCancelled, "nobody reads the table any more");
  }
  int finish(int code) {
    if (!file_) return out_.finish(code);
    const Result<void> finished = file_->finish();
    return finished ? code : complain(finished.error());
  }

 private:
  std::optional<history::OutputFile> file_;
  std::string header_;
  Output out_;
};

Result<std::optional<history::OutputFile>> open_output(const std::string& path) {
  if (path.empty()) return std::nullopt;
  Result<history::OutputFile> file = history::OutputFile::create(real_file_ops(), path);
  if (!file) return std::unexpected(file.error());
  return std::optional(*std::move(file));
}

int run_sweep_command(const Given& given) {
  SweepSettings settings;
  if (const Result<void> set = set_given(sweep_table(), settings, given); !set) return complain(set.error());
  const Result<std::string> text = read_text_file(settings.configuration, kMaxConfigBytes);
  if (!text) return complain(text.error());
  auto parsed = parse_backtest_config(*text, settings.configuration);
  if (!parsed) return complain(parsed.error());
  if (!parsed->is_bars) {
    return complain(Error{ErrorCode::kUsage, fmt::format("{}: a sweep runs over bars: kind = \"bars\" in [data]",
                                                         settings.configuration)});
  }
  if (parsed->sweep.empty()) {
    return complain(
        Error{ErrorCode::kUsage,
              fmt::format("{}: there is nothing to vary: such as fast = [5, 10] in [sweep]", settings.configuration)});
  }
  backtest::SweepRequest request{
      .axes = parsed->sweep, .count = settings.count, .seed = settings.seed, .threads = settings.threads};
  request.settings = *std::move(parsed);
  Result<std::optional<history::OutputFile>> file = open_output(settings.output);
  if (!file) return complain(file.error());
  SweepTable table(*std::move(file), backtest::sweep_header(request.axes));
  const auto report = backtest::run_sweep(request, [&table](const backtest::SweepRow& row, const auto& instrument) {
    return table.write(backtest::sweep_line(row, instrument));
  });
  if (!report) return complain(report.error());
  if (report->refused > 0) {
    complain(fmt::format("{} of {} combinations left out: {}", report->refused, report->refused + report->sets,
                         report->refusal),
             LogLevel::kWarn);
  }
  return table.finish(kExitDone);
}

}  // namespace

Command sweep_command() {
  return {.name = "sweep",
          .summary = "Run a strategy with many parameter sets over one pass of the bars",
          .options = specs_of(sweep_table().first(4)),
          .positional = kSweepConfigSpec,
          .examples =
              "  acts sweep sma.toml --output sma.csv\n"
              "  acts sweep sma.toml --random 200 --seed 7 --threads 2",
          .run = run_sweep_command};
}

}  // namespace acts::cli
