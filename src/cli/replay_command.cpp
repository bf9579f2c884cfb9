// acts replay FILE...: recordings -> decode -> sync -> book -> sampler -> rows on standard output; with --origin the
// books and trades of the catalog in place of recordings.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/replay_run.hpp"

namespace acts::cli {
namespace {

using Settings = ReplaySettings;

const OptionSpec kFilesSpec{.name = "file",
                            .placeholder = "FILE",
                            .kind = OptionKind::kFiles,
                            .help = "recordings, plain, gzip or zstd; several are one, in this order"};
const OptionSpec kBookSpec{.name = "book",
                           .placeholder = "FILE",
                           .kind = OptionKind::kTexts,
                           .help = "books of DIR/checkpoints or DIR/books to begin with, where they were saved"};
const OptionSpec kFeaturesSpec{.name = "features",
                               .placeholder = "LIST",
                               .kind = OptionKind::kTexts,
                               .help = "more of them behind the columns of every row: see acts features; or all"};
const OptionSpec kSummarySpec{.name = "summary",
                              .placeholder = "",
                              .kind = OptionKind::kSwitch,
                              .help = "the end state; on standard error if there are rows on standard output"};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 17> kOptions{{
      {kRowsSpec, [](Settings& s, const Values& v) -> Result<void> { return s.rows = v[0], Result<void>(); }},
      {replayed_venue_spec(), set_replayed_venue},
      {kReplayedSymbolSpec, [](Settings& s, const Values& v) { return s.symbols = v, Result<void>(); }},
      {told_spec(kBandsSpec, "as the recording tells, else 1,4"),
       [](Settings& s, const Values& v) { return set_bands(s.replay.bands.emplace(), v); }},
      {kLimitSpec, set_limit},
      {told_spec(kStaleAfterSpec, "as the recording tells, else 60s"),
       [](Settings& s, const Values& v) { return set_positive_duration(s.replay.stale_after.emplace(), v); }},
      {kBookSpec, [](Settings& s, const Values& v) { return s.books = v, Result<void>(); }},
      {kIntervalSpec, [](Settings& s, const Values& v) { return set_positive_duration(s.features.interval, v); }},
      {kFeaturesSpec, [](Settings& s, const Values& v) { return s.features.names = v, Result<void>(); }},
      {kLevelsSpec, set_replayed_levels},
      {kHorizonsSpec, set_replayed_horizons},
      {{.name = "from", .placeholder = "TIME", .help = "only rows of then and later"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "only rows of before"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {kReplayedOriginSpec, [](Settings& s, const Values& v) { return s.origin = v[0], Result<void>(); }},
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {kSummarySpec, [](Settings& s, const Values& v) { return s.summary = v[0] == "true", Result<void>(); }},
      {kFilesSpec, [](Settings& s, const Values& v) { return s.files = v, Result<void>(); }},
  }};
  return kOptions;
}

// What says which columns a feature has, where none is asked for.
Result<void> check_feature_flags(const Settings& settings, const Given& given) {
  if (!settings.features.names.empty()) return {};
  for (const std::string_view name : {kLevelsSpec.name, kHorizonsSpec.name}) {
    if (std::ranges::find(given, name, &GivenOption::name) == given.end()) continue;
    return fail(ErrorCode::kUsage, fmt::format("{} is of --features, which was not given", flag_of(name)));
  }
  return {};
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check_period(settings.from, settings.to); !checked) return complain(checked.error());
  if (const Result<void> checked = check_feature_flags(settings, given); !checked) return complain(checked.error());
  if (settings.origin.empty()) {
    if (!settings.files.empty()) return replay_files(std::move(settings));
    return complain({ErrorCode::kUsage, "name recordings, or --origin and one --symbol of the catalog"});
  }
  if (!settings.files.empty() || !settings.books.empty()) {
    return complain({ErrorCode::kUsage, "--origin is of the catalog's rows: name no files and no --book with it"});
  }
  const Result<std::string> data_dir = present_data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  return replay_catalog(std::move(settings), *data_dir);
}

}  // namespace

Command replay_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the files have no flag
  return {.name = "replay",
          .summary =
              "Recordings, or the catalog's books and trades, to minute rows on standard output, or to rows of another "
              "interval and more features",
          .options = std::move(flags),
          .positional = kFilesSpec,
          .examples =
              "  acts replay btcusdt_20240808.gz\n"
              "  acts replay --symbol BTCUSDT --rows none --summary day1.jsonl.zst day2.jsonl.zst\n"
              "  acts replay --interval 1s --features vwap,order_flow_imbalance btcusdt_20240808.gz\n"
              "  acts replay --origin tardis --symbol BTCUSDT --from 2024-01-02 --to 2024-01-03",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
