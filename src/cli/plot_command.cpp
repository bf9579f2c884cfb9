// acts plot book|rows|coverage: charts, as one HTML page, SVG or PNG.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "binance/symbols.hpp"
#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/stored_rows.hpp"
#include "cli/values.hpp"
#include "history/catalog/catalog.hpp"
#include "history/output_file.hpp"
#include "live/book_at.hpp"
#include "recording/archive.hpp"
#include "recording/layout.hpp"
#include "recording/whole_file.hpp"
#include "report/book_panel.hpp"
#include "report/html.hpp"
#include "report/png.hpp"
#include "report/row_panels.hpp"
#include "report/svg.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;
using report::Chart;

constexpr Nanos kDay = std::chrono::hours{24};
constexpr std::array<FlagUse, 6> kUses{{{"at", "book"},
                                        {"per_cent", "book"},
                                        {"venue", "book, rows"},
                                        {"columns", "rows"},
                                        {"from", "rows"},
                                        {"to", "rows"}}};

struct Settings {
  std::vector<std::string> words;  // the action; of book and rows, a symbol
  Venue venue = Venue::kBinanceSpot;
  std::optional<UnixNanos> at;
  double per_cent = 1;
  std::vector<std::string> columns{"total_bid", "total_ask", "mid_price"};
  std::optional<UnixNanos> from;
  std::optional<UnixNanos> to;
  std::string form;
  std::string output;
  std::string data_dir;
};

const OptionSpec kActionSpec{.name = "action",
                             .placeholder = "ACTION",
                             .kind = OptionKind::kFiles,
                             .help = "book SYMBOL, rows SYMBOL, coverage",
                             .is_required = true};

Result<void> set_per_cent(Settings& settings, const Values& values) {
  double per_cent = 0;
  const char* const end = values[0].data() + values[0].size();
  const auto [stop, error] = std::from_chars(values[0].data(), end, per_cent);
  if (error != std::errc{} || stop != end || !(per_cent > 0) || !(per_cent <= 100)) {
    return fail(ErrorCode::kUsage, fmt::format("'{}' is no number above 0, up to 100", values[0]));
  }
  settings.per_cent = per_cent;
  return {};
}

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 10> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {kVenueSpec, [](Settings& s, const Values& v) { return set_venue(s.venue, v); }},
      {{.name = "at", .placeholder = "TIME", .help = "book: as it was then; all that is recorded if not given"},
       [](Settings& s, const Values& v) { return set_time(s.at, v); }},
      {{.name = "per_cent", .placeholder = "N", .help = "book: so far from the middle", .default_text = "1"},
       set_per_cent},
      {{.name = "columns",
        .placeholder = "LIST",
        .kind = OptionKind::kTexts,
        .help = "rows: what is shown of them",
        .default_text = "total_bid,total_ask,mid_price"},
       [](Settings& s, const Values& v) { return s.columns = v, Result<void>(); }},
      {{.name = "from", .placeholder = "TIME", .help = "rows: only those of this minute and later"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "rows: only those before this minute"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of the chart; if not given, what the output's name ends with, or html",
        .choices = {"html", "svg", "png"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      {{.name = "output", .placeholder = "FILE", .help = "where it goes; standard output if not given"},
       [](Settings& s, const Values& v) { return s.output = v[0], Result<void>(); }},
      {kActionSpec, [](Settings& s, const Values& v) { return s.words = v, Result<void>(); }},
  }};
  return kOptions;
}

Result<binance::SymbolWish> wish_of(const Settings& settings) {
  auto wish = binance::parse_symbol_wish(settings.words[1], settings.venue);
  if (!wish) return std::unexpected(wish.error());
  return *wish;
}

Result<Chart> book_chart(const Settings& settings) {
  const auto wish = wish_of(settings);
  if (!wish) return std::unexpected(wish.error());
  UnixNanos at = settings.at.value_or(UnixNanos{});
  if (!settings.at) {
    // Behind all there is.
    const auto days = recorded_days(settings.data_dir, std::string(to_string(wish->venue)), wish->text);
    if (!days) return std::unexpected(days.error());
    if (days->empty()) {
      return fail(ErrorCode::kUsage,
                  fmt::format("{}: nothing is recorded of it: acts recording ls says what there is", wish->text));
    }
    at = days->back() + kDay;
  }
  const auto book = book_at(settings.data_dir, wish->venue, wish->text, at,
                            [](const std::string& problem) { complain(problem, LogLevel::kWarn); });
  if (!book) return std::unexpected(book.error());
  Chart chart{.title = fmt::format("{} {}: order book", to_string(wish->venue), wish->text), .parts = {}};
  chart.subtitle =
      fmt::format("before {}; update {}; {} bid and {} ask levels; shaded: where absence of a level is known",
                  to_iso8601(at), book->last_update_id.value(), book->bids.size(), book->asks.size());
  chart.parts.emplace_back(report::book_panel(*book, settings.per_cent));
  return chart;
}

