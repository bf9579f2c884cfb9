// acts replay FILE...: recordings -> decode -> sync -> book -> sampler -> rows on standard output.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"

#include "cli/command.hpp"
#include "live/replay.hpp"

namespace acts::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string venue = "binance-spot";
  std::vector<std::string> symbols;
  std::string bands = "1,4";
  std::string rows = "csv";
  std::string stale_after = "60s";
  int limit = 0;
  bool summary = false;
};

// The first of each kind of problem is said when it comes, the others are counted.
class Problems {
 public:
  void add(const std::string& problem) {
    if (++count_ <= kShown) complain(problem);
  }
  void finish() const {
    if (count_ > kShown) complain(fmt::format("{} more problems like these were left out", count_ - kShown));
  }

 private:
  static constexpr std::size_t kShown = 10;
  std::size_t count_ = 0;
};

Result<ReplayOptions> replay_options(const Options& options) {
  ReplayOptions result;
  const Result<Venue> venue = parse_venue(options.venue);
  if (!venue) return std::unexpected(venue.error());
  const Result<BandList> bands = BandList::parse(options.bands);
  if (!bands) return std::unexpected(bands.error());
  const Result<Nanos> stale_after = parse_duration(options.stale_after);
  if (!stale_after) return std::unexpected(stale_after.error());
  result.venue = *venue;
  result.symbols = options.symbols;
  result.bands = *bands;
  result.stale_after = *stale_after;
  result.limit = options.limit;
  return result;
}

int run(const Options& options) {
  const Result<ReplayOptions> replay_settings = replay_options(options);
  if (!replay_settings) return complain(replay_settings.error());
  Result<RecordingReader> reader = RecordingReader::open(options.files);
  if (!reader) return complain(reader.error());
  const RowSchema schema = make_schema(replay_settings->bands);
  Output out;
  Problems problems;
  std::string text;
  if (options.rows == "csv") append_csv_header(text, schema);
  out.write(text);
  const auto on_row = [&](MinuteRow&& row) {
    text.clear();
    if (options.rows == "csv") append_csv(text, schema, row);
    if (options.rows == "json") append_json(text, schema, row);
    out.write(text);
  };
  Replay replay(*replay_settings, on_row, [&](const std::string& problem) { problems.add(problem); });
  const Result<void> done = replay.run(*reader);
  if (options.summary) out.write(replay.summary());
  out.flush();
  problems.finish();
  if (!done) return complain(done.error());
  const collector::PipelineCounters& counters = replay.pipeline().counters();
  if (counters.messages == counters.refused) {
    complain(
        "no line of these files could be used: are they recordings of <recv_ns> <json> lines, and is --venue right?");
    return kExitBadInput;
  }
  return kExitDone;
}

}  // namespace

void add_replay(CLI::App& app, const Common& /*common*/, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("replay", "Recordings to minute rows on standard output");
  command->add_option("FILE", options->files, "recordings, plain, gzip or zstd; several are one, in this order")
      ->required();
  command->add_option("--rows", options->rows, "form of the rows")
      ->check(CLI::IsMember({"csv", "json", "none"}))
      ->capture_default_str();
  command->add_option("--venue", options->venue, "binance-spot or binance-usdm")->capture_default_str();
  command->add_option("--symbol", options->symbols, "only these; all if not given")->delimiter(',');
  command->add_option("--bands", options->bands, "per cent around mid")->capture_default_str();
  command
      ->add_option("--limit", options->limit,
                   "levels a side that the recorded snapshots were asked for, if that is not known")
      ->check(CLI::Range(1, 5000));
  command->add_option("--stale-after", options->stale_after, "without a depth event for so long a row is stale")
      ->capture_default_str();
  command->add_flag("--summary", options->summary, "the end state, after the rows");
  command->footer(
      "Examples:\n"
      "  acts replay btcusdt_20240808.gz\n"
      "  acts replay --venue binance-usdm --rows none --summary day1.jsonl.zst day2.jsonl.zst");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace acts::cli
