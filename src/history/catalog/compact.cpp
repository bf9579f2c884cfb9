#include "history/catalog/compact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <utility>

#include "history/catalog/catalog_index.hpp"
#include "history/catalog/entry.hpp"
#include "history/day_recording.hpp"
#include "history/engine/parquet_writer.hpp"
#include "history/file_status.hpp"
#include "history/import/staged_days.hpp"
#include "history/signature.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReadAs = "compact";
// Files that are made wide at a time: until all of them are, the disk holds both.
constexpr std::size_t kMostWidened = 31;

// Files that acts has named: 16 digits of a sum, and perhaps a generation.
bool is_ours(const fs::path& path) {
  const std::string stem = path.stem().string();
  const std::string sum = stem.substr(0, stem.find('-'));
  const std::string generation = sum.size() < stem.size() ? stem.substr(sum.size() + 1) : "1";
  return path.extension() == ".parquet" && sum.size() == 16 && !generation.empty() &&
         sum.find_first_not_of("0123456789abcdef") == std::string::npos &&
         generation.find_first_not_of("0123456789") == std::string::npos;
}

class Compaction {
 public:
  Compaction(FileOps& ops, const CatalogPaths& paths, Duck& duck, std::string code)
      : ops_(&ops), paths_(paths), duck_(&duck), code_(std::move(code)) {}

  Result<CompactOutcome> run() {
    Result<std::vector<Manifest>> manifests = read_manifests(*ops_, paths_);
    if (!manifests) return std::unexpected(manifests.error());
    index_ = CatalogIndex(*std::move(manifests));
    const std::vector<CatalogFile> files = index_.files();
    for (std::size_t i = 0; i < files.size();) {
      const std::size_t first = i;
      while (i < files.size() && files[i].set == files[first].set && files[i].day == files[first].day) ++i;
      if (i - first == 1) continue;
      if (Result<void> joined = join_all({files.data() + first, i - first}); !joined) {
        if (joined.error().code != ErrorCode::kBadInput) return std::unexpected(joined.error());
        outcome_.problems.push_back(joined.error().message);
      }
    }
    if (Result<void> widened = widen_all(); !widened) return std::unexpected(widened.error());
    if (Result<void> removed = remove_others(index_.files()); !removed) {
      return std::unexpected(removed.error());
    }
    return std::move(outcome_);
  }

 private:
  Result<void> join_all(std::span<const CatalogFile> files) {
    CatalogFile joined = files[0];
    for (const CatalogFile& file : files.subspan(1)) {
      Result<CatalogFile> both = join(joined, file);
      if (!both) return fail(both.error().code, fmt::format("{}: {}", file.path(), both.error().message));
      joined = *std::move(both);
    }
    ++outcome_.joined_days;
    outcome_.joined_files += files.size();
    return {};
  }

  // As if the one file had been there and the other were imported.
  Result<CatalogFile> join(const CatalogFile& there, const CatalogFile& file) {
    Manifest manifest = manifest_of(fmt::format("{}\n{}\n", there.path(), file.path()), there.set);
    manifest.source_bytes = there.bytes + file.bytes;
    Result<CatalogEntry> entry = CatalogEntry::begin(*ops_, paths_, manifest.id);
    if (!entry) return std::unexpected(entry.error());
    const std::string copy = fmt::format("{}/copy.tmp", entry->folder());
    std::error_code error;
    fs::copy_file(paths_.file(file.path()), copy, error);
    if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", copy, error.message()));
    StagedDays days({ops_, &paths_, duck_, &index_, &there}, *entry, false);
    if (Result<void> added = days.add(file, copy, manifest); !added) return std::unexpected(added.error());
    CatalogFile joined = manifest.files.front();
    if (file.path() != joined.path()) manifest.replaced.push_back(file.path());
    manifest.facts.rows = joined.rows;
    if (Result<void> done = entry->commit(manifest); !done) return std::unexpected(done.error());
    index_.add(std::move(manifest));
    return joined;
  }

