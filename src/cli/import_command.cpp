// acts import FILE...: files of the public archive, and of other formats, into the catalog.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "cli/command.hpp"
#include "cli/import_rows.hpp"
#include "cli/load_settings.hpp"
#include "cli/values.hpp"
#include "cli/version.hpp"
#include "history/import/importer.hpp"
#include "history/import/source_format.hpp"
#include "history/import/time_format.hpp"
#include "store/sinks/mongo_rows.hpp"

namespace acts::cli {
namespace {

constexpr int kMostBadRows = 1'000'000;

struct Settings {
  std::vector<std::string> files;
  history::SourceHints hints;
  std::uint64_t max_bad_rows = 100;
  bool replaces = false;
};

const OptionSpec kFilesSpec{.name = "files",
                            .placeholder = "FILE",
                            .kind = OptionKind::kFiles,
                            .help =
                                "files of the public archive or of other formats, packed by zip, gzip, zstd or not; "
                                "mongodb://HOST/DATABASE for minute rows",
                            .is_required = true};

Result<void> set_market(Settings& settings, const Values& values) {
  settings.hints.venue = history::venue_named(values[0]);
  return {};
}

Result<void> set_limit(Settings& settings, const Values& values) {
  const Result<int> limit = parse_integer(values[0], 0, kMostBadRows);
  if (!limit) return std::unexpected(limit.error());
  settings.max_bad_rows = static_cast<std::uint64_t>(*limit);
  return {};
}

Result<void> set_columns(Settings& settings, const Values& values) {
  settings.hints.columns = fmt::format("{}", fmt::join(values, ","));
  return {};
}

Result<void> set_time_format(Settings& settings, const Values& values) {
  const Result<history::TimeFormat> format = history::TimeFormat::parse(values[0]);
  if (!format) return std::unexpected(format.error());
  settings.hints.time_format = values[0];
  return {};
}

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  names.reserve(history::kinds().size());
  for (const history::Kind& kind : history::kinds()) names.push_back(kind.name);
  return names;
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  names.reserve(history::source_formats().size());
  for (const history::SourceFormat& format : history::source_formats()) names.push_back(format.name);
  return names;
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 13> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "kind",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "what the files hold, if their names and folders do not say it",
        .choices = kind_names()},
       [](Settings& s, const Values& v) { return s.hints.kind = v[0], Result<void>(); }},
      {{.name = "market",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "spot, USD-M or COIN-M futures, if their folders do not say it",
        .choices = {"spot", "um", "cm"}},
       set_market},
      {{.name = "venue", .placeholder = "NAME", .help = "of another exchange, if the files do not say it"},
       [](Settings& s, const Values& v) { return s.hints.venue = v[0], Result<void>(); }},
      {{.name = "symbol", .placeholder = "SYMBOL", .help = "as the venue spells it, if their names do not say it"},
       [](Settings& s, const Values& v) { return s.hints.symbol = v[0], Result<void>(); }},
      {{.name = "interval", .placeholder = "TIME", .help = "of candles, such as 1m, if their names do not say it"},
       [](Settings& s, const Values& v) { return s.hints.interval = v[0], Result<void>(); }},
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "whose files they are, if they do not look like it",
        .choices = format_names()},
       [](Settings& s, const Values& v) { return s.hints.format = v[0], Result<void>(); }},
      {{.name = "map",
        .placeholder = "COLUMN=FIELD,...",
        .kind = OptionKind::kTexts,
        .help = "of --format csv: of each of our columns the file's, by its name or its number from 1"},
       set_columns},
      {{.name = "tick_size",
        .placeholder = "PRICE",
        .help = "of npz, whose prices are doubles: what each is a multiple of"},
       [](Settings& s, const Values& v) { return s.hints.tick_size = v[0], Result<void>(); }},
      {{.name = "time_format",
        .placeholder = "FORMAT",
        .help = "of --format csv and candles: s, ms, us, ns, iso, ms+DAY, or a pattern such as '%Y-%m-%d %H:%M'"},
       set_time_format},
      {{.name = "replace",
        .kind = OptionKind::kSwitch,
        .help = "rows that contradict the catalog's take their place",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.replaces = v[0] == "true", Result<void>(); }},
      {{.name = "max_bad_rows",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "of a file; with more nothing of it is imported",
        .default_text = "100"},
       set_limit},
      {kFilesSpec, [](Settings& s, const Values& v) { return s.files = v, Result<void>(); }},
  }};
  return kOptions;
}

std::string time_text(std::int64_t micros) { return to_iso8601(UnixNanos{micros * 1000}); }

std::string counted(std::uint64_t count, std::string_view what) {
  return count == 0 ? "" : fmt::format(", {} {}", count, what);
}

// "klines binance-spot BTCUSDT 1h: 744 rows from … to …"; of one set of a file.
std::string set_summary(const history::DataSet& set, const history::Manifest& manifest) {
  std::uint64_t rows = 0;
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const history::CatalogFile& file : manifest.files) {
    if (file.set != set) continue;
    rows += file.rows;
    first = std::min(first, file.first_time);
    last = std::max(last, file.last_time);
  }
  const std::string is =
      fmt::format("{} {} {}{}{}", set.kind->name, set.venue, set.symbol, set.interval.empty() ? "" : " ", set.interval);
  return rows == 0 ? fmt::format("{}: no row", is)
                   : fmt::format("{}: days with {} rows from {} to {}", is, rows, time_text(first), time_text(last));
}

