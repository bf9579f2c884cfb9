// acts bars SYMBOL...: bars of time, ticks, volume, value or imbalance out of the catalog's trades and candles.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/ordered_text.hpp"
#include "cli/values.hpp"
#include "cli/version.hpp"
#include "history/bars/catalog_bars.hpp"
#include "history/bars/stored_bars.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/engine/select.hpp"
#include "history/import/importer.hpp"
#include "history/output_file.hpp"
#include "history/query/result_text.hpp"
#include "history/table/row_text.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using history::BarFacts;
using history::BarMeasure;
using history::BarRequest;
using history::BarShape;
using history::CatalogBars;
using history::SelectColumn;

constexpr int kMostSpan = 1'000'000;

struct Settings {
  std::vector<std::string> symbols;  // as typed
  BarRequest request;
  std::string interval;
  std::string by;
  std::string size;
  std::optional<UnixNanos> from;
  std::optional<UnixNanos> to;
  std::string form = "csv";
  std::string output;
  bool stores = false;
};

struct Measure {
  std::string_view name;
  BarShape shape;
  BarMeasure measure;
};
constexpr std::array<Measure, 6> kMeasures{{{"tick", BarShape::kSize, BarMeasure::kTick},
                                            {"volume", BarShape::kSize, BarMeasure::kVolume},
                                            {"dollar", BarShape::kSize, BarMeasure::kDollar},
                                            {"tick-imbalance", BarShape::kImbalance, BarMeasure::kTick},
                                            {"volume-imbalance", BarShape::kImbalance, BarMeasure::kVolume},
                                            {"dollar-imbalance", BarShape::kImbalance, BarMeasure::kDollar}}};
constexpr std::array<FlagUse, 1> kUses{{{"span", "tick-imbalance, volume-imbalance, dollar-imbalance"}}};
constexpr std::array<std::string_view, 3> kVenues{"binance-spot", "binance-usdm", "binance-coinm"};

const OptionSpec kSymbolsSpec{.name = "symbols",
                              .placeholder = "SYMBOL",
                              .kind = OptionKind::kFiles,
                              .help = "as the catalog spells them: BTCUSDT, binance-usdm:BTCUSDT",
                              .is_required = true};

Result<void> set_span(Settings& settings, const Values& values) {
  const Result<int> span = parse_integer(values[0], 1, kMostSpan);
  if (!span) return std::unexpected(span.error());
  settings.request.span = *span;
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 16> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "venue",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "where symbols are traded that do not say it",
        .default_text = "binance-spot",
        .choices = {"binance-spot", "binance-usdm", "binance-coinm"},
        .other_choice = kOtherVenues},
       [](Settings& s, const Values& v) { return s.request.venue = v[0], Result<void>(); }},
      {{.name = "interval", .placeholder = "TIME", .help = "of bars of time: 90s, 5m, 1h, 1d, 1w, 1mo"},
       [](Settings& s, const Values& v) { return s.interval = v[0], Result<void>(); }},
      {{.name = "by",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "bars of other than time",
        .choices = {"tick", "volume", "dollar", "tick-imbalance", "volume-imbalance", "dollar-imbalance"}},
       [](Settings& s, const Values& v) { return s.by = v[0], Result<void>(); }},
      {{.name = "size",
        .placeholder = "N",
        .help = "of those: trades, base or quote asset; of imbalance the trades that a bar is expected to have"},
       [](Settings& s, const Values& v) { return s.size = v[0], Result<void>(); }},
      {{.name = "span",
        .placeholder = "N",
        .kind = OptionKind::kInteger,
        .help = "bars that the expectations of imbalance are means over",
        .default_text = "20"},
       set_span},
      {{.name = "kind",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "what they are made of; klines if not given, and agg_trades with --by",
        .choices = {"klines", "mark_price_klines", "index_price_klines", "premium_index_klines", "agg_trades",
                    "trades"}},
       [](Settings& s, const Values& v) { return s.request.kind = v[0], Result<void>(); }},
      {{.name = "source_interval",
        .placeholder = "INTERVAL",
        .help = "of the candles that they are made of",
        .default_text = "1m"},
       [](Settings& s, const Values& v) { return s.request.source_interval = v[0], Result<void>(); }},
      {{.name = "origin", .placeholder = "NAME", .help = "who tells it; archive if there is more than one"},
       [](Settings& s, const Values& v) { return s.request.origin = v[0], Result<void>(); }},
      {{.name = "fill",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "bars of time, marked, where there is nothing: at the last price, without volume",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.request.fill = v[0] == "true", Result<void>(); }},
      {{.name = "from", .placeholder = "TIME", .help = "only what is of then and later"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "only what is before"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of the bars; parquet takes one symbol",
        .default_text = "csv",
        .choices = {"csv", "json", "parquet"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      {{.name = "store",
        .placeholder = "",
        .kind = OptionKind::kSwitch,
        .help = "bars of time go into the catalog, as candles of the origin bars, not to standard output",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.stores = v[0] == "true", Result<void>(); }},
      {{.name = "output", .placeholder = "FILE", .help = "where Parquet goes"},
       [](Settings& s, const Values& v) { return s.output = v[0], Result<void>(); }},
      {kSymbolsSpec, [](Settings& s, const Values& v) { return s.symbols = v, Result<void>(); }},
  }};
  return kOptions;
}