  // `told`: what it is made of.
  [[nodiscard]] Manifest manifest_of(std::string_view told, const DataSet& set) const {
    const std::string sum = sha256_of(told);
    Manifest manifest{.id = source_id(sum, {&set, 1}, kReadAs), .code = code_, .engine = Duck::version()};
    manifest.source_name = "acts catalog compact";
    manifest.source_sha256 = sum;
    manifest.read_as = kReadAs;
    return manifest;
  }

  // Narrow files of symbols that have wide ones.
  Result<void> widen_all() {
    std::vector<CatalogFile> files = index_.files();
    std::erase_if(files, [this](const CatalogFile& file) {
      return file.form == DecimalForm::kWide || index_.form_of(file.set) == DecimalForm::kNarrow || !is_sound(file);
    });
    for (std::size_t i = 0; i < files.size();) {
      const std::size_t first = i;
      while (i < files.size() && i - first < kMostWidened && files[i].set == files[first].set) ++i;
      if (Result<void> widened = widen({files.data() + first, i - first}); !widened) return widened;
    }
    return {};
  }

  // What is damaged must not become what has a sum of its own.
  bool is_sound(const CatalogFile& file) {
    const Result<std::string> sum = sha256_of_file(paths_.file(file.path()));
    if (sum && *sum == file.sha256) return true;
    outcome_.problems.push_back(
        fmt::format("{}: it cannot be made wide: {}", file.path(),
                    sum ? fmt::format("its SHA-256 is {}, and not {}", *sum, file.sha256) : sum.error().message));
    return false;
  }

  // Of one set.
  Result<void> widen(std::span<const CatalogFile> files) {
    std::string told = "wide\n";
    for (const CatalogFile& file : files) told += file.path() + "\n";
    Manifest manifest = manifest_of(told, files[0].set);
    Result<CatalogEntry> entry = CatalogEntry::begin(*ops_, paths_, manifest.id);
    if (!entry) return std::unexpected(entry.error());
    StagedDays days({ops_, &paths_, duck_, &index_, nullptr}, *entry, false);
    for (const CatalogFile& file : files) {
      const Kind& kind = *file.set.kind;
      const std::string path = fmt::format("{}/wide.tmp", entry->folder());
      const auto rows = open_query(*duck_, kind, DecimalForm::kWide,
                                   fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false)",
                                               cast_list(kind, DecimalForm::kWide, file.column_count()),
                                               quoted_sql_text(paths_.file(file.path()))));
      if (!rows) return std::unexpected(rows.error());
      Result<CatalogFile> wide =
          write_parquet(*duck_, {.set = file.set, .day = file.day, .form = DecimalForm::kWide}, **rows, path);
      if (!wide) return std::unexpected(wide.error());
      manifest.source_bytes += file.bytes;
      manifest.facts.rows += wide->rows;
      if (Result<void> replaced = days.replace(file, *std::move(wide), path, manifest); !replaced) return replaced;
    }
    manifest.already_there = manifest.facts.rows;
    if (Result<void> done = entry->commit(manifest); !done) return done;
    index_.add(std::move(manifest));
    outcome_.widened_files += files.size();
    return {};
  }

  // What no manifest counts, and folders in which nothing is left.
  Result<void> remove_others(const std::vector<CatalogFile>& current) {
    std::set<std::string> known;
    for (const CatalogFile& file : current) known.insert(file.path());
    const bool are_held = are_files_held(paths_);
    for (const std::string& path : files_below_kinds(paths_)) {
      if (known.contains(path)) continue;
      if (!is_ours(path)) {
        outcome_.problems.push_back(fmt::format("{}: no manifest names it, and it is none of acts': remove it", path));
        continue;
      }
      if (are_held) {
        ++outcome_.kept_files;
        continue;
      }
      std::error_code ignored;
      const std::uint64_t bytes = fs::file_size(paths_.file(path), ignored);
      const int status = ops_->remove(paths_.file(path));
      if (status < 0) return file_failed(path, status);
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
      if (const int status = ops_->remove(paths_.file(*folder)); status < 0) return file_failed(*folder, status);
    }
    return {};
  }

  FileOps* ops_;
  CatalogPaths paths_;
  Duck* duck_;
  std::string code_;
  CatalogIndex index_;
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
