// acts replay FILE...: recordings -> decode -> sync -> book -> sampler -> rows on standard output.
#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"

#include "binance/symbols.hpp"
#include "cli/command.hpp"
#include "cli/values.hpp"
#include "live/replay.hpp"

namespace acts::cli {
namespace {

struct Settings {
  ReplayOptions replay;
  std::vector<std::string> files;
  std::string rows = "csv";
  bool summary = false;
};

const OptionSpec kFilesSpec{.name = "file",
                            .placeholder = "FILE",
                            .kind = OptionKind::kFiles,
                            .help = "recordings, plain, gzip or zstd; several are one, in this order",
                            .is_required = true};
const OptionSpec kRowsSpec{.name = "rows",
                           .placeholder = "",
                           .kind = OptionKind::kChoice,
                           .help = "form of the rows",
                           .default_text = "csv",
                           .choices = {"csv", "json", "none"}};
const OptionSpec kSymbolSpec{
    .name = "symbol", .placeholder = "SYMBOL", .kind = OptionKind::kTexts, .help = "only these; all if not given"};
const OptionSpec kLimitSpec{
    .name = "limit",
    .placeholder = "LEVELS",
    .kind = OptionKind::kInteger,
    .help = "levels a side that the recorded snapshots were asked for, where that is not known"};
const OptionSpec kSummarySpec{
    .name = "summary", .placeholder = "", .kind = OptionKind::kSwitch, .help = "the end state, after the rows"};

Result<void> set_limit(Settings& settings, const Values& values) {
  const Result<int> limit = parse_integer(values[0], 1, 5000);
  if (!limit) return std::unexpected(limit.error());
  settings.replay.limit = *limit;
  return {};
}

Result<void> set_symbols(Settings& settings, const Values& values) {
  for (const std::string& typed : values) {
    const Result<binance::SymbolWish> wish = binance::parse_symbol_wish(typed, settings.replay.venue);
    if (!wish) return std::unexpected(wish.error());
    settings.replay.symbols.push_back(wish->text);
  }
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 8> kOptions{{
      {kRowsSpec, [](Settings& s, const Values& v) -> Result<void> { return s.rows = v[0], Result<void>(); }},
      {kVenueSpec, [](Settings& s, const Values& v) { return set_venue(s.replay.venue, v); }},
      {kSymbolSpec, set_symbols},
      {kBandsSpec, [](Settings& s, const Values& v) { return set_bands(s.replay.bands, v); }},
      {kLimitSpec, set_limit},
      {kStaleAfterSpec, [](Settings& s, const Values& v) { return set_positive_duration(s.replay.stale_after, v); }},
      {kSummarySpec, [](Settings& s, const Values& v) { return s.summary = v[0] == "true", Result<void>(); }},
      {kFilesSpec, [](Settings& s, const Values& v) { return s.files = v, Result<void>(); }},
  }};
  return kOptions;
}

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

int run(const Given& given) {
  Settings settings;
  settings.replay.bands = BandList::defaults();
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  Result<RecordingReader> reader = RecordingReader::open(settings.files);
  if (!reader) return complain(reader.error());
  const RowSchema schema = make_schema(settings.replay.bands);
  Output out;
  Problems problems;
  std::string text;
  if (settings.rows == "csv") append_csv_header(text, schema);
  out.write(text);
  const auto on_row = [&](MinuteRow&& row) {
    text.clear();
    if (settings.rows == "csv") append_csv(text, schema, row);
    if (settings.rows == "json") append_json(text, schema, row);
    out.write(text);
  };
  Replay replay(settings.replay, on_row, [&](const std::string& problem) { problems.add(problem); });
  const Result<void> done = replay.run(*reader);
  if (settings.summary) out.write(replay.summary());
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

Command replay_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the files have no flag
  return {.name = "replay",
          .summary = "Recordings to minute rows on standard output",
          .options = std::move(flags),
          .positional = kFilesSpec,
          .examples =
              "  acts replay btcusdt_20240808.gz\n"
              "  acts replay --venue binance-usdm --rows none --summary day1.jsonl.zst day2.jsonl.zst",
          .run = run};
}

}  // namespace acts::cli
