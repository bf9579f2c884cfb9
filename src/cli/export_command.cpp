// acts export [FILE...]: the catalog, or recordings, as files of other tools' forms.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "acts/market/venue.hpp"

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/load_settings.hpp"
#include "cli/problems.hpp"
#include "cli/values.hpp"
#include "exchange/recording_preview.hpp"
#include "history/export/export_recording.hpp"
#include "history/export/export_select.hpp"
#include "history/export/hft_rows.hpp"
#include "history/export/npz_file.hpp"
#include "history/export/recording_parquet.hpp"
#include "history/output_file.hpp"
#include "history/query/query_session.hpp"
#include "history/query/result_text.hpp"
#include "history/query/spill_directory.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardOutput = "-";
constexpr std::array<FlagUse, 1> kUses{{{"base_latency", "npz"}}};

struct Settings {
  std::vector<std::string> files;
  std::string form = "csv";
  std::string kind;
  std::string venue;
  std::string symbol;
  std::string interval;
  std::string origin;
  std::optional<UnixNanos> from;
  std::optional<UnixNanos> to;
  Nanos base_latency{0};
  std::string output = std::string(kStandardOutput);
};

const OptionSpec kFilesSpec{.name = "files",
                            .placeholder = "FILE",
                            .kind = OptionKind::kFiles,
                            .help = "recordings, one in the order given; without any: the catalog"};

