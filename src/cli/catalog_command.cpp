// acts catalog ls|describe|verify|compact: what the catalog holds, whether it is sound and what is odd, tidying.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/stored_rows.hpp"
#include "cli/version.hpp"
#include "history/catalog/catalog.hpp"
#include "history/catalog/compact.hpp"
#include "history/catalog/verify.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/query/spill_directory.hpp"

namespace acts::cli {
namespace {

struct Settings {
  std::vector<std::string> words;  // the action; of describe, a kind
  std::string form;                // as asked for
  bool is_strict = false;

  [[nodiscard]] std::string form_or(const char* other) const { return form.empty() ? other : form; }
};

const OptionSpec kActionSpec{.name = "action",
                             .placeholder = "ACTION",
                             .kind = OptionKind::kFiles,
                             .help = "ls, describe [KIND], verify, compact",
                             .is_required = true};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 4> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of what is printed; csv, and lines for people of verify, if not given",
        .choices = {"csv", "json"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
      {{.name = "strict",
        .kind = OptionKind::kSwitch,
        .help = "verify: faults of the rows fail it too, but for known outages of the exchange",
        .default_text = "false"},
       [](Settings& s, const Values& v) { return s.is_strict = v[0] == "true", Result<void>(); }},
      {kActionSpec, [](Settings& s, const Values& v) { return s.words = v, Result<void>(); }},
  }};
  return kOptions;
}

constexpr Column text_column(const char* name) { return {name, ColumnType::kText, true}; }

UnixNanos time_of(std::int64_t micros) { return {micros * 1000}; }

// One line a data set.
int list(const std::string& data_dir, const std::string& form) {
  const auto manifests = history::read_manifests(real_file_ops(), history::CatalogPaths(data_dir));
  if (!manifests) return complain(manifests.error());
  Listing list({text_column("kind"),
                text_column("venue"),
                text_column("symbol"),
                text_column("interval"),
                text_column("origin"),
                {"first", ColumnType::kTime, true},
                {"last", ColumnType::kTime, true},
                {"days", ColumnType::kCount, true},
                {"rows", ColumnType::kCount, true},
                {"bytes", ColumnType::kCount, true},
                text_column("decimals")},
               form);
  const std::vector<history::CatalogFile> files = history::current_files(*manifests);
  for (std::size_t i = 0; i < files.size();) {
    const history::DataSet& set = files[i].set;
    const std::size_t first = i;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::size_t wide = 0;
    for (; i < files.size() && files[i].set == set; ++i) {
      rows += files[i].rows;
      bytes += files[i].bytes;
      if (files[i].form == history::DecimalForm::kWide) ++wide;
    }
    list.add({std::string(set.kind->name), set.venue, set.symbol, set.interval.empty() ? Value{} : Value{set.interval},
              set.origin, time_of(files[first].first_time), time_of(files[i - 1].last_time),
              static_cast<std::int64_t>(i - first), static_cast<std::int64_t>(rows), static_cast<std::int64_t>(bytes),
              wide == 0           ? "narrow"
              : wide == i - first ? "wide"
                                  : "mixed"});
  }
  return list.finish(kExitDone);
}

int describe(const Settings& settings) {
  const std::string wanted = settings.words.size() > 1 ? settings.words[1] : "";
  if (!wanted.empty() && history::find_kind(wanted) == nullptr) {
    std::vector<std::string_view> names;
    for (const history::Kind& kind : history::kinds()) names.push_back(kind.name);
    return complain({ErrorCode::kUsage, fmt::format("no kind '{}': {}", wanted, name_advice(wanted, names))});
  }
  Listing list({text_column("kind"), text_column("column"), text_column("type"), text_column("wide_type"),
                text_column("meaning")},
               settings.form_or("csv"));
  for (const history::Kind& kind : history::kinds()) {
    if (!wanted.empty() && kind.name != wanted) continue;
    for (const history::TableColumn& column : kind.columns) {
      list.add({std::string(kind.name), std::string(column.name),
                history::sql_type(column, history::DecimalForm::kNarrow),
                history::sql_type(column, history::DecimalForm::kWide), std::string(column.meaning)});
    }
  }
  return list.finish(kExitDone);
}

