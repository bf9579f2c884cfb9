#include "cli/replay_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>

#include "acts/base/nearest_name.hpp"
#include "acts/features/feature.hpp"

#include "backtest/features/feature_data.hpp"
#include "binance/symbols.hpp"
#include "cli/catalog_origins.hpp"
#include "cli/command.hpp"
#include "cli/feature_rows.hpp"
#include "cli/problems.hpp"
#include "exchange/recording_preview.hpp"
#include "history/export/catalog_lines.hpp"
#include "history/export/hft_rows.hpp"
#include "history/export/lines_begin.hpp"
#include "history/query/query_session.hpp"
#include "history/query/spill_directory.hpp"
#include "live/recorded_range.hpp"
#include "live/run_settings.hpp"
#include "recording/archive.hpp"
#include "recording/file_ops.hpp"

namespace acts::cli {
namespace {

// What nobody named, the recordings tell. One that contradicts is found as it is read, pipes and standard input too.
Venue recorded_venue(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (const Result<Venue> told = exchange::venue_of_recording(file)) return *told;
  }
  return Venue::kBinanceSpot;
}

void settle_symbols(ReplaySettings& settings) {
  for (const std::string& typed : settings.symbols) {
    settings.replay.symbols.push_back(binance::parse_symbol_wish(typed, settings.replay.venue)->text);
  }
}

void print_end(const Replay& replay, const ReplaySettings& settings, Output& out) {
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
  complain(fmt::format("{} of these files {} damaged or no recording, see above: what could be read was used",
                       counted_places(bad_places), bad_places == 1 ? "is" : "are"));
  return kExitBadInput;
}

// Of all rows: the bands of every run, where --bands does not say. Errors: kUsage if those are too many.
Result<BandList> output_bands(const ReplaySettings& settings) {
  if (settings.replay.bands) return *settings.replay.bands;
  std::optional<BandList> bands;
  for (const std::string& file : settings.files) {
    const std::optional<RunSettings> run = file == "-" ? std::nullopt : settings_of_recording(file);
    if (!run) continue;
    auto all = bands ? bands->joined(run->bands) : run->bands;
    if (!all)
      return fail(ErrorCode::kUsage, fmt::format("{}: {}: name those wanted with --bands", file, all.error().message));
    bands = std::move(*all);
  }
  return bands.value_or(BandList::defaults());
}

// With or without the "_P" of a feature per band.
const Feature* find_row_feature(std::string_view name) {
  const auto features = all_features();
  const auto found = std::ranges::find_if(features, [&](const Feature& feature) {
    std::string_view stem = feature.name;
    if (feature.per_band) stem.remove_suffix(2);
    return feature.name == name || stem == name;
  });
  return found == features.end() ? nullptr : &*found;
}

bool is_interval_feature(std::string_view name) {
  return IntervalFeatures::make({.names = {std::string(name)}}).has_value();
}

std::unexpected<Error> unknown_feature(std::string_view name) {
  std::vector<std::string_view> names;
  names.reserve(all_features().size() + all_interval_features().size());
  for (const Feature& feature : all_features()) names.push_back(feature.name);
  for (const IntervalFeature& feature : all_interval_features()) names.push_back(feature.name);
  const std::string_view nearest = nearest_name(name, names);
  return fail(ErrorCode::kUsage,
              nearest.empty() ? fmt::format("no feature '{}': 'acts features' lists them", name.substr(0, kMostShown))
                              : fmt::format("no feature '{}': did you mean {}?", name.substr(0, kMostShown), nearest));
}

// What rows must have for the chosen ones; bands cost a walk over the book, and are left out where nothing needs them.
Result<void> settle_chosen(ReplaySettings& settings) {
  bool needs_bands = settings.chosen.empty();
  for (const std::string& name : settings.chosen) {
    if (const Feature* const feature = find_row_feature(name)) {
      needs_bands |= feature->per_band || feature->name == "state" || feature->name == "reason";
    } else if (is_interval_feature(name)) {
      settings.features.names.push_back(name);
    } else {
      return unknown_feature(name);
    }
  }
  if (!needs_bands) settings.replay.bands.emplace();
  auto features = IntervalFeatures::make(settings.features);
  if (!features) return std::unexpected(features.error());
  settings.replay.features = std::move(*features);
  return {};
}

void append_columns(std::vector<Column>& to, std::span<const Column> more) {
  to.insert(to.end(), more.begin(), more.end());
}

// The key, and behind it the columns of the chosen features in the order of their names.
RowSchema chosen_schema(const ReplaySettings& settings, const BandList& bands, const RowSchema& all) {
  constexpr std::size_t kKeys = 3;
  RowSchema schema;
  append_columns(schema.columns, std::span(all.columns).first(kKeys));
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(schema.columns, name, &Column::name) != schema.columns.end()) return;
    schema.columns.push_back(*std::ranges::find(all.columns, name, &Column::name));
  };
  for (const std::string& name : settings.chosen) {
    const Feature* const feature = find_row_feature(name);
    if (feature == nullptr) {
      IntervalFeatureOptions one = settings.features;
      one.names = {name};
      append_columns(schema.columns, IntervalFeatures::make(one).value().columns());
    } else if (feature->per_band) {
      for (std::size_t i = 0; i < bands.size(); ++i) add(column_name(*feature, bands[i]));
    } else {
      add(std::string(feature->name));
    }
  }
  return schema;
}

