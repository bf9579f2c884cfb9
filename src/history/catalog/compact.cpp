#include "history/catalog/compact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>
#include <span>
#include <utility>

#include "history/catalog/entry.hpp"
#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/signature.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failed(std::string_view path, int status) {
  return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(-status)));
}

// Rows that come sorted, with those left out that are told twice; fails at two of one key that differ.
class DistinctRows final : public RowSource {
 public:
  DistinctRows(const Kind& kind, RowSource& rows) : kind_(&kind), rows_(&rows) {}

  Result<bool> next(Row& row) override {
    for (;;) {
      Result<bool> there = rows_->next(row);
      if (!there || !*there) return there;
      if (has_last_ && same_values(*kind_, row, last_)) continue;
      if (has_last_ && row.values[0] == last_.values[0]) {
        return fail(ErrorCode::kBadInput,
                    fmt::format("two of them differ at {} {}", kind_->columns[0].name, row.integer(0)));
      }
      last_ = row;
      has_last_ = true;
      return true;
    }
  }

 private:
  const Kind* kind_;
  RowSource* rows_;
  Row last_;
  bool has_last_ = false;
};

// Files that acts has named: 16 digits of a sum.
bool is_ours(const fs::path& path) {
  const std::string stem = path.stem().string();
  return path.extension() == ".parquet" && stem.size() == 16 &&
         stem.find_first_not_of("0123456789abcdef") == std::string::npos;
}

class Compaction {
 public:
  Compaction(FileOps& ops, const CatalogPaths& paths, Duck& duck, std::string code)
      : ops_(&ops), paths_(paths), duck_(&duck), code_(std::move(code)) {}

  Result<CompactOutcome> run() {
    const Result<std::vector<CatalogFile>> before = files();
    if (!before) return std::unexpected(before.error());
    for (std::size_t i = 0; i < before->size();) {
      const std::size_t first = i;
      while (i < before->size() && (*before)[i].set == (*before)[first].set &&
             (*before)[i].day == (*before)[first].day) {
        ++i;
      }
      if (i - first == 1) continue;
      if (Result<void> joined = join({before->data() + first, i - first}); !joined) {
        if (joined.error().code != ErrorCode::kBadInput) return std::unexpected(joined.error());
        outcome_.problems.push_back(joined.error().message);
      }
    }
    const Result<std::vector<CatalogFile>> after = files();
    if (!after) return std::unexpected(after.error());
    if (Result<void> removed = remove_others(*after); !removed) return std::unexpected(removed.error());
    return std::move(outcome_);
  }

 private:
  Result<std::vector<CatalogFile>> files() {
    const Result<std::vector<Manifest>> manifests = read_manifests(*ops_, paths_);
    if (!manifests) return std::unexpected(manifests.error());
    return current_files(*manifests);
  }

  Result<void> join(std::span<const CatalogFile> files) {
    std::string names;
    std::uint64_t bytes = 0;
    DecimalForm form = DecimalForm::kNarrow;
    for (const CatalogFile& file : files) {
      names += file.path() + '\n';
      bytes += file.bytes;
      form = std::max(form, file.form);
    }
    const std::string sum = sha256_of(names);
    Manifest manifest{.id = source_id(sum, files[0].set), .code = code_, .engine = Duck::version()};
    manifest.source_name = "acts catalog compact";
    manifest.source_bytes = bytes;
    manifest.source_sha256 = sum;
    Result<CatalogEntry> entry = CatalogEntry::begin(*ops_, paths_, manifest.id);
    if (!entry) return std::unexpected(entry.error());
    Result<CatalogFile> joined = write(files, form, fmt::format("{}/joined.tmp", entry->folder()));
    if (!joined) return fail(joined.error().code, fmt::format("{}: {}", files[0].path(), joined.error().message));
    if (Result<void> staged = stage(*joined, fmt::format("{}/joined.tmp", entry->folder()), *entry); !staged) {
      return staged;
    }
    for (const CatalogFile& file : files) {
      if (file.path() != joined->path()) manifest.replaced.push_back(file.path());
    }
    manifest.facts.rows = joined->rows;
    manifest.already_there = joined->rows;
    manifest.files.push_back(*std::move(joined));
    ++outcome_.joined_days;
    outcome_.joined_files += files.size();
    return entry->commit(manifest);
  }

