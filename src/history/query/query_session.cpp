#include "history/query/query_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "history/engine/parquet_writer.hpp"
#include "history/output_file.hpp"
#include "history/query/recording_gaps.hpp"
#include "history/query/stored_rows.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

// Functions behind FROM that open nothing and change nothing.
const std::vector<std::string>& allowed_functions() {
  static const std::vector<std::string> kNames{"range", "generate_series", "unnest", "repeat", "repeat_row"};
  return kNames;
}

constexpr std::string_view kPlaces = "venue, symbol, origin, date";
constexpr std::string_view kPlacesOfCandles = "venue, symbol, interval, origin, date";

std::string column_list(const Kind& kind, std::size_t stored) {
  return fmt::format("{}, {}", kind.has_interval ? kPlacesOfCandles : kPlaces,
                     cast_list(kind, DecimalForm::kWide, stored));
}

// Without files: the same columns.
std::string empty_select(const Kind& kind) {
  std::string list = "CAST(NULL AS VARCHAR) AS venue, CAST(NULL AS VARCHAR) AS symbol, ";
  if (kind.has_interval) list += "CAST(NULL AS VARCHAR) AS interval, ";
  list += "CAST(NULL AS VARCHAR) AS origin, CAST(NULL AS DATE) AS date";
  for (const TableColumn& column : kind.columns) {
    list += fmt::format(", CAST(NULL AS {1}) AS {0}", column.name, sql_type(column, DecimalForm::kWide));
  }
  return fmt::format("SELECT {} WHERE false", list);
}

// Files of one form have one schema, which DuckDB takes from the first of them: of files with different decimals it
// would round those of the others, so each form is read by itself and made wide; and so are files with fewer columns.
std::string select_of(const Kind& kind, const CatalogPaths& paths, const StoredFiles& files) {
  std::map<std::pair<DecimalForm, std::size_t>, std::string> lists;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files.set(i).kind != &kind) continue;
    std::string& list = lists[{files.form(i), files.column_count(i)}];
    list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted_sql_text(paths.file(files.path(i))));
  }
  std::string select;
  for (const auto& [schema, list] : lists) {
    select += fmt::format(
        "{}SELECT {} FROM read_parquet([{}], hive_partitioning = true, hive_types = {{'kind': VARCHAR, 'venue': "
        "VARCHAR, "
        "'symbol': VARCHAR, 'date': DATE, {}'origin': VARCHAR}})",
        select.empty() ? "" : " UNION ALL ", column_list(kind, schema.second), list,
        kind.has_interval ? "'interval': VARCHAR, " : "");
  }
  return select.empty() ? empty_select(kind) : select;
}

// Of a kind that recordings hold too, a view of the catalog alone stands behind the one that is asked.
std::string catalog_view(const Kind& kind) { return fmt::format("acts_catalog_{}", kind.name); }

Result<void> make_views(Duck& duck, const Kind& kind, const std::string& select) {
  if (!is_recorded_kind(kind)) return duck.run(fmt::format("CREATE VIEW {} AS {}", kind.name, select));
  if (Result<void> made = duck.run(fmt::format("CREATE VIEW {} AS {}", catalog_view(kind), select)); !made) return made;
  return duck.run(fmt::format("CREATE VIEW {} AS SELECT * FROM {}", kind.name, catalog_view(kind)));
}

bool mentions(const std::string& sql, std::string_view name) {
  const auto is_same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return !std::ranges::search(sql, name, is_same).empty();
}

Result<StoredFiles> files_now(FileOps& ops, const CatalogPaths& paths) {
  const auto files = current_files(ops, paths, [](const CatalogFile&) { return true; });
  if (!files) return std::unexpected(files.error());
  return StoredFiles(*files);
}

Result<void> close_fence(Duck& duck, const CatalogPaths& paths, const QueryOptions& options) {
  std::string files = "[]";
  if (!options.output.empty()) files = fmt::format("[{}]", quoted_sql_text(part_of(options.output)));
  for (const std::string& setting :
       {fmt::format("SET allowed_directories = [{}]", quoted_sql_text(paths.root + "/")),
        fmt::format("SET allowed_paths = {}", files), std::string("SET enable_external_access = false"),
        std::string("SET lock_configuration = true")}) {
    if (Result<void> set = duck.run(setting); !set) return set;
  }
  return {};
}

}  // namespace