// Rounded up: of a period what is of then and later.
std::int64_t micros_of(UnixNanos time) { return time.value / 1000 + static_cast<int>(time.value % 1000 > 0); }

// Which of what belongs together is missing.
Result<void> complete(Settings& settings) {
  BarRequest& request = settings.request;
  if (settings.interval.empty() == settings.by.empty()) {
    return fail(ErrorCode::kUsage, "give --interval for bars of time, or --by and --size for others");
  }
  if (settings.by.empty() != settings.size.empty()) return fail(ErrorCode::kUsage, "--by and --size go together");
  if (settings.output.empty() == (settings.form == "parquet")) {
    return fail(ErrorCode::kUsage, "--format parquet and --output FILE go together");
  }
  if (settings.form == "parquet" && settings.symbols.size() > 1) {
    return fail(ErrorCode::kUsage, "--format parquet takes one symbol: its columns do not say which");
  }
  if (Result<void> checked = check_period(settings.from, settings.to); !checked) return checked;
  request.size = settings.by.empty() ? settings.interval : settings.size;
  if (!settings.by.empty()) {
    const auto measure = std::ranges::find(kMeasures, settings.by, &Measure::name);
    request.shape = measure->shape;
    request.measure = measure->measure;
  }
  if (request.kind.empty()) request.kind = settings.by.empty() ? "klines" : "agg_trades";
  if (settings.from) request.period.from = micros_of(*settings.from);
  if (settings.to) request.period.to = micros_of(*settings.to);
  return {};
}

BarRequest request_of(const BarRequest& common, const std::string& symbol) {
  BarRequest request = common;
  request.symbol = symbol;
  const std::size_t colon = symbol.find(':');
  if (colon == std::string::npos || std::ranges::find(kVenues, symbol.substr(0, colon)) == kVenues.end()) {
    return request;
  }
  request.venue = symbol.substr(0, colon);
  request.symbol = symbol.substr(colon + 1);
  return request;
}

history::CellForm form_of(history::CellType type) {
  if (history::is_decimal(type)) return history::CellForm::kExact;
  if (type == history::CellType::kFlag) return history::CellForm::kFlag;
  return type == history::CellType::kInteger ? history::CellForm::kWhole : history::CellForm::kText;
}

std::vector<SelectColumn> columns() {
  std::vector<SelectColumn> columns{{"venue", history::CellForm::kText}, {"symbol", history::CellForm::kText}};
  columns.reserve(columns.size() + history::bar_kind().columns.size());
  for (const history::TableColumn& column : history::bar_kind().columns) {
    columns.push_back({std::string(column.name), form_of(column.type)});
  }
  return columns;
}

void warn_of(const BarRequest& request, const BarFacts& facts) {
  const auto warn = [&request](std::uint64_t count, std::string_view what) {
    if (count == 0) return;
    complain(fmt::format("{} {}: {}: {}", request.venue, request.symbol, what, count), LogLevel::kWarn);
  };
  warn(facts.missing, request.kind.ends_with("klines") ? "missing candles" : "missing trade ids");
  warn(facts.outside_market, "trades outside the market, which are left out");
  warn(facts.late, "trades older than the bar under way, which they are taken into");
}

struct Job {
  BarRequest request;
  CatalogBars bars;
};

// In pieces of this and a row more.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

Result<void> print(Job& job, const std::string& form, const std::function<bool(std::string& text)>& put) {
  const std::vector<SelectColumn> all_columns = columns();
  history::Row row;
  history::ResultCells of_bar;
  std::string text;
  for (;;) {
    const Result<bool> there = job.bars.next(row);
    const bool has_row = there && *there;
    if (has_row) {
      history::row_texts(history::bar_kind(), row, of_bar);
      of_bar.insert(of_bar.begin(), {job.request.venue, job.request.symbol});
      form == "csv" ? history::append_csv_row(text, of_bar) : history::append_json_row(text, all_columns, of_bar);
    }
    const bool is_piece = has_row ? text.size() >= kPieceBytes : !text.empty();
    if (is_piece && !put(text)) return {};
    if (!there) return std::unexpected(there.error());
    if (!has_row) return {};
  }
}