Result<void> set_latency(Settings& settings, const Values& values) {
  const Result<Nanos> latency = parse_duration(values[0]);
  if (!latency) return std::unexpected(latency.error());
  settings.base_latency = *latency;
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 12> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "books and trades as CSV have Tardis' columns; npz is of hftbacktest, json is candles",
        .default_text = "csv",
        .choices = {"csv", "parquet", "npz", "json"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      {{.name = "kind",
        .placeholder = "KIND",
        .help = "such as trades, book_updates, klines; npz has books and trades"},
       [](Settings& s, const Values& v) { return s.kind = v[0], Result<void>(); }},
      {{.name = "venue",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "where it was traded, if the recordings do not tell",
        .choices = {"binance-spot", "binance-usdm", "binance-coinm"},
        .other_choice = kOtherVenues},
       [](Settings& s, const Values& v) { return s.venue = v[0], Result<void>(); }},
      {{.name = "symbol",
        .placeholder = "SYMBOL",
        .help = "as the venue spells it; may be left out of recordings of one"},
       [](Settings& s, const Values& v) { return s.symbol = v[0], Result<void>(); }},
      {{.name = "interval", .placeholder = "TIME", .help = "of candles, such as 1m"},
       [](Settings& s, const Values& v) { return s.interval = v[0], Result<void>(); }},
      {{.name = "origin",
        .placeholder = "ORIGIN",
        .help = "of the catalog's rows, where there are several; raw: what is recorded"},
       [](Settings& s, const Values& v) { return s.origin = v[0], Result<void>(); }},
      {{.name = "from", .placeholder = "TIME", .help = "only what was then and later: recordings by receive time"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "only what was before"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {{.name = "base_latency",
        .placeholder = "TIME",
        .kind = OptionKind::kDuration,
        .help = "npz: least latency left by the shift of a slow receive clock",
        .default_text = "0"},
       set_latency},
      {{.name = "output",
        .placeholder = "FILE",
        .help = "where it goes; - is standard output, which takes csv and json",
        .default_text = kStandardOutput},
       [](Settings& s, const Values& v) { return s.output = v[0], Result<void>(); }},
      {kFilesSpec, [](Settings& s, const Values& v) { return s.files = v, Result<void>(); }},
  }};
  return kOptions;
}

std::unexpected<Error> misused(std::string text) { return fail(ErrorCode::kUsage, std::move(text)); }

Result<void> check_npz(const Settings& settings) {
  if (settings.form != "npz" || settings.kind.empty()) return {};
  return misused("--format npz has books and trades: no --kind");
}

Result<void> check(const Settings& settings) {
  const bool is_binary = settings.form == "npz" || settings.form == "parquet";
  if (is_binary && settings.output == kStandardOutput) {
    return misused(fmt::format("--format {} needs --output FILE", settings.form));
  }
  if (settings.files.empty()) {
    if (settings.kind.empty() && settings.form != "npz") {
      return misused("--kind: what of the catalog? acts catalog ls shows what there is");
    }
    if (settings.symbol.empty()) return misused("--symbol: which one? acts catalog ls shows what there is");
    return check_npz(settings);
  }
  if (settings.form == "json") {
    return misused("--format json is made of the catalog: acts import the files, and export without them");
  }
  if (settings.form != "npz" && settings.kind.empty()) {
    return misused("--kind: book_updates, trades, agg_trades or book_ticker?");
  }
  return check_npz(settings);
}

// Text of lines into a file or to standard output.
class TextOutput {
 public:
  static Result<TextOutput> open(const std::string& path) {
    TextOutput output;
    if (path == kStandardOutput) {
      output.standard_ = std::make_unique<Output>();
      return output;
    }
    auto file = history::OutputFile::create(real_file_ops(), path);
    if (!file) return std::unexpected(file.error());
    output.file_.emplace(*std::move(file));
    return output;
  }
  // False if it takes no more.
  bool write(std::string_view text) {
    if (standard_) return standard_->write(text);
    if (failure_) return false;
    if (const Result<void> written = file_->write(text); !written) failure_ = written.error();
    return !failure_;
  }
  // What a file holds counts only with this. The exit code.
  int finish(std::string_view path, std::string_view what) {
    if (standard_) return standard_->finish(kExitDone);
    if (failure_) return complain(*failure_);
    if (const Result<void> finished = file_->finish(); !finished) return complain(finished.error());
    Output out;
    out.write(fmt::format("{}: {}\n", path, what));
    return out.finish(kExitDone);
  }

 private:
  TextOutput() = default;
  std::unique_ptr<Output> standard_;
  std::optional<history::OutputFile> file_;
  std::optional<Error> failure_;
};

Result<Venue> venue_of(const Settings& settings) {
  if (!settings.venue.empty()) return parse_venue(settings.venue);
  for (const std::string& file : settings.files) {
    if (const Result<Venue> told = exchange::venue_of_recording(file)) return *told;
  }
  return misused(fmt::format("{}: it does not tell its venue: give --venue", settings.files.front()));
}

// A shift of all for the sake of few: an .npz has no other.
void warn_of_early(const history::NpzFacts& facts, std::string_view symbol) {
  if (facts.early_messages == 0) return;
  complain(fmt::format("{}: {} of {} messages were received up to {} before the venue made them, and all others by no "
                       "more than {}: that all local times are shifted by {} rests on those few: leave them out with "
                       "--from and --to, or look at their clock",
                       symbol, facts.early_messages, facts.messages, to_string(facts.early_by),
                       to_string(facts.others_by), to_string(facts.shift)),
           LogLevel::kWarn);
}

int tell_npz(const Settings& settings, const Result<history::NpzFacts>& facts, std::string_view symbol) {
  if (!facts) return complain_of_interrupted(facts.error());
  warn_of_early(*facts, symbol);
  std::string line = fmt::format("{}: {} rows of {} events of {}", settings.output, facts->rows, facts->events, symbol);
  if (facts->only_exchange > 0) {
    line += fmt::format(", {} of them twice, once for each clock", facts->only_exchange);
  }
  if (facts->shift != Nanos{0}) line += fmt::format(", local times shifted by {}", to_string(facts->shift));
  Output out;
  out.write(line + "\n");
  return out.finish(kExitDone);
}

int export_npz(const Settings& settings, history::RecordingExporter& exporter) {
  const auto facts = exporter.to_npz(real_file_ops(), settings.base_latency, settings.output);
  return tell_npz(settings, facts, exporter.symbol());
}

int export_csv(const Settings& settings, history::RecordingExporter& exporter) {
  const Result<history::RecordedKind> kind = history::parse_recorded_kind(settings.kind);
  if (!kind) return complain({kind.error().code, fmt::format("--kind: {}", kind.error().message)});
  auto output = TextOutput::open(settings.output);
  if (!output) return complain(output.error());
  const auto lines = exporter.to_csv(*kind, [&output](std::string_view text) { return output->write(text); });
  if (!lines) return complain(lines.error());
  return output->finish(settings.output, fmt::format("{} rows", *lines));
}

int tell_rows(const Settings& settings, std::uint64_t rows) {
  Output out;
  out.write(fmt::format("{}: {} rows\n", settings.output, rows));
  return out.finish(kExitDone);
}

int export_parquet(const Settings& settings, const history::RecordingExport& wanted, Problems& problems) {
  const auto rows = history::recording_to_parquet(real_file_ops(), wanted, settings.kind, settings.output,
                                                  [&problems](std::string_view problem) { problems.add(problem); });
  if (rows) return tell_rows(settings, *rows);
  const Error& error = rows.error();
  return complain(error.code == ErrorCode::kUsage ? Error{error.code, fmt::format("--kind: {}", error.message)}
                                                  : error);
}

int export_recording(const Settings& settings) {
  if (const Result<void> checked = check_not_all_empty(settings.files); !checked) return complain(checked.error());
  const Result<Venue> venue = venue_of(settings);
  if (!venue) return complain(venue.error());
  Problems problems;
  auto exporter = history::RecordingExporter::open(
      {.paths = settings.files, .venue = *venue, .symbol = settings.symbol, .from = settings.from, .to = settings.to},
      [&problems](std::string_view problem) { problems.add(problem); });
  if (!exporter) return complain(exporter.error());
  const int code = settings.form == "npz"       ? export_npz(settings, *exporter)
                   : settings.form == "parquet" ? export_parquet(settings, exporter->wanted(), problems)
                                                : export_csv(settings, *exporter);
  problems.finish();
  if (code != kExitDone || problems.count() == 0) return code;
  complain(fmt::format("{} of these files could not be read, see above: the others were exported",
                       counted_places(problems.count())));
  return kExitBadInput;
}

Result<history::CatalogExport> wanted_of(const Settings& settings) {
  history::CatalogExport wanted{.kind = history::find_kind(settings.form == "npz" ? "book_updates" : settings.kind),
                                .venue = settings.venue.empty() ? "binance-spot" : settings.venue,
                                .symbol = settings.symbol,
                                .interval = settings.interval,
                                .origin = settings.origin,
                                .from = settings.from,
                                .to = settings.to};
  if (wanted.kind == nullptr) {
    return misused(fmt::format("--kind: no kind '{}': acts catalog describe shows them", settings.kind));
  }
  if (wanted.kind->has_interval && wanted.interval.empty()) return misused("--interval: of candles it is needed");
  if (settings.form == "json" && !wanted.kind->has_interval) {
    return misused(fmt::format("--format json is of candles, and {} are none", wanted.kind->name));
  }
  return wanted;
}

// Rows of several origins are the same trades several times.
Result<void> check_origins(history::QuerySession& session, const history::CatalogExport& wanted) {
  auto rows = session.select(history::origins_select(wanted), is_interrupted);
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> origins;
  history::ResultCells cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return std::unexpected(there.error());
    if (!*there) break;
    origins.push_back(cells.at(0).value_or(""));
  }
  if (origins.size() == 1) return {};
  if (origins.empty()) {
    return fail(ErrorCode::kBadInput,
                fmt::format("the catalog has no {} of {} {} for these times: acts catalog ls shows what there is",
                            wanted.kind->name, wanted.venue, wanted.symbol));
  }
  return misused(fmt::format("--origin: these rows are of several, {}: name one", fmt::join(origins, ", ")));
}