// What is remarkable about a file.
std::string remarks(const history::ImportOutcome& outcome) {
  const history::Manifest& manifest = outcome.manifest;
  const history::SourceFacts& facts = manifest.facts;
  std::string line = manifest.time_unit ? fmt::format(", {}", *manifest.time_unit) : "";
  line += manifest.has_header ? ", header" : ", no header";
  line += manifest.checksum_verified ? ", checksum right" : ", no checksum";
  line += counted(manifest.already_there, "there already") + counted(facts.repeated, "repeated");
  line += counted(manifest.superseded, "superseded");
  if (facts.missing > 0) line += fmt::format(", {} missing in {} gaps", facts.missing, facts.gaps);
  line += counted(facts.zero_price, "at price 0") + counted(facts.zero_volume, "without volume");
  line += counted(facts.early_close, "closed early");
  if (facts.off_grid > 0) {
    line += fmt::format(", {} with an open_time that is not a multiple of {} (the first {})", facts.off_grid,
                        outcome.sets.front().interval, time_text(facts.first_off_grid));
  }
  if (!outcome.left_out.empty()) line += fmt::format(", not entered: {}", outcome.left_out);
  line += counted(manifest.bad_rows, "rejected");
  if (!outcome.rejects_path.empty()) line += fmt::format(": {}", outcome.rejects_path);
  return line;
}

// A line: what the file is, what came of it, and what is remarkable about it. Of one with several data sets one more
// for each.
std::string summary(const std::string& path, const history::ImportOutcome& outcome) {
  const history::Manifest& manifest = outcome.manifest;
  const history::DataSet& set = outcome.sets.front();
  const bool is_one = outcome.sets.size() == 1;
  const std::string is = is_one ? fmt::format("{}: {} {} {}{}{}", path, set.kind->name, set.venue, set.symbol,
                                              set.interval.empty() ? "" : " ", set.interval)
                                : fmt::format("{}: {} data sets", path, outcome.sets.size());
  if (outcome.was_there) return fmt::format("{}: is in the catalog already\n", is);
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const history::CatalogFile& file : manifest.files) {
    first = std::min(first, file.first_time);
    last = std::max(last, file.last_time);
  }
  std::string text = fmt::format("{}: {} rows from {} to {}{}\n", is, manifest.facts.rows, time_text(first),
                                 time_text(last), remarks(outcome));
  if (is_one) return text;
  for (const history::DataSet& each : outcome.sets) text += fmt::format("  {}\n", set_summary(each, manifest));
  return text;
}

int import_files(const Settings& settings, const std::string& data_dir) {
  auto importer = history::Importer::open(real_file_ops(), data_dir);
  if (!importer) return complain(importer.error());
  Output out;
  int code = kExitDone;
  for (const std::string& path : settings.files) {
    const auto outcome = importer->import_file({.path = path,
                                                .hints = settings.hints,
                                                .max_bad_rows = settings.max_bad_rows,
                                                .code = fmt::format("acts {}", version()),
                                                .replaces = settings.replaces});
    if (outcome) {
      out.write(summary(path, *outcome));
      out.flush();
    } else {
      // One that cannot be imported keeps no other from it.
      code = std::max(code, complain(outcome.error()));
    }
  }
  return out.finish(code);
}

int run(const Given& given) {
  Settings settings;
  const Result<std::string> data_dir = data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  // The catalog's bytes shall not depend on how a shell sorts names.
  std::ranges::sort(settings.files);
  std::vector<std::string> files;
  int code = kExitDone;
  for (std::string& source : settings.files) {
    if (!is_mongo_uri(source)) {
      files.push_back(std::move(source));
      continue;
    }
    const int done = import_rows({.uri = source,
                                  .data_dir = *data_dir,
                                  .symbol = settings.hints.symbol,
                                  .max_bad_rows = settings.max_bad_rows,
                                  .replaces = settings.replaces});
    code = std::max(code, done);
  }
  settings.files = std::move(files);
  if (settings.files.empty()) return code;
  return std::max(code, import_files(settings, *data_dir));
}

}  // namespace

Command import_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // files have no flag
  return {.name = "import",
          .summary =
              "Files of the public archive and of other formats into the catalog, each whole or not at all, each once",
          .options = std::move(flags),
          .positional = kFilesSpec,
          .examples =
              "  acts import data/spot/monthly/klines/BTCUSDT/1h/*.zip\n"
              "  acts import --market cm BTCUSD_PERP-aggTrades-2026-05-08.zip\n"
              "  acts import --market um --kind klines BTCUSDT-1h-2023-01.csv\n"
              "  acts import --replace BTCUSDT-metrics-2026-07-09.zip\n"
              "  acts import --format csv --map open_time=Date,open=O,high=H,low=L,close=C,volume=V --market spot "
              "--symbol BTCUSDT --interval 1d days.csv",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