int print_all(std::vector<Job>& jobs, const std::string& form, std::size_t threads) {
  Output out;
  std::string header;
  if (form == "csv") history::append_csv_header(header, columns());
  out.write(header);
  const Result<void> printed =
      write_in_order({.count = jobs.size(),
                      .write = [&](std::size_t job, const auto& put) { return print(jobs[job], form, put); },
                      .take = [&out](std::string_view text) { return out.write(text); },
                      .done = [&jobs](std::size_t job) { warn_of(jobs[job].request, jobs[job].bars.facts()); }},
                     threads);
  return out.finish(printed ? kExitDone : complain(printed.error()));
}

int write(history::Duck& duck, Job& job, const std::string& given_output, const std::string& catalog) {
  const std::string output = fs::absolute(given_output).lexically_normal().string();
  if (const Result<void> checked = history::check_output(output, catalog); !checked) return complain(checked.error());
  const history::DataSet set{
      .kind = &history::bar_kind(), .venue = job.request.venue, .symbol = job.request.symbol, .interval = {}};
  const std::string part = history::part_of(output);
  const auto written = history::write_parquet(duck, {.set = set, .form = job.bars.form()}, job.bars, part);
  const Result<void> placed =
      written ? history::put_in_place(real_file_ops(), output) : Result<void>(std::unexpected(written.error()));
  if (!placed) {
    std::error_code ignored;
    fs::remove(part, ignored);
    return complain(placed.error());
  }
  warn_of(job.request, job.bars.facts());
  Output out;
  out.write(fmt::format("{}: {} rows\n", given_output, written->rows));
  return out.finish(kExitDone);
}

int store(const Settings& settings, const std::string& data_dir) {
  if (settings.form != "csv")
    return complain({ErrorCode::kUsage, "--store takes no --format: bars go into the catalog"});
  auto importer = history::Importer::open(real_file_ops(), data_dir);
  if (!importer) return complain(importer.error());
  const auto duck = history::Duck::open({.temp_directory = {}});
  if (!duck) return complain(duck.error());
  Output out;
  int code = kExitDone;
  for (const std::string& symbol : settings.symbols) {
    // As an import changes it.
    const std::vector<history::CatalogFile> files = importer->files();
    const auto bars = history::StoredBars::open(**duck, importer->paths(), files, request_of(settings.request, symbol));
    if (!bars) return out.finish(complain(bars.error()));
    const auto outcome = importer->import_made({.name = (*bars)->name(),
                                                .sha256 = (*bars)->sha256(),
                                                .source = bars->get(),
                                                .code = fmt::format("acts {}", version())});
    if (!outcome) {
      code = std::max(code, complain(outcome.error()));
      continue;
    }
    out.write(outcome->was_there ? fmt::format("{}: is in the catalog already\n", (*bars)->name())
                                 : fmt::format("{}: {} bars\n", (*bars)->name(), outcome->manifest.facts.rows));
  }
  return out.finish(code);
}

int run(const Given& given) {
  Settings settings;
  settings.request.venue = kVenues[0];
  settings.request.source_interval = "1m";
  const Result<std::string> data_dir = present_data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> done = complete(settings); !done) return complain(done.error());
  const std::string_view measure = settings.by.empty() ? "bars of time" : std::string_view(settings.by);
  if (const Result<void> used = check_uses(kUses, given, measure); !used) return complain(used.error());
  if (settings.stores) return store(settings, *data_dir);
  const history::CatalogPaths paths(fs::absolute(*data_dir).lexically_normal().string());
  if (const Result<void> checked = history::check_place(paths); !checked) return complain(checked.error());
  const std::optional<FileLock> held = history::hold_files(paths);
  const auto manifests = history::read_manifests(real_file_ops(), paths);
  if (!manifests) return complain(manifests.error());
  const std::vector<history::CatalogFile> files = history::current_files(*manifests);
  // Symbols are read side by side, each on one thread.
  const auto duck = history::Duck::open({.temp_directory = {}});
  if (!duck) return complain(duck.error());
  std::vector<Job> jobs;
  jobs.reserve(settings.symbols.size());
  for (const std::string& symbol : settings.symbols) {
    BarRequest request = request_of(settings.request, symbol);
    Result<CatalogBars> bars = CatalogBars::open(**duck, paths, files, request);
    if (!bars) return complain(bars.error());
    jobs.push_back({std::move(request), *std::move(bars)});
  }
  return settings.form == "parquet" ? write(**duck, jobs.front(), settings.output, paths.root)
                                    : print_all(jobs, settings.form, std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

Command bars_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // symbols have no flag
  return {.name = "bars",
          .summary = "Bars of time, ticks, volume, value or imbalance out of the catalog's candles and trades",
          .options = std::move(flags),
          .positional = kSymbolsSpec,
          .examples =
              "  acts bars --interval 1h BTCUSDT ETHUSDT\n"
              "  acts bars --by dollar --size 1000000 --from 2026-05-08 binance-usdm:BTCUSDT",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