std::string_view weight_of(const history::Finding& finding) {
  if (!finding.outage.empty()) return "outage";
  return history::is_fault(finding.kind) ? "fault" : "remark";
}

// "klines binance-spot BTCUSDT 1h archive 2021-02-11: gap: 1 from … to …: …"
std::string line_of(const history::DataSet& set, const history::Finding& finding) {
  std::string line = fmt::format("{} {} {}{} {} {}: {} ({}): {} from {}", set.kind->name, set.venue, set.symbol,
                                 set.interval.empty() ? "" : fmt::format(" {}", set.interval), set.origin,
                                 history::day_text(history::day_of(finding.first)), to_string(finding.kind),
                                 weight_of(finding), finding.count, to_iso8601(time_of(finding.first)));
  if (finding.last != finding.first) line += fmt::format(" to {}", to_iso8601(time_of(finding.last)));
  if (!finding.detail.empty()) line += fmt::format(": {}", finding.detail);
  if (!finding.outage.empty()) line += fmt::format("; the exchange had stopped, as {} tells", finding.outage);
  return line + '\n';
}

// What is found, as it is found: lines for people, or a list for programs.
class FindingsList {
 public:
  FindingsList(const std::string& form, Output& out) : out_(&out) {
    if (form.empty()) return;
    list_.emplace(std::vector<Column>{text_column("kind"),
                                      text_column("venue"),
                                      text_column("symbol"),
                                      text_column("interval"),
                                      text_column("origin"),
                                      text_column("finding"),
                                      text_column("weight"),
                                      {"first", ColumnType::kTime, true},
                                      {"last", ColumnType::kTime, true},
                                      {"count", ColumnType::kCount, true},
                                      text_column("detail"),
                                      text_column("outage")},
                  form);
  }

  void add(const history::DataSet& set, const history::Finding& finding) {
    if (!list_) {
      out_->write(line_of(set, finding));
      return;
    }
    const auto text = [](std::string_view value) { return value.empty() ? Value{} : Value{std::string(value)}; };
    list_->add({std::string(set.kind->name), set.venue, set.symbol, text(set.interval), set.origin,
                std::string(to_string(finding.kind)), std::string(weight_of(finding)), time_of(finding.first),
                time_of(finding.last), static_cast<std::int64_t>(finding.count), text(finding.detail),
                text(finding.outage)});
  }
  [[nodiscard]] bool is_for_programs() const { return list_.has_value(); }
  [[nodiscard]] int finish(int code) { return list_ ? list_->finish(code) : out_->finish(code); }

 private:
  Output* out_;
  std::optional<Listing> list_;
};

std::string summary_of(const history::CatalogCheck& check) {
  std::string text = fmt::format("{} sources, {} files, {} rows, {} problems", check.sources, check.files, check.rows,
                                 check.problems.size());
  if (const std::size_t left = check.unfinished.size() + check.kept_replaced.size(); left > 0) {
    text += fmt::format(", {} unfinished", left);
  }
  if (check.faults + check.remarks + check.in_outages > 0) {
    text += fmt::format(", {} faults, {} remarks, {} in known outages", check.faults, check.remarks, check.in_outages);
  }
  if (check.comparisons > 0) text += fmt::format(", {} comparisons", check.comparisons);
  return text + '\n';
}