Result<RowSchema> output_schema(const ReplaySettings& settings) {
  const Result<BandList> bands = output_bands(settings);
  if (!bands) return std::unexpected(bands.error());
  RowSchema schema = make_schema(*bands);
  append_columns(schema.columns, settings.replay.features.columns());
  return settings.chosen.empty() ? schema : chosen_schema(settings, *bands, schema);
}

int replay_from(const ReplaySettings& settings, RecordingReader& reader) {
  const Result<RowSchema> schema = output_schema(settings);
  if (!schema) return complain(schema.error());
  std::optional<FeatureStoreRows> store;
  Result<void> stored;
  if (settings.stores) {
    auto opened =
        FeatureStoreRows::open(backtest::features_path(settings.data_dir, settings.features.interval), *schema);
    if (!opened) return complain(opened.error());
    store.emplace(*std::move(opened));
  }
  Output out;
  Problems problems;
  std::string text;
  if (settings.rows == "csv" && !settings.stores) append_csv_header(text, *schema);  // what is no recording gets none
  std::optional<Replay> replay;
  bool is_over = false;
  const auto on_row = [&](MinuteRow&& own) {
    is_over |= settings.to && own.sample_time() >= *settings.to;
    if (is_over || (settings.from && own.sample_time() < *settings.from)) return;
    if (settings.rows == "none" && !settings.stores) return;
    const MinuteRow row = by_schema(std::move(own), replay->pipeline().schema(), *schema);
    if (settings.stores) {
      stored = stored ? store->add(row) : stored;
      is_over |= !stored;
      return;
    }
    if (settings.rows == "csv") append_csv(text, *schema, row);
    if (settings.rows == "json") append_json(text, *schema, row);
    out.write(text);
    text.clear();
  };
  replay.emplace(settings.replay, on_row, [&](const std::string& problem) { problems.add(problem); });
  const Result<void> done = replay->run(reader, [&] { return is_over; });
  if (replay->is_recording()) out.write(text);  // the header, if there was no row
  print_end(*replay, settings, out);
  problems.finish();
  if (store && stored) stored = store->finish();
  if (!stored) return out.finish(complain(stored.error()));
  if (store) out.write(fmt::format("{}: {} rows of {} features\n", store->path(), store->rows(), store->columns()));
  return out.finish(done || is_over ? verdict(*replay, reader, settings.replay.venue) : complain(done.error()));
}

// So much of what was before the first row is needed for it.
Nanos lead_of(const ReplaySettings& settings) {
  const std::vector<Nanos>& horizons = settings.features.horizons;
  const Nanos longest = horizons.empty() ? settings.features.interval : std::ranges::max(horizons);
  return longest + settings.features.interval;
}