// [[ms, open, high, low, close, volume], ...], a candle a line.
void append_candle(std::string& out, const history::ResultCells& cells, bool is_first) {
  out += is_first ? "[[" : ",\n[";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    out += cells[i].value_or("null");
  }
  out += ']';
}

int export_text(const Settings& settings, history::QuerySession& session, const std::string& select) {
  auto rows = session.select(select, is_interrupted);
  if (!rows) return complain_of_interrupted(rows.error());
  auto output = TextOutput::open(settings.output);
  if (!output) return complain(output.error());
  const bool is_csv = settings.form == "csv";
  std::string text;
  if (is_csv) history::append_csv_header(text, rows->columns());
  history::ResultCells cells;
  std::uint64_t count = 0;
  for (;; ++count) {
    const Result<bool> there = rows->next(cells);
    if (!there) return complain_of_interrupted(there.error());
    if (!*there) break;
    is_csv ? history::append_csv_row(text, cells) : append_candle(text, cells, count == 0);
    if (!output->write(text)) break;
    text.clear();
  }
  if (!is_csv) text += "]\n";
  output->write(text);
  return output->finish(settings.output, fmt::format("{} rows", count));
}

// An .npz has the trades that were received, and the archive does not say when.
Result<void> warn_of_untimed(const history::HftWanted& wanted, history::QuerySession& session) {
  auto rows = session.select(history::hft_untimed_select(wanted), is_interrupted);
  if (!rows) return std::unexpected(rows.error());
  history::ResultCells cells;
  const Result<bool> there = rows->next(cells);
  if (!there) return std::unexpected(there.error());
  const std::string count = *there ? cells.at(0).value_or("0") : "0";
  if (count == "0") return {};
  complain(fmt::format("{} {}: trades without a time of receipt, which are left out: {}", wanted.venue, wanted.symbol,
                       count),
           LogLevel::kWarn);
  return {};
}