int verify(const std::string& data_dir, const Settings& settings) {
  // Comparing two files of a day joins them, whatever their size.
  std::error_code error;
  const history::SpillDirectory spill(std::filesystem::temp_directory_path(error).string());
  auto duck = history::Duck::open({.temp_directory = spill.path()});
  if (!duck) return complain(duck.error());
  Output out;
  FindingsList list(settings.form, out);
  const auto check = history::verify_catalog(
      real_file_ops(), history::CatalogPaths(data_dir), **duck,
      [&list](const history::DataSet& set, const history::Finding& finding) { list.add(set, finding); });
  if (!check) return list.finish(complain(check.error()));
  for (const std::string& problem : check->problems) complain(problem);
  for (const std::string& folder : check->mixed) {
    complain(fmt::format("{}: some files are wide and others narrow, which not all programs read as one table: acts "
                         "catalog compact makes all of them wide",
                         folder),
             LogLevel::kWarn);
  }
  for (const std::string& name : check->unfinished) {
    complain(fmt::format("{}: its import is unfinished: until the next acts import ends it, who reads the folder whole "
                         "may count rows twice",
                         name),
             LogLevel::kWarn);
  }
  for (const std::string& name : check->kept_replaced) {
    complain(fmt::format("{}: files that it replaced are still there, for who was reading, or as it was killed: until "
                         "the next acts import "
                         "or catalog compact removes them, who reads the folder whole may count rows twice",
                         name),
             LogLevel::kWarn);
  }
  if (list.is_for_programs()) {
    tell(summary_of(*check));
  } else {
    out.write(summary_of(*check));
  }
  const bool is_refused = !check->problems.empty() || (settings.is_strict && check->faults > 0);
  return list.finish(is_refused ? kExitBadInput : kExitDone);
}

int compact(const std::string& data_dir) {
  std::error_code error;
  const history::SpillDirectory spill(std::filesystem::temp_directory_path(error).string());
  auto duck = history::Duck::open({.temp_directory = spill.path()});
  if (!duck) return complain(duck.error());
  const history::CatalogPaths paths(std::filesystem::absolute(data_dir).lexically_normal().string());
  const auto outcome = history::compact_catalog(real_file_ops(), paths, **duck, fmt::format("acts {}", version()));
  if (!outcome) return complain(outcome.error());
  for (const std::string& problem : outcome->problems) complain(problem);
  Output out;
  out.write(fmt::format(
      "{} files of {} days joined, {}{} files of {} bytes removed{}\n", outcome->joined_files, outcome->joined_days,
      outcome->widened_files > 0 ? fmt::format("{} files made wide, ", outcome->widened_files) : "",
      outcome->removed_files, outcome->removed_bytes,
      outcome->kept_files > 0 ? fmt::format(", {} kept for who reads now", outcome->kept_files) : ""));
  return out.finish(outcome->problems.empty() ? kExitDone : kExitBadInput);
}

// The data directory, if there is a catalog in it: of none, nothing could be said to be sound.
Result<std::string> present_catalog_of(const Given& given) {
  Result<std::string> data_dir = present_data_dir_of(given);
  if (!data_dir) return data_dir;
  const history::CatalogPaths paths(*data_dir);
  std::error_code ignored;
  if (std::filesystem::is_directory(paths.root, ignored)) return data_dir;
  return fail(ErrorCode::kUsage, fmt::format("{}: there is no catalog yet: acts import makes one", paths.root));
}

int run(const Given& given) {
  Settings settings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  static constexpr std::array<std::string_view, 4> kActions{"ls", "describe", "verify", "compact"};
  const std::string& action = settings.words[0];
  if (std::ranges::find(kActions, action) == kActions.end()) {
    return complain(
        {ErrorCode::kUsage, fmt::format("no action '{}' of catalog: {}", action, name_advice(action, kActions))});
  }
  if (settings.words.size() > (action == "describe" ? 2U : 1U)) {
    return complain({ErrorCode::kUsage, fmt::format("'{}' is one argument too many", settings.words.back())});
  }
  if (settings.is_strict && action != "verify") {
    return complain({ErrorCode::kUsage, fmt::format("--strict is of verify, not of {}", action)});
  }
  if (action == "describe") return describe(settings);
  const Result<std::string> data_dir = present_catalog_of(given);
  if (!data_dir) return complain(data_dir.error());
  if (action == "compact") return compact(*data_dir);
  return action == "ls" ? list(*data_dir, settings.form_or("csv")) : verify(*data_dir, settings);
}

}  // namespace

Command catalog_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the action has no flag
  return {.name = "catalog",
          .summary = "What the catalog holds, what its columns are, whether it is sound, and what is odd about it",
          .options = std::move(flags),
          .positional = kActionSpec,
          .examples = "  acts catalog ls\n  acts catalog describe klines\n  acts catalog verify --strict",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