Result<Chart> rows_chart(const Settings& settings) {
  const auto wish = wish_of(settings);
  if (!wish) return std::unexpected(wish.error());
  const auto store = SqliteStore::open_to_read(store_path(settings.data_dir));
  if (!store) return std::unexpected(store.error());
  auto panels = report::RowPanels::open((*store)->schema(), settings.columns);
  if (!panels) return std::unexpected(panels.error());
  const RowRange range{std::string(to_string(wish->venue)), wish->text, settings.from.value_or(UnixNanos{INT64_MIN}),
                       settings.to.value_or(UnixNanos{INT64_MAX})};
  Result<void> added;
  const auto done = (*store)->read(range, [&](const MinuteRow& row) {
    added = panels->add(row);
    return added.has_value();
  });
  if (!done) return std::unexpected(done.error());
  if (!added) return std::unexpected(added.error());
  if (panels->rows() == 0) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} {}: there are no rows of these times: acts rows ls says what there is",
                            to_string(wish->venue), wish->text));
  }
  Chart chart{.title = fmt::format("{} {}: minute rows", to_string(wish->venue), wish->text), .parts = {}};
  chart.subtitle = fmt::format("{} rows; shaded: minutes without a row, or in another state than live", panels->rows());
  for (report::Panel& panel : panels->finish()) chart.parts.emplace_back(std::move(panel));
  return chart;
}

// Data sets of the catalog, in its order.
Result<report::Coverage> catalog_coverage(const std::string& data_dir) {
  const auto manifests = history::read_manifests(real_file_ops(), history::CatalogPaths(data_dir));
  if (!manifests) return std::unexpected(manifests.error());
  report::Coverage coverage{.title = "Catalog", .rows = {}};
  const std::vector<history::CatalogFile> files = history::current_files(*manifests);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const history::DataSet& set = files[i].set;
    if (i == 0 || files[i - 1].set != set) {
      const std::string_view blank = set.interval.empty() ? "" : " ";
      coverage.rows.push_back(
          {fmt::format("{} {} {}{}{} {}", set.kind->name, set.venue, set.symbol, blank, set.interval, set.origin), {}});
    }
    coverage.rows.back().days.push_back(files[i].day);
  }
  return coverage;
}

Result<report::Coverage> recording_coverage(const std::string& data_dir) {
  const auto files = list_recordings(data_dir);
  if (!files) return std::unexpected(files.error());
  std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> days;
  for (const RecordingFile& file : *files) {
    if (file.symbol.empty() || file.symbol == kSessionName) continue;
    const std::int64_t day = floor_to(file.first, kDay).value / kDay.count();
    std::vector<std::int64_t>& of_symbol = days[{file.venue, file.symbol}];
    if (of_symbol.empty() || of_symbol.back() < day) of_symbol.push_back(day);
  }
  report::Coverage coverage{.title = "Recordings", .rows = {}};
  for (auto& [key, of_symbol] : days) {
    coverage.rows.push_back({fmt::format("{} {}", key.first, key.second), std::move(of_symbol)});
  }
  return coverage;
}

// Of each symbol's days the first row is looked for: there may be millions.
Result<report::Coverage> row_coverage(const std::string& data_dir) {
  report::Coverage coverage{.title = "Minute rows", .rows = {}};
  if (!fs::exists(store_path(data_dir))) return coverage;
  const auto store = SqliteStore::open_to_read(store_path(data_dir));
  if (!store) return std::unexpected(store.error());
  const auto symbols = (*store)->symbols();
  if (!symbols) return std::unexpected(symbols.error());
  for (const SymbolRows& of : *symbols) {
    report::CoverageRow& row = coverage.rows.emplace_back(fmt::format("{} {}", of.venue, of.symbol));
    for (UnixNanos day = floor_to(of.first, kDay); day <= of.last; day = day + kDay) {
      bool has_row = false;
      const auto done = (*store)->read({of.venue, of.symbol, day, day + kDay}, [&](const MinuteRow&) {
        has_row = true;
        return false;
      });
      if (!done) return std::unexpected(done.error());
      if (has_row) row.days.push_back(day.value / kDay.count());
    }
  }
  return coverage;
}

