// acts catalog ls|describe|verify: what the catalog holds, and whether it is what it says.
#include <fmt/format.h>

#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/stored_rows.hpp"
#include "history/catalog/catalog.hpp"
#include "history/catalog/verify.hpp"
#include "history/engine/parquet_writer.hpp"

namespace acts::cli {
namespace {

struct Settings {
  std::vector<std::string> words;  // the action; of describe, a kind
  std::string form = "csv";
};

const OptionSpec kActionSpec{.name = "action",
                             .placeholder = "ACTION",
                             .kind = OptionKind::kFiles,
                             .help = "ls, describe [KIND], verify",
                             .is_required = true};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 3> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},  // read with acts.toml
      {{.name = "format",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "of what is printed",
        .default_text = "csv",
        .choices = {"csv", "json"}},
       [](Settings& s, const Values& v) { return s.form = v[0], Result<void>(); }},
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
                {"bytes", ColumnType::kCount, true}},
               form);
  const std::vector<history::CatalogFile> files = history::current_files(*manifests);
  for (std::size_t i = 0; i < files.size();) {
    const history::DataSet& set = files[i].set;
    const std::size_t first = i;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    for (; i < files.size() && files[i].set == set; ++i) {
      rows += files[i].rows;
      bytes += files[i].bytes;
    }
    list.add({std::string(set.kind->name), set.venue, set.symbol, set.interval.empty() ? Value{} : Value{set.interval},
              set.origin, time_of(files[first].first_time), time_of(files[i - 1].last_time),
              static_cast<std::int64_t>(i - first), static_cast<std::int64_t>(rows), static_cast<std::int64_t>(bytes)});
  }
  return kExitDone;
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
               settings.form);
  for (const history::Kind& kind : history::kinds()) {
    if (!wanted.empty() && kind.name != wanted) continue;
    for (const history::TableColumn& column : kind.columns) {
      list.add({std::string(kind.name), std::string(column.name),
                history::sql_type(column, history::DecimalForm::kNarrow),
                history::sql_type(column, history::DecimalForm::kWide), std::string(column.meaning)});
    }
  }
  return kExitDone;
}

int verify(const std::string& data_dir) {
  auto duck = history::Duck::open({.temp_directory = ""});
  if (!duck) return complain(duck.error());
  const auto check = history::verify_catalog(real_file_ops(), history::CatalogPaths(data_dir), **duck);
  if (!check) return complain(check.error());
  for (const std::string& problem : check->problems) complain(problem);
  for (const std::string& name : check->unfinished) {
    complain(fmt::format("{}: its import is unfinished: until the next acts import ends it, who reads the folder whole "
                         "may count rows twice",
                         name),
             LogLevel::kWarn);
  }
  Output out;
  out.write(fmt::format("{} sources, {} files, {} rows, {} problems{}\n", check->sources, check->files, check->rows,
                        check->problems.size(),
                        check->unfinished.empty() ? "" : fmt::format(", {} unfinished", check->unfinished.size())));
  return out.finish(check->problems.empty() ? kExitDone : kExitBadInput);
}

int run(const Given& given) {
  Settings settings;
  const Result<std::string> data_dir = data_dir_of(given);
  if (!data_dir) return complain(data_dir.error());
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  static constexpr std::array<std::string_view, 3> kActions{"ls", "describe", "verify"};
  const std::string& action = settings.words[0];
  if (std::ranges::find(kActions, action) == kActions.end()) {
    return complain(
        {ErrorCode::kUsage, fmt::format("no action '{}' of catalog: {}", action, name_advice(action, kActions))});
  }
  if (settings.words.size() > (action == "describe" ? 2U : 1U)) {
    return complain({ErrorCode::kUsage, fmt::format("'{}' is one argument too many", settings.words.back())});
  }
  if (action == "describe") return describe(settings);
  return action == "ls" ? list(*data_dir, settings.form) : verify(*data_dir);
}

}  // namespace

Command catalog_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the action has no flag
  return {.name = "catalog",
          .summary = "What the catalog holds, what its columns are, and whether it is what it says",
          .options = std::move(flags),
          .positional = kActionSpec,
          .examples = "  acts catalog ls\n  acts catalog describe klines",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