// Rows of that origin are there, as far as the catalog is asked for them.
Result<void> check_origin(const ReplaySettings& settings, const std::string& data_dir) {
  if (settings.origin == history::RecordedRows::kOrigin) return {};
  const std::string& symbol = settings.replay.symbols.front();
  const auto origins = catalog_origins(data_dir, settings.replay.venue, symbol);
  if (!origins) return std::unexpected(origins.error());
  if (std::ranges::find(*origins, settings.origin) != origins->end()) return {};
  return fail(ErrorCode::kBadInput,
              fmt::format("--origin: the catalog has no books or trades of {} {} of origin {}: {}",
                          to_string(settings.replay.venue), symbol, settings.origin,
                          origins->empty() ? "acts catalog ls shows what there is"
                                           : fmt::format("it has those of {}", fmt::join(*origins, ", "))));
}

// Where nothing is recorded, the catalog may have it.
Error with_origins(const Error& error, const ReplaySettings& settings, const std::string& data_dir) {
  if (error.code != ErrorCode::kUsage) return error;
  const auto origins = catalog_origins(data_dir, settings.replay.venue, settings.replay.symbols.front());
  if (!origins || origins->empty()) return error;
  return {error.code, fmt::format("{}; the catalog has it of {}: name {} with --origin", error.message,
                                  fmt::join(*origins, ", "), origins->size() == 1 ? "that" : "one")};
}

// A feature may know such a trade before it could have come here.
Result<void> warn_of_early_trades(history::QuerySession& session, const history::LinesWanted& wanted) {
  auto rows = session.select(history::hft_untimed_select({.venue = std::string(to_string(wanted.venue)),
                                                          .symbol = wanted.symbol,
                                                          .origin = wanted.origin,
                                                          .from = wanted.from,
                                                          .to = wanted.to}),
                             [] { return false; });
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::optional<std::string>> cells;
  const Result<bool> there = rows->next(cells);
  if (!there) return std::unexpected(there.error());
  const std::string count = *there ? cells.at(0).value_or("0") : "0";
  if (count == "0") return {};
  complain(fmt::format("{} {}: trades without a time of receipt count as received when they were made, which is too "
                       "early: {}",
                       to_string(wanted.venue), wanted.symbol, count),
           LogLevel::kWarn);
  return {};
}

}  // namespace

OptionSpec replayed_venue_spec() {
  OptionSpec spec = kVenueSpec;
  spec.help = "where it was recorded";
  spec.default_text = "as the recording or --symbol tells";
  spec.other_choice = kOtherVenues;
  return spec;
}

OptionSpec told_spec(OptionSpec spec, std::string_view default_text) {
  spec.default_text = default_text;
  return spec;
}

Result<void> set_limit(ReplaySettings& settings, const Values& values) {
  const Result<int> limit = parse_integer(values[0], 1, 5000);
  if (!limit) return std::unexpected(limit.error());
  settings.replay.limit = *limit;
  return {};
}

Result<void> set_replayed_venue(ReplaySettings& settings, const Values& values) {
  Venue venue = Venue::kBinanceSpot;
  if (Result<void> set = set_venue(venue, values); !set) return set;
  settings.venue = venue;
  return {};
}

Result<void> set_replayed_levels(ReplaySettings& settings, const Values& values) {
  return set_feature_levels(settings.features.levels, values);
}

Result<void> set_replayed_horizons(ReplaySettings& settings, const Values& values) {
  return set_feature_horizons(settings.features.horizons, values);
}