int export_npz_of_catalog(const Settings& settings, const history::CatalogExport& wanted,
                          history::QuerySession& session) {
  const history::HftWanted events{
      .venue = wanted.venue, .symbol = wanted.symbol, .origin = wanted.origin, .from = wanted.from, .to = wanted.to};
  if (const Result<void> told = warn_of_untimed(events, session); !told) return complain_of_interrupted(told.error());
  const std::string select = history::hft_select(events);
  const history::OpenEvents open = [&]() -> Result<std::unique_ptr<history::HftSource>> {
    auto rows = session.select(select, is_interrupted);
    if (!rows) return std::unexpected(rows.error());
    return std::make_unique<history::HftRows>(*std::move(rows));
  };
  return tell_npz(settings, history::write_npz(real_file_ops(), open, settings.base_latency, settings.output),
                  wanted.symbol);
}

int export_parquet(const Settings& settings, history::QuerySession& session, const std::string& select) {
  const Result<std::uint64_t> rows = session.to_parquet(select, is_interrupted);
  if (!rows) return complain_of_interrupted(rows.error());
  return tell_rows(settings, *rows);
}

int export_as(const Settings& settings, const history::CatalogExport& wanted, history::QuerySession& session) {
  if (settings.form == "npz") return export_npz_of_catalog(settings, wanted, session);
  if (settings.form == "parquet") {
    return export_parquet(settings, session, export_select(wanted, history::ExportForm::kPlain));
  }
  const history::ExportForm form = settings.form == "json"                  ? history::ExportForm::kCandles
                                   : history::has_tardis_form(*wanted.kind) ? history::ExportForm::kTardis
                                                                            : history::ExportForm::kPlain;
  return export_text(settings, session, export_select(wanted, form));
}

int export_catalog(const Settings& settings, const std::string& data_dir) {
  const auto wanted = wanted_of(settings);
  if (!wanted) return complain(wanted.error());
  stop_at_signals();
  std::error_code error;
  const history::SpillDirectory spill(fs::temp_directory_path(error).string());
  history::QueryOptions options{.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency())),
                                .temp_directory = spill.path(),
                                .with_recordings = settings.origin == history::RecordedRows::kOrigin,
                                .output = {}};
  if (settings.output != kStandardOutput) options.output = fs::absolute(settings.output).lexically_normal().string();
  auto session = history::QuerySession::open(real_file_ops(), data_dir, options);
  if (!session) return complain(session.error());
  if (const Result<void> one = check_origins(*session, *wanted); !one) return complain_of_interrupted(one.error());
  const int code = export_as(settings, *wanted, *session);
  return code == kExitDone ? tell_unreadable(session->unreadable()) : code;
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check(settings); !checked) return complain(checked.error());
  if (const Result<void> used = check_uses(kUses, given, settings.form); !used) return complain(used.error());
  if (const Result<void> checked = check_period(settings.from, settings.to); !checked) return complain(checked.error());
  if (!settings.files.empty()) return export_recording(settings);
  const Result<std::string> data_dir = present_data_dir_of(given);
  return data_dir ? export_catalog(settings, *data_dir) : complain(data_dir.error());
}

}  // namespace

Command export_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // files have no flag
  return {.name = "export",
          .summary = "The catalog, or recordings, as CSV, Parquet, candle JSON or hftbacktest's .npz",
          .options = std::move(flags),
          .positional = kFilesSpec,
          .examples =
              "  acts export --format npz --output btcusdt.npz btcusdt_20240808.gz\n"
              "  acts export --kind klines --symbol BTCUSDT --interval 1h --format json --output BTC_USDT-1h.json",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
