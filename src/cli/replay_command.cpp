// acts replay FILE...: recordings -> decode -> sync -> book -> sampler -> rows on standard output.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "acts/features/feature.hpp"

#include "binance/symbols.hpp"
#include "cli/command.hpp"
#include "cli/problems.hpp"
#include "cli/values.hpp"
#include "exchange/recording_preview.hpp"
#include "live/replay.hpp"
#include "live/run_settings.hpp"

namespace acts::cli {
namespace {

struct Settings {
  ReplayOptions replay;
  std::optional<Venue> venue;        // --venue
  std::vector<std::string> symbols;  // as typed
  std::vector<std::string> files;
  std::vector<std::string> books;
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
    .name = "symbol",
    .placeholder = "LIST",
    .kind = OptionKind::kTexts,
    .help = "only these: BTCUSDT, binance-usdm:BTCUSDT, an asset (BTC: its USDT pair); all if not given"};
const OptionSpec kLimitSpec{
    .name = "limit",
    .placeholder = "LEVELS",
    .kind = OptionKind::kInteger,
    .help = "levels a side that the recorded snapshots were asked for, where that is not known"};
const OptionSpec kBookSpec{.name = "book",
                           .placeholder = "FILE",
                           .kind = OptionKind::kTexts,
                           .help = "books of DIR/checkpoints or DIR/books to begin with, where they were saved"};
const OptionSpec kSummarySpec{.name = "summary",
                              .placeholder = "",
                              .kind = OptionKind::kSwitch,
                              .help = "the end state; on standard error if there are rows on standard output"};

Result<void> set_limit(Settings& settings, const Values& values) {
  const Result<int> limit = parse_integer(values[0], 1, 5000);
  if (!limit) return std::unexpected(limit.error());
  settings.replay.limit = *limit;
  return {};
}

Result<void> set_replay_venue(Settings& settings, const Values& values) {
  Venue venue = Venue::kBinanceSpot;
  if (Result<void> set = set_venue(venue, values); !set) return set;
  settings.venue = venue;
  return {};
}

OptionSpec venue_spec() {
  OptionSpec spec = kVenueSpec;
  spec.help = "where it was recorded";
  spec.default_text = "as the recording or --symbol tells";
  return spec;
}

// As the run had it that was recorded.
OptionSpec told_spec(OptionSpec spec, std::string_view default_text) {
  spec.default_text = default_text;
  return spec;
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 9> kOptions{{
      {kRowsSpec, [](Settings& s, const Values& v) -> Result<void> { return s.rows = v[0], Result<void>(); }},
      {venue_spec(), set_replay_venue},
      {kSymbolSpec, [](Settings& s, const Values& v) { return s.symbols = v, Result<void>(); }},
      {told_spec(kBandsSpec, "as the recording tells, else 1,4"),
       [](Settings& s, const Values& v) { return set_bands(s.replay.bands.emplace(), v); }},
      {kLimitSpec, set_limit},
      {told_spec(kStaleAfterSpec, "as the recording tells, else 60s"),
       [](Settings& s, const Values& v) { return set_positive_duration(s.replay.stale_after.emplace(), v); }},
      {kBookSpec, [](Settings& s, const Values& v) { return s.books = v, Result<void>(); }},
      {kSummarySpec, [](Settings& s, const Values& v) { return s.summary = v[0] == "true", Result<void>(); }},
      {kFilesSpec, [](Settings& s, const Values& v) { return s.files = v, Result<void>(); }},
  }};
  return kOptions;
}

// The venue that --venue or a prefix of --symbol names. Errors: kUsage, if they contradict each other.
Result<std::optional<Venue>> named_venue(const Settings& settings) {
  std::optional<Venue> venue = settings.venue;
  for (const std::string& typed : settings.symbols) {
    const bool has_prefix = typed.find(':') != std::string::npos;
    const auto wish = binance::parse_symbol_wish(typed, venue.value_or(Venue::kBinanceSpot));
    if (!wish) return fail(wish.error().code, "--symbol: " + wish.error().message);
    if (!has_prefix) continue;
    if (venue && *venue != wish->venue) {
      return fail(ErrorCode::kUsage,
                  fmt::format("--symbol: '{}' is not of {}, which {} names: replay each venue by itself", typed,
                              to_string(*venue), settings.venue ? "--venue" : "another symbol"));
    }
    venue = wish->venue;
  }
  return venue;
}

// What nobody named, the recordings tell. One that contradicts is found as it is read, standard input too.
Venue recorded_venue(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (file == "-") continue;  // can be read once only
    if (const Result<Venue> told = exchange::venue_of_recording(file)) return *told;
  }
  return Venue::kBinanceSpot;
}

void settle(Settings& settings, std::optional<Venue> named) {
  settings.replay.venue = named ? *named : recorded_venue(settings.files);
  for (const std::string& typed : settings.symbols) {
    settings.replay.symbols.push_back(binance::parse_symbol_wish(typed, settings.replay.venue)->text);
  }
}

void print_end(const Replay& replay, const Settings& settings, Output& out) {
  if (settings.summary && settings.rows == "none") out.write(replay.summary());
  out.flush();
  if (settings.summary && settings.rows != "none") tell(replay.summary());
}

int verdict(const Replay& replay, const RecordingReader& reader, Venue venue) {
  if (!replay.is_recording()) {
    complain(
        "no line of these files could be used: are they recordings of <recv_ns> <json> lines, and is --venue right?");
    return kExitBadInput;
  }
  if (const std::vector<std::string> missing = replay.missing_symbols(); !missing.empty()) {
    complain(
        fmt::format("--symbol: no message of {} of {} in these files: --rows none --summary without --symbol shows "
                    "what there is",
                    fmt::join(missing, ", "), to_string(venue)));
    return kExitBadInput;
  }
  if (const std::vector<std::string> unused = replay.unused_books(); !unused.empty()) {
    complain(
        fmt::format("--book: the place where the book was saved is not in these files: {}", fmt::join(unused, ", ")));
    return kExitBadInput;
  }
  const std::uint64_t bad_places = reader.bad_places() + replay.leaps();
  if (bad_places == 0) return kExitDone;
  complain(fmt::format("{} places of these files are damaged or no recording, see above: what could be read was used",
                       bad_places));
  return kExitBadInput;
}

// Of all rows: the columns of every run, where --bands does not say. Errors: kUsage if those are too many.
Result<RowSchema> output_schema(const Settings& settings) {
  if (settings.replay.bands) return make_schema(*settings.replay.bands);
  std::optional<BandList> bands;
  for (const std::string& file : settings.files) {
    const std::optional<RunSettings> run = file == "-" ? std::nullopt : settings_of_recording(file);
    if (!run) continue;
    auto all = bands ? bands->joined(run->bands) : run->bands;
    if (!all)
      return fail(ErrorCode::kUsage, fmt::format("{}: {}: name those wanted with --bands", file, all.error().message));
    bands = std::move(*all);
  }
  return make_schema(bands.value_or(BandList::defaults()));
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  const Result<std::optional<Venue>> named = named_venue(settings);
  if (!named) return complain(named.error());
  Result<RecordingReader> reader = RecordingReader::open(settings.files);
  if (!reader) return complain(reader.error());
  if (const Result<void> checked = check_not_all_empty(settings.files); !checked) return complain(checked.error());
  settle(settings, *named);
  for (const std::string& path : settings.books) {
    Result<BookFile> book = read_book_file(path);
    if (!book) return complain(book.error());
    settings.replay.books.push_back(std::move(*book));
  }
  const Result<RowSchema> schema = output_schema(settings);
  if (!schema) return complain(schema.error());
  Output out;
  Problems problems;
  std::string text;
  if (settings.rows == "csv") append_csv_header(text, *schema);  // what is no recording gets none
  std::optional<Replay> replay;
  const auto on_row = [&](MinuteRow&& own) {
    const MinuteRow row = by_schema(std::move(own), replay->pipeline().schema(), *schema);
    if (settings.rows == "csv") append_csv(text, *schema, row);
    if (settings.rows == "json") append_json(text, *schema, row);
    out.write(text);
    text.clear();
  };
  replay.emplace(settings.replay, on_row, [&](const std::string& problem) { problems.add(problem); });
  const Result<void> done = replay->run(*reader);
  if (replay->is_recording()) out.write(text);  // the header, if there was no row
  print_end(*replay, settings, out);
  problems.finish();
  return out.finish(done ? verdict(*replay, *reader, settings.replay.venue) : complain(done.error()));
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
              "  acts replay --symbol BTCUSDT --rows none --summary day1.jsonl.zst day2.jsonl.zst",
          .run = run};
}

}  // namespace acts::cli