Result<std::optional<Venue>> named_venue(const ReplaySettings& settings) {
  std::optional<Venue> venue = settings.venue;
  for (const std::string& typed : settings.symbols) {
    const bool has_prefix = typed.contains(':');
    if (has_prefix && !parse_venue(typed.substr(0, typed.find(':')))) {
      return fail(ErrorCode::kUsage, fmt::format("--symbol: '{}' is neither of binance-spot nor of binance-usdm: {}",
                                                 typed.substr(0, kMostShown), kOtherVenues));
    }
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

std::string recorded_symbol(const std::string& data_dir, Venue venue, const std::string& wish) {
  const std::string name(to_string(venue));
  const auto is_recorded = [&](const std::string& symbol) {
    const auto days = recorded_days(data_dir, name, symbol);
    return days && !days->empty();
  };
  const std::string pair = wish + "USDT";
  return !is_recorded(wish) && is_recorded(pair) ? pair : wish;
}

int replay_files(ReplaySettings settings) {
  const Result<std::optional<Venue>> named = named_venue(settings);
  if (!named) return complain(named.error());
  if (const Result<void> settled = settle_chosen(settings); !settled) return complain(settled.error());
  Result<RecordingReader> reader = RecordingReader::open(settings.files);
  if (!reader) return complain(reader.error());
  if (const Result<void> checked = check_not_all_empty(settings.files); !checked) return complain(checked.error());
  settings.replay.venue = *named ? **named : recorded_venue(settings.files);
  settle_symbols(settings);
  for (const std::string& path : settings.books) {
    Result<BookFile> book = read_book_file(path);
    if (!book) return complain(book.error());
    settings.replay.books.push_back(std::move(*book));
  }
  return replay_from(settings, *reader);
}

int replay_catalog(ReplaySettings settings, const std::string& data_dir) {
  const Result<std::optional<Venue>> named = named_venue(settings);
  if (!named) return complain(named.error());
  if (settings.symbols.size() != 1) {
    return complain({ErrorCode::kUsage, "name one symbol of the catalog with --symbol: acts catalog ls shows them"});
  }
  if (const Result<void> settled = settle_chosen(settings); !settled) return complain(settled.error());
  settings.replay.venue = named->value_or(Venue::kBinanceSpot);
  settle_symbols(settings);
  if (const Result<void> told = check_origin(settings, data_dir); !told) return complain(told.error());
  std::error_code error;
  const history::SpillDirectory spill(std::filesystem::temp_directory_path(error).string());
  auto session = history::QuerySession::open(real_file_ops(), data_dir,
                                             {.temp_directory = spill.path(),
                                              .with_recordings = settings.origin == history::RecordedRows::kOrigin,
                                              .output = {}});
  if (!session) return complain(session.error());
  history::LinesWanted wanted{.venue = settings.replay.venue,
                              .symbol = settings.replay.symbols.front(),
                              .origin = settings.origin,
                              .from = {},
                              .to = settings.to};
  if (settings.from) {
    const auto begin = history::lines_begin(*session, wanted, *settings.from - lead_of(settings), [] { return false; });
    if (!begin) return complain(begin.error());
    wanted.from = *begin;
  }
  if (const Result<void> told = warn_of_early_trades(*session, wanted); !told) return complain(told.error());
  const auto open = [&]() -> Result<std::unique_ptr<ByteSource>> {
    auto rows = session->select(history::lines_select(wanted), [] { return false; });
    if (!rows) return std::unexpected(rows.error());
    return std::make_unique<history::CatalogLines>(*std::move(rows), wanted.venue, wanted.symbol);
  };
  settings.replay.answers_of = wanted.symbol;
  RecordingReader reader({{"the catalog", open, "", {}}});
  return replay_from(settings, reader);
}

int replay_data_dir(ReplaySettings settings, const std::string& data_dir) {
  const Result<std::optional<Venue>> named = named_venue(settings);
  if (!named) return complain(named.error());
  if (settings.symbols.size() != 1) {
    return complain({ErrorCode::kUsage, "name recordings, or one symbol of the data directory with --symbol"});
  }
  if (const Result<void> settled = settle_chosen(settings); !settled) return complain(settled.error());
  settings.replay.venue = named->value_or(Venue::kBinanceSpot);
  settle_symbols(settings);
  std::string& symbol = settings.replay.symbols.front();
  symbol = recorded_symbol(data_dir, settings.replay.venue, symbol);
  auto range = recorded_range({.data_dir = data_dir,
                               .venue = settings.replay.venue,
                               .symbol = symbol,
                               .from = settings.from,
                               .to = settings.to,
                               .before = lead_of(settings)});
  if (!range) return complain(with_origins(range.error(), settings, data_dir));
  for (const std::string& problem : range->problems) complain(problem, LogLevel::kWarn);
  for (const RecordingInput& input : range->inputs) settings.files.push_back(input.name);
  settings.replay.untold = range->settings.value_or(settings.replay.untold);
  if (range->book) {
    settings.replay.begins_at_book = true;
    settings.replay.books.push_back(std::move(*range->book));
  }
  RecordingReader reader(std::move(range->inputs), range->from);
  return replay_from(settings, reader);
}

}  // namespace acts::cli