Result<QuerySession> QuerySession::open(FileOps& ops, const std::string& data_dir, const QueryOptions& options) {
  const CatalogPaths paths(fs::absolute(data_dir).lexically_normal().string());
  if (const Result<void> checked = check_place(paths); !checked) return std::unexpected(checked.error());
  if (!options.output.empty()) {
    const Result<void> checked = check_output(options.output, paths.root);
    if (!checked) return std::unexpected(checked.error());
  }
  std::optional<FileLock> held;
  if (!options.files) held = hold_files(paths);
  const Result<StoredFiles> files = options.files ? *options.files : files_now(ops, paths);
  if (!files) return std::unexpected(files.error());
  auto duck = Duck::open({.memory_bytes = options.memory_bytes,
                          .threads = options.threads,
                          .temp_directory = options.temp_directory,
                          .spill_bytes = options.spill_bytes,
                          .keeps_freed = options.keeps_freed});
  if (!duck) return std::unexpected(duck.error());
  for (const Kind& kind : kinds()) {
    if (Result<void> made = make_views(**duck, kind, select_of(kind, paths, *files)); !made) {
      return fail(ErrorCode::kStorage, fmt::format("{}: acts catalog verify says what is wrong", made.error().message));
    }
  }
  if (Result<void> added = add_stored_rows(**duck, data_dir); !added) return std::unexpected(added.error());
  auto stop = std::make_shared<StopSign>();
  if (Result<void> added = add_recording_gaps(**duck, data_dir, [stop] { return stop->is_stopped(); }); !added) {
    return std::unexpected(added.error());
  }
  if (Result<void> closed = close_fence(**duck, paths, options); !closed) return std::unexpected(closed.error());
  RecordedRows recorded(data_dir, [stop] { return stop->is_stopped(); });
  QuerySession session(ops, std::move(held), *std::move(duck), std::move(stop), options.output, std::move(recorded));
  for (const Kind& kind : kinds()) {
    if (options.with_recordings && is_recorded_kind(kind)) session.unjoined_.push_back(&kind);
  }
  return session;
}

// To look for recordings takes its time, with many of them: it is done for whoever asks for such rows.
Result<std::string> QuerySession::prepare(const std::string& sql) {
  std::vector<const Kind*> left;
  for (const Kind* kind : std::exchange(unjoined_, {})) {
    if (!mentions(sql, kind->name)) {
      left.push_back(kind);
      continue;
    }
    const auto recorded = recorded_.select_of(*duck_, *kind);
    if (!recorded) return std::unexpected(recorded.error());
    if (!*recorded) continue;
    const Result<void> made = duck_->run(fmt::format("CREATE OR REPLACE VIEW {} AS SELECT * FROM {} UNION ALL {}",
                                                     kind->name, catalog_view(*kind), **recorded));
    if (!made) return std::unexpected(made.error());
  }
  unjoined_ = std::move(left);
  return reading_select(*duck_, sql, allowed_functions());
}

Result<SelectRows> QuerySession::select(const std::string& sql, std::function<bool()> is_cancelled) {
  const Result<std::string> select = prepare(sql);
  if (!select) return std::unexpected(select.error());
  return SelectRows::start(*duck_, *select, stop_->begin(std::move(is_cancelled)));
}

// The prefix is ours, before a statement that is known to read: EXPLAIN of somebody's may run what stands behind it.
Result<std::string> QuerySession::explain(const std::string& sql, std::function<bool()> is_cancelled) {
  const Result<std::string> select = prepare(sql);
  if (!select) return std::unexpected(select.error());
  auto rows = SelectRows::start(*duck_, "EXPLAIN " + *select, stop_->begin(std::move(is_cancelled)));
  if (!rows) return std::unexpected(rows.error());
  std::string text;
  std::vector<std::optional<std::string>> cells;
  for (;;) {
    const Result<bool> there = rows->next(cells);
    if (!there) return std::unexpected(there.error());
    if (!*there) return text;
    text += cells.back().value_or("");
  }
}

Result<std::uint64_t> QuerySession::to_parquet(const std::string& sql, std::function<bool()> is_cancelled) {
  const Result<std::string> select = prepare(sql);
  if (!select) return std::unexpected(select.error());
  const std::string part = part_of(output_);
  auto copy = SelectRows::start(
      *duck_, fmt::format("COPY (\n{}\n) TO {} (FORMAT parquet, COMPRESSION zstd)", *select, quoted_sql_text(part)),
      stop_->begin(std::move(is_cancelled)));
  std::vector<std::optional<std::string>> cells;
  const Result<bool> there = copy ? copy->next(cells) : std::unexpected(copy.error());
  const Result<void> placed = there ? put_in_place(*ops_, output_) : Result<void>(std::unexpected(there.error()));
  if (!placed) {
    std::error_code ignored;
    fs::remove(part, ignored);
    return std::unexpected(placed.error());
  }
  std::uint64_t rows = 0;
  const std::string& count = cells.at(0).value_or("0");
  std::from_chars(count.data(), count.data() + count.size(), rows);
  return rows;
}

}  // namespace acts::history
