// acts rows ls|export|merge|gaps|repair|rejected|prune: the stored minute rows.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/prune.hpp"
#include "cli/rows_merge.hpp"
#include "cli/rows_repair.hpp"
#include "cli/stored_rows.hpp"
#include "cli/stored_symbol.hpp"
#include "cli/values.hpp"
#include "store/outbox.hpp"
#include "store/row_gaps.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

// Of what is pruned or merged there is no choice: without these, prune would remove all that is old.
constexpr std::string_view kChoosing = "export, gaps, repair, rejected";
constexpr std::string_view kListing = "ls, export, gaps, rejected";
constexpr std::string_view kNaming = "ls, export, gaps, repair, rejected";
constexpr std::array<FlagUse, 11> kUses{{{"venue", kNaming},
                                         {"symbol", kNaming},
                                         {"format", kListing},
                                         {"from", kChoosing},
                                         {"to", kChoosing},
                                         {"keep_rows", "prune"},
                                         {"keep_rows_bytes", "prune"},
                                         {"keep_rejected", "prune"},
                                         {"keep_books", "prune"},
                                         {"keep_books_bytes", "prune"},
                                         {"dry_run", "prune"}}};

struct Settings {
  std::vector<std::string> words;  // the action, then files
  std::string venue;
  std::string symbol;
  std::optional<UnixNanos> from;
  std::optional<UnixNanos> to;
  std::string form = "csv";
  RetentionOptions kept;

  [[nodiscard]] const std::string& data_dir() const { return kept.data_dir; }
  [[nodiscard]] RowRange range() const {
    return {venue, symbol, from.value_or(UnixNanos{INT64_MIN}), to.value_or(UnixNanos{INT64_MAX})};
  }
};

const OptionSpec kActionSpec{.name = "action",
                             .placeholder = "ACTION",
                             .kind = OptionKind::kFiles,
                             .help = "ls, export, gaps, repair, rejected, prune; merge FILE... of other collectors",
                             .is_required = true};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 13> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},
      {{.name = "venue",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "only rows of this one",
        .choices = {"binance-spot", "binance-usdm"}},
       [](Settings& s, const Values& v) { return s.venue = v[0], Result<void>(); }},
      {{.name = "symbol", .placeholder = "SYMBOL", .help = "only rows of this one, or of an asset's USDT pair"},
       [](Settings& s, const Values& v) { return s.symbol = v[0], Result<void>(); }},
      {{.name = "from", .placeholder = "TIME", .help = "only rows of this minute and later"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "only rows before this minute"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of what is printed",
        .default_text = "csv",
        .choices = {"csv", "json"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      // These and the directory are read with acts.toml.
      {kKeepRowsSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kKeepRowsBytesSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kKeepRejectedSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kKeepBooksSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kKeepBooksBytesSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kDryRunSpec, [](Settings& s, const Values& v) { return s.kept.dry_run = v[0] == "true", Result<void>(); }},
      {kActionSpec, [](Settings& s, const Values& v) { return s.words = v, Result<void>(); }},
  }};
  return kOptions;
}

// Some symbol of that name has rows.
Result<bool> has_rows(SqliteStore& store, const std::string& venue, const std::string& symbol) {
  bool found = false;
  for (const Venue of : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
    if (found || (!venue.empty() && venue != to_string(of))) continue;
    const auto done = store.read({std::string(to_string(of)), symbol}, [&found](const MinuteRow&) {
      found = true;
      return false;
    });
    if (!done) return std::unexpected(done.error());
  }
  return found;
}

Result<void> read_symbol(Settings& settings) {
  if (settings.symbol.empty()) return {};
  std::optional<Venue> venue;
  if (!settings.venue.empty()) venue = parse_venue(settings.venue).value();
  const auto named = parse_stored_symbol(settings.symbol, venue);
  if (!named) return std::unexpected(named.error());
  if (named->venue) settings.venue = to_string(*named->venue);
  settings.symbol = named->text;
  return {};
}

// The symbol that has rows: that one, or for an asset its pair.
Result<void> find_symbol(Settings& settings, SqliteStore& store) {
  if (settings.symbol.empty()) return {};
  for (const std::string& symbol : {settings.symbol, usual_pair(settings.symbol)}) {
    const Result<bool> found = has_rows(store, settings.venue, symbol);
    if (!found) return std::unexpected(found.error());
    if (!*found) continue;
    settings.symbol = symbol;
    return {};
  }
  return fail(ErrorCode::kUsage,
              fmt::format("no row of {}{}{} is stored in {}: 'acts rows ls' shows what there is", settings.venue,
                          settings.venue.empty() ? "" : " ", settings.symbol, settings.data_dir()));
}

constexpr Column text_column(const char* name) { return {name, ColumnType::kText, true}; }

int list_symbols(const Settings& settings, SqliteStore& store) {
  const auto symbols = store.symbols();
  if (!symbols) return complain(symbols.error());
  Listing list({text_column("venue"),
                text_column("symbol"),
                {"first", ColumnType::kTime, true},
                {"last", ColumnType::kTime, true},
                {"rows", ColumnType::kCount, true},
                {"live", ColumnType::kCount, true}},
               settings.form);
  for (const SymbolRows& of : *symbols) {
    if (!settings.venue.empty() && of.venue != settings.venue) continue;
    if (!settings.symbol.empty() && of.symbol != settings.symbol) continue;
    list.add({of.venue, of.symbol, of.first, of.last, of.rows, of.live});
  }
  return list.finish(kExitDone);
}