Result<Chart> coverage_chart(const Settings& settings) {
  Chart chart{.title = "Data by day", .subtitle = fmt::format("in {}", settings.data_dir), .parts = {}};
  for (const auto make : {catalog_coverage, recording_coverage, row_coverage}) {
    Result<report::Coverage> coverage = make(settings.data_dir);
    if (!coverage) return std::unexpected(coverage.error());
    if (!coverage->rows.empty()) chart.parts.emplace_back(*std::move(coverage));
  }
  if (!chart.parts.empty()) return chart;
  return fail(ErrorCode::kUsage, fmt::format("{}: there is no data in it", settings.data_dir));
}

Result<Chart> make_chart(const Settings& settings) {
  if (settings.words[0] == "coverage") return coverage_chart(settings);
  return settings.words[0] == "book" ? book_chart(settings) : rows_chart(settings);
}

Result<std::string> chart_text(const Chart& chart, const std::string& form) {
  if (form == "html") return report::to_html(chart);
  const report::Drawing drawing = report::draw(chart);
  return form == "svg" ? report::to_svg(drawing) : report::to_png(drawing);
}

Result<void> check_words(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 3> kActions{"book", "rows", "coverage"};
  if (std::ranges::find(kActions, words[0]) == kActions.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("no action '{}' of plot: {}", words[0], name_advice(words[0], kActions)));
  }
  const bool takes_symbol = words[0] != "coverage";
  if (words.size() == (takes_symbol ? 2U : 1U)) return {};
  return fail(ErrorCode::kUsage, takes_symbol ? fmt::format("plot {}: name one symbol", words[0])
                                              : "plot coverage takes no symbol: it shows all");
}

// What the name of the output says, if nothing else does.
Result<std::string> form_of(const Settings& settings) {
  if (!settings.form.empty()) return settings.form;
  if (settings.output.empty()) return "html";
  for (const char* form : {"html", "svg", "png"}) {
    if (fs::path(settings.output).extension() == fmt::format(".{}", form)) return form;
  }
  return fail(ErrorCode::kUsage, fmt::format("--output {}: its name does not end with .html, .svg or .png: give "
                                             "--format",
                                             settings.output));
}

int write_output(const std::string& output, const std::string& text) {
  const std::string part = history::part_of(output);
  real_file_ops().remove(part);  // of a process that was killed
  Result<void> written = write_whole_file(real_file_ops(), part, text);
  if (written) written = history::put_in_place(real_file_ops(), output);
  if (written) return kExitDone;
  real_file_ops().remove(part);
  return complain(written.error());
}

int run(const Given& given) {
  Settings settings;
  const Result<std::string> data_dir = data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  settings.data_dir = *data_dir;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  if (const Result<void> checked = check_words(settings.words); !checked) return complain(checked.error());
  if (const Result<void> used = check_uses(kUses, given, settings.words[0]); !used) return complain(used.error());
  if (const Result<void> checked = check_period(settings.from, settings.to); !checked) return complain(checked.error());
  const Result<std::string> form = form_of(settings);
  if (!form) return complain(form.error());
  if (*form == "png" && settings.output.empty() && ::isatty(STDOUT_FILENO) == 1) {
    return complain({ErrorCode::kUsage, "a picture is nothing for a terminal: give --output FILE"});
  }
  const Result<Chart> chart = make_chart(settings);
  if (!chart) return complain(chart.error());
  const Result<std::string> text = chart_text(*chart, *form);
  if (!text) return complain(text.error());
  if (settings.output.empty()) {
    Output out;
    out.write(*text);
    return out.finish(kExitDone);
  }
  const std::string output = fs::absolute(settings.output).lexically_normal().string();
  const std::string catalog = history::CatalogPaths(fs::absolute(*data_dir).lexically_normal().string()).root;
  if (const Result<void> checked = history::check_output(output, catalog); !checked) return complain(checked.error());
  return write_output(output, *text);
}

}  // namespace

Command plot_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the action has no flag
  return {
      .name = "plot",
      .summary = "Charts of a recorded order book, of minute rows, and of which days there is data",
      .options = std::move(flags),
      .positional = kActionSpec,
      .examples =
          "  acts plot rows BTCUSDT --columns total_bid_1,total_ask_1,mid_price --from 2026-03-01 --output rows.html\n"
          "  acts plot book BTCUSDT --at 2026-03-01T12:00 --per-cent 0.5 --output book.png",
      .run = run,
      .reads_config = true};
}

}  // namespace acts::cli
