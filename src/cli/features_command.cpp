// acts features: every feature with its definition, unit and columns; acts features compute: some of them over what was
// recorded.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "acts/features/feature.hpp"
#include "acts/features/interval_feature.hpp"

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/replay_run.hpp"
#include "cli/venue_best_run.hpp"

namespace acts::cli {
namespace {

// `files`: the words without a flag.
using Settings = ReplaySettings;

const OptionSpec kWordsSpec{.name = "action",
                            .placeholder = "ACTION",
                            .kind = OptionKind::kFiles,
                            .help =
                                "none: list all; compute NAME[,NAME...] [FILE...]: of recordings, or of one symbol of "
                                "the data directory"};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 15> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {replayed_venue_spec(), set_replayed_venue},
      {kReplayedSymbolSpec, [](Settings& s, const Values& v) { return s.symbols = v, Result<void>(); }},
      {{.name = "from", .placeholder = "TIME", .help = "only rows of then and later"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "only rows of before"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {kReplayedOriginSpec, [](Settings& s, const Values& v) { return s.origin = v[0], Result<void>(); }},
      {{.name = "store",
        .kind = OptionKind::kSwitch,
        .help = "rows go into DATA_DIR/features, where acts query has them as features_1m, not to standard output",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.stores = v[0] == "true", Result<void>(); }},
      {kIntervalSpec, [](Settings& s, const Values& v) { return set_positive_duration(s.features.interval, v); }},
      {told_spec(kBandsSpec, "as the recording tells, else 1,4"),
       [](Settings& s, const Values& v) { return set_bands(s.replay.bands.emplace(), v); }},
      {kLevelsSpec, set_replayed_levels},
      {kHorizonsSpec, set_replayed_horizons},
      {kLimitSpec, set_limit},
      {told_spec(kStaleAfterSpec, "as the recording tells, else 60s"),
       [](Settings& s, const Values& v) { return set_positive_duration(s.replay.stale_after.emplace(), v); }},
      {kRowsSpec, [](Settings& s, const Values& v) -> Result<void> { return s.rows = v[0], Result<void>(); }},
      {kWordsSpec, [](Settings& s, const Values& v) { return s.files = v, Result<void>(); }},
  }};
  return kOptions;
}

constexpr std::string_view kComputing = "compute";
constexpr std::string_view kTheList = "the list";
constexpr std::array<FlagUse, 9> kUsesOfCompute{{{"venue", kComputing},
                                                 {"symbol", kComputing},
                                                 {"from", kComputing},
                                                 {"to", kComputing},
                                                 {"origin", kComputing},
                                                 {"store", kComputing},
                                                 {"limit", kComputing},
                                                 {"stale_after", kComputing},
                                                 {"rows", kComputing}}};
constexpr std::string_view kStoring = "--store";
constexpr std::array<FlagUse, 1> kUsesOfOutput{{{"rows", "standard output"}}};

int list(const Settings& settings) {
  if (const auto made = IntervalFeatures::make(settings.features); !made) return complain(made.error());
  Output out;
  out.write("Of every minute row:\n\n");
  out.write(describe_features(settings.replay.bands.value_or(BandList::defaults())));
  out.write(
      "\nOf any interval, by acts features compute and acts replay --features; depth at a distance is total_bid_P and "
      "total_ask_P with --bands:\n\n");
  out.write(describe_interval_features(settings.features));
  out.write(fmt::format("\n{}: {}\n", kVenueBestName, kVenueBestDefinition));
  return out.finish(kExitDone);
}

// "a,b" -> a, b; what is empty stays, and is refused as a name.
std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  for (std::size_t end = list.find(','); end != std::string::npos; end = list.find(',', begin)) {
    names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  names.push_back(list.substr(begin));
  return names;
}

int compute(Settings settings, const std::string& data_dir) {
  if (settings.files.size() < 2) {
    return complain({ErrorCode::kUsage,
                     "features compute: name the features, such as mid_price,vwap: 'acts features' "
                     "lists them"});
  }
  settings.chosen = names_in(settings.files[1]);
  settings.files.erase(settings.files.begin(), settings.files.begin() + 2);
  if (std::ranges::find(settings.chosen, kVenueBestName) != settings.chosen.end()) {
    if (settings.stores || !settings.origin.empty()) {
      return complain({ErrorCode::kUsage, fmt::format("{} takes neither --store nor --origin", kVenueBestName)});
    }
    if (settings.chosen.size() == 1) return replay_venue_best(settings, data_dir);
    return complain(
        {ErrorCode::kUsage, fmt::format("{} is computed alone: its rows are of several venues", kVenueBestName)});
  }
  settings.data_dir = data_dir;
  if (!settings.origin.empty()) {
    if (settings.files.empty()) return replay_catalog(std::move(settings), data_dir);
    return complain({ErrorCode::kUsage, "--origin is of the catalog's rows: name no files with it"});
  }
  if (!settings.files.empty()) return replay_files(std::move(settings));
  return replay_data_dir(std::move(settings), data_dir);
}

int run(const Given& given) {
  Settings settings;
  const Result<std::string> data_dir = data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check_period(settings.from, settings.to); !checked) return complain(checked.error());
  if (settings.files.empty()) {
    const Result<void> used = check_uses(kUsesOfCompute, given, kTheList);
    return used ? list(settings) : complain(used.error());
  }
  if (settings.files[0] != "compute") {
    static constexpr std::array<std::string_view, 1> kActions{"compute"};
    return complain({ErrorCode::kUsage, fmt::format("no action '{}' of features: {}", settings.files[0],
                                                    name_advice(settings.files[0], kActions))});
  }
  if (const Result<void> used = settings.stores ? check_uses(kUsesOfOutput, given, kStoring) : Result<void>(); !used)
    return complain(used.error());
  return compute(std::move(settings), *data_dir);
}

}  // namespace

Command features_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the words have no flag
  return {.name = "features",
          .summary = "Every feature: definition, unit, columns; compute: some of them over what was recorded",
          .options = std::move(flags),
          .positional = kWordsSpec,
          .examples =
              "  acts features --bands 0.5,1,4\n"
              "  acts features compute mid_price,imbalance,vwap --interval 1s btcusdt_20240808.gz",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