int print_rows(const Settings& settings, SqliteStore& store) {
  Output out;
  std::string text;
  if (settings.form == "csv") append_csv_header(text, store.schema());
  out.write(text);
  const auto done = store.read(settings.range(), [&](const MinuteRow& row) {
    text.clear();
    settings.form == "csv" ? append_csv(text, store.schema(), row) : append_json(text, store.schema(), row);
    return out.write(text);
  });
  return out.finish(done ? kExitDone : complain(done.error()));
}

int list_gaps(const Settings& settings, SqliteStore& store) {
  Listing list({text_column("venue"),
                text_column("symbol"),
                {"first", ColumnType::kTime, true},
                {"last", ColumnType::kTime, true},
                {"minutes", ColumnType::kCount, true},
                text_column("state"),
                text_column("reason")},
               settings.form);
  const auto add = [&list](const std::vector<RowGap>& gaps) {
    for (const RowGap& gap : gaps) {
      list.add({gap.venue, gap.symbol, gap.first, gap.last, gap.minutes(), gap.state,
                gap.reason.empty() ? Value{} : Value{gap.reason}});
    }
  };
  GapFinder finder(store.schema(), settings.from, settings.to);
  const auto done = store.read(settings.range(), [&](const MinuteRow& row) {
    add(finder.add(row));
    return true;
  });
  if (!done) return complain(done.error());
  add(finder.finish());
  return list.finish(kExitDone);
}

int list_rejected(const Settings& settings) {
  const auto rows = rejected_rows(store_path(settings.data_dir()));
  if (!rows) return complain(rows.error());
  Listing list({text_column("sink"),
                text_column("venue"),
                text_column("symbol"),
                {"sample_time", ColumnType::kTime, true},
                text_column("reason"),
                text_column("row")},
               settings.form);
  const bool is_asset =
      !settings.symbol.empty() && std::ranges::find(*rows, settings.symbol, &RejectedRow::symbol) == rows->end();
  const std::string symbol = is_asset ? usual_pair(settings.symbol) : settings.symbol;
  for (const RejectedRow& row : *rows) {
    if (!settings.venue.empty() && row.venue != settings.venue) continue;
    if (!symbol.empty() && row.symbol != symbol) continue;
    if (row.sample_time < settings.range().from || row.sample_time >= settings.range().to) continue;
    list.add({row.sink.empty() ? std::string("acts.db") : row.sink, row.venue, row.symbol, row.sample_time, row.reason,
              row.json});
  }
  return list.finish(kExitDone);
}

int run_action(Settings settings, const Given& given) {
  const std::string action = settings.words[0];
  const bool takes_files = action == "merge";
  static constexpr std::array<std::string_view, 7> kActions{"ls",     "export",   "merge", "gaps",
                                                            "repair", "rejected", "prune"};
  if (std::ranges::find(kActions, action) == kActions.end()) {
    return complain(
        {ErrorCode::kUsage, fmt::format("no action '{}' of rows: {}", action, name_advice(action, kActions))});
  }
  if (const Result<void> used = check_uses(kUses, given, action); !used) return complain(used.error());
  if (const Result<void> checked = check_period(settings.from, settings.to); !checked) return complain(checked.error());
  if (takes_files == (settings.words.size() == 1)) {
    return complain({ErrorCode::kUsage, takes_files ? "rows merge: name the acts.db files of other collectors"
                                                    : fmt::format("rows {} takes no files", action)});
  }
  if (takes_files) return merge_rows(settings.data_dir(), {settings.words.begin() + 1, settings.words.end()});
  if (action == "prune") return prune(settings.kept);
  if (const Result<void> read = read_symbol(settings); !read) return complain(read.error());
  if (action == "rejected") return list_rejected(settings);
  const auto store = SqliteStore::open_to_read(store_path(settings.data_dir()));
  if (!store) return complain(store.error());
  if (const Result<void> found = find_symbol(settings, **store); !found) return complain(found.error());
  if (action == "repair") return repair_rows(settings.data_dir(), (*store)->schema(), settings.range());
  if (action == "ls") return list_symbols(settings, **store);
  return action == "gaps" ? list_gaps(settings, **store) : print_rows(settings, **store);
}

int run(const Given& given) {
  Settings settings;
  const auto archive = archive_settings_of(given);
  if (!archive) return complain(archive.error());
  settings.kept.data_dir = archive->data_dir;
  settings.kept.rows = archive->keep_rows;
  settings.kept.books = archive->keep_books;
  for (const SinkSettings& sink : archive->sinks) {
    settings.kept.sinks.push_back(sink.name);
    if (sink.books) settings.kept.book_sinks.push_back(sink.name);
  }
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  return run_action(std::move(settings), given);
}

}  // namespace

Command rows_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the action has no flag
  return {.name = "rows",
          .summary =
              "Stored minute rows: list, export, merge, gaps, repair out of the recording, what was rejected, prune "
              "(full books too)",
          .options = std::move(flags),
          .positional = kActionSpec,
          .examples =
              "  acts rows export --symbol BTCUSDT --from 2026-01-01 --to 2026-01-02\n"
              "  acts rows merge /mnt/other/acts-data",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