  Result<CatalogFile> write(std::span<const CatalogFile> files, DecimalForm form, const std::string& path) {
    const Kind& kind = *files[0].set.kind;
    std::string list;
    for (const CatalogFile& file : files) {
      list +=
          fmt::format("{}SELECT {} FROM read_parquet({}, hive_partitioning = false)", list.empty() ? "" : " UNION ALL ",
                      cast_list(kind, form), quoted_sql_text(paths_.file(file.path())));
    }
    const auto rows = open_query(*duck_, kind, form, fmt::format("{} ORDER BY {}", list, kind.columns[0].name));
    if (!rows) return std::unexpected(rows.error());
    DistinctRows distinct(kind, **rows);
    return write_parquet(*duck_, {.set = files[0].set, .day = files[0].day, .form = form}, distinct, path);
  }

  Result<void> stage(CatalogFile& file, const std::string& path, const CatalogEntry& entry) {
    std::error_code error;
    file.bytes = fs::file_size(path, error);
    if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, error.message()));
    Result<std::string> sum = sha256_of_file(path);
    if (!sum) return std::unexpected(sum.error());
    file.sha256 = *std::move(sum);
    const int status = ops_->rename(path, entry.staged(file));
    if (status < 0) return failed(path, status);
    return {};
  }

  // What no manifest counts, and folders in which nothing is left.
  Result<void> remove_others(const std::vector<CatalogFile>& current) {
    std::set<std::string> known;
    for (const CatalogFile& file : current) known.insert(file.path());
    for (const std::string& path : files_below_kinds(paths_)) {
      if (known.contains(path)) continue;
      if (!is_ours(path)) {
        outcome_.problems.push_back(fmt::format("{}: no manifest names it, and it is none of acts': remove it", path));
        continue;
      }
      std::error_code ignored;
      const std::uint64_t bytes = fs::file_size(paths_.file(path), ignored);
      const int status = ops_->remove(paths_.file(path));
      if (status < 0) return failed(path, status);
      ++outcome_.removed_files;
      if (!ignored) outcome_.removed_bytes += bytes;
    }
    return remove_empty_folders();
  }

  Result<void> remove_empty_folders() {
    std::vector<std::string> folders;
    std::error_code error;
    for (fs::recursive_directory_iterator at(paths_.root, error), end; !error && at != end; at.increment(error)) {
      const std::string path = at->path().lexically_relative(paths_.root).generic_string();
      if (path.starts_with("kind=") && at->is_directory()) folders.push_back(path);
    }
    // Those below others stand behind them.
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
      if (!fs::is_empty(paths_.file(*folder), error) || error) continue;
      if (const int status = ops_->remove(paths_.file(*folder)); status < 0) return failed(*folder, status);
    }
    return {};
  }

  FileOps* ops_;
  CatalogPaths paths_;
  Duck* duck_;
  std::string code_;
  CompactOutcome outcome_;
};

}  // namespace

Result<CompactOutcome> compact_catalog(FileOps& ops, const CatalogPaths& paths, Duck& duck, const std::string& code) {
  if (const Result<void> checked = check_place(paths); !checked) return std::unexpected(checked.error());
  if (!ops.exists(paths.root)) return CompactOutcome{};
  const Result<FileLock> lock = lock_catalog(ops, paths);
  if (!lock) return std::unexpected(lock.error());
  if (const Result<void> recovered = recover_entries(ops, paths); !recovered) return std::unexpected(recovered.error());
  return Compaction(ops, paths, duck, code).run();
}

}  // namespace acts::history
