#include "history/catalog/entry.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include "history/file_status.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

// Not ".parquet": whoever reads the folder with all that is below it shall not see it yet.
std::string staged_file(const CatalogPaths& paths, std::string_view id, const CatalogFile& file) {
  return fmt::format("{}/{}.part", paths.staging(id), fs::path(file.path()).stem().string());
}
std::string staged_manifest(const CatalogPaths& paths, std::string_view id) {
  return fmt::format("{}/manifest.json", paths.staging(id));
}
std::string staged_rejects(const CatalogPaths& paths, std::string_view id) {
  return fmt::format("{}/rejects.csv", paths.staging(id));
}

Result<void> empty_folder(FileOps& ops, const std::string& folder) {
  std::vector<std::string> names;
  if (const int status = ops.list(folder, names); status < 0) return file_failed(folder, status);
  for (const std::string& name : names) {
    const std::string path = fmt::format("{}/{}", folder, name);
    if (const int status = ops.remove(path); status < 0 && status != -ENOENT) return file_failed(path, status);
  }
  return {};
}

Result<void> remove_folder(FileOps& ops, const std::string& folder) {
  if (Result<void> emptied = empty_folder(ops, folder); !emptied) return emptied;
  if (const int status = ops.remove(folder); status < 0 && status != -ENOENT) return file_failed(folder, status);
  return {};
}

// Makes the folder and those above it, without waiting for the disk: every folder that `to_sync` then names is synced
// once, after all renames. One sync a folder and file would be three a day of candles.
int make_folders(FileOps& ops, const std::string& folder, std::set<std::string>& to_sync) {
  if (ops.exists(folder)) return 0;
  const std::string above = fs::path(folder).parent_path().string();
  if (const int status = make_folders(ops, above, to_sync); status < 0) return status;
  const int status = ops.make_directory(folder);
  if (status < 0 && status != -EEXIST) return status;
  to_sync.insert(above);
  return 0;
}

// Moves a staged file to its place, unless an earlier try has.
Result<void> move_in(FileOps& ops, const std::string& from, const std::string& to, std::set<std::string>& to_sync) {
  const std::string folder = fs::path(to).parent_path().string();
  if (const int status = make_folders(ops, folder, to_sync); status < 0) return file_failed(folder, status);
  // Also of those that an earlier try has made: it may not have come to syncing them.
  for (fs::path at = folder; at.has_filename() && at.filename().string().contains('='); at = at.parent_path()) {
    to_sync.insert(at.string());
  }
  to_sync.insert(folder);
  if (!ops.exists(from)) {
    if (ops.exists(to)) return {};
    return fail(ErrorCode::kStorage, fmt::format("{}: is gone, and the catalog's manifest names it", from));
  }
  // Something without a manifest.
  if (ops.exists(to)) ops.remove(to);
  if (const int status = ops.rename(from, to); status < 0) return file_failed(to, status);
  return {};
}

// The end of step 3. While somebody reads, all stays, and the folder to tell of it: of files that a later source has
// replaced since too, as who reads may have begun before either.
Result<void> remove_replaced(FileOps& ops, const CatalogPaths& paths, const Manifest& manifest) {
  if (!manifest.replaced.empty() && are_files_held(paths)) return empty_folder(ops, paths.staging(manifest.id));
  for (const std::string& path : manifest.replaced) {
    const int status = ops.remove(paths.file(path));
    if (status < 0 && status != -ENOENT) return file_failed(paths.file(path), status);
  }
  return remove_folder(ops, paths.staging(manifest.id));
}

// Step 3, from wherever it was.
Result<void> finish_entry(FileOps& ops, const CatalogPaths& paths, const Manifest& manifest) {
  std::set<std::string> to_sync;
  for (const CatalogFile& file : manifest.files) {
    const std::string from = staged_file(paths, manifest.id, file);
    if (auto moved = move_in(ops, from, paths.file(file.path()), to_sync); !moved) return moved;
  }
  if (manifest.bad_rows > 0) {
    const std::string from = staged_rejects(paths, manifest.id);
    if (auto moved = move_in(ops, from, paths.rejects(manifest.id), to_sync); !moved) return moved;
  }
  to_sync.insert(paths.root);
  std::string failed;
  const std::vector<std::string> folders(to_sync.begin(), to_sync.end());
  if (const int status = ops.sync_directories(folders, failed); status < 0) return file_failed(failed, status);
  const std::string manifests = paths.manifests();
  if (const int status = ops.make_directories(manifests); status < 0) return file_failed(manifests, status);
  const std::string from = staged_manifest(paths, manifest.id);
  if (const int status = ops.rename(from, paths.manifest(manifest.id)); status < 0) return file_failed(from, status);
  if (const int status = ops.sync_directory(manifests); status < 0) return file_failed(manifests, status);
  return remove_replaced(ops, paths, manifest);
}

Result<Manifest> manifest_of_entry(const std::string& path, std::string_view id) {
  Result<Manifest> manifest = read_manifest(path);
  if (!manifest || manifest->id == id) return manifest;
  return fail(ErrorCode::kStorage, fmt::format("{}: it is that of {}", path, manifest->id));
}

Result<void> recover_entry(FileOps& ops, const CatalogPaths& paths, const std::string& id) {
  const std::string staged = staged_manifest(paths, id);
  const std::string final_place = paths.manifest(id);
  if (ops.exists(staged)) {
    const Result<Manifest> manifest = manifest_of_entry(staged, id);
    return manifest ? finish_entry(ops, paths, *manifest) : std::unexpected(manifest.error());
  }
  if (!ops.exists(final_place)) return remove_folder(ops, paths.staging(id));
  const Result<Manifest> manifest = manifest_of_entry(final_place, id);
  return manifest ? remove_replaced(ops, paths, *manifest) : std::unexpected(manifest.error());
}

}  // namespace

Result<void> recover_entries(FileOps& ops, const CatalogPaths& paths) {
  std::vector<std::string> ids;
  if (const int status = ops.list(paths.staging(), ids); status < 0) return file_failed(paths.staging(), status);
  for (const std::string& id : ids) {
    if (auto recovered = recover_entry(ops, paths, id); !recovered) return recovered;
  }
  return {};
}

Result<UnfinishedEntries> unfinished_entries(FileOps& ops, const CatalogPaths& paths) {
  std::vector<std::string> ids;
  const int status = ops.list(paths.staging(), ids);
  if (status < 0) return file_failed(paths.staging(), status);
  UnfinishedEntries unfinished;
  for (const std::string& id : ids) {
    for (const std::string& path : {staged_manifest(paths, id), paths.manifest(id)}) {
      if (!ops.exists(path)) continue;
      Result<Manifest> manifest = manifest_of_entry(path, id);
      // Of a running import it may have gone to its place meanwhile: the next look finds it there.
      if (!manifest && !ops.exists(path)) continue;
      if (!manifest) return std::unexpected(manifest.error());
      (path == paths.manifest(id) ? unfinished.in_place : unfinished.entering).push_back(*std::move(manifest));
      break;
    }
  }
  return unfinished;
}

Result<CatalogEntry> CatalogEntry::begin(FileOps& ops, const CatalogPaths& paths, std::string id) {
  const std::string folder = paths.staging(id);
  if (const int status = ops.make_directories(folder); status < 0) {
    return file_failed(folder, status);
  }
  return CatalogEntry(ops, paths, std::move(id));
}

CatalogEntry::CatalogEntry(CatalogEntry&& other) noexcept
    : ops_(std::exchange(other.ops_, nullptr)),
      paths_(std::move(other.paths_)),
      id_(std::move(other.id_)),
      is_decided_(other.is_decided_) {}

CatalogEntry::~CatalogEntry() {
  // What cannot be removed now, the next writer removes.
  if (ops_ == nullptr || is_decided_) return;
  [[maybe_unused]] const Result<void> removed = remove_folder(*ops_, folder());
}

Result<void> CatalogEntry::clear() { return empty_folder(*ops_, folder()); }

std::string CatalogEntry::staged(const CatalogFile& file) const { return staged_file(paths_, id_, file); }

Result<void> CatalogEntry::write_rejects(std::string_view csv) {
  return write_whole_file(*ops_, staged_rejects(paths_, id_), csv);
}

Result<void> CatalogEntry::commit(const Manifest& manifest) {
  std::vector<std::string> files;
  for (const CatalogFile& file : manifest.files) {
    if (ops_->exists(staged(file))) files.push_back(staged(file));  // else in its place already
  }
  std::string failed;
  if (const int status = ops_->sync_files(files, failed); status < 0) return file_failed(failed, status);
  const Result<std::string> json = to_json(manifest);
  if (!json) return std::unexpected(json.error());
  if (const int status = ops_->sync_directory(folder()); status < 0) return file_failed(folder(), status);
  auto written = write_whole_file(*ops_, staged_manifest(paths_, id_), *json);
  // It may be there though bringing its name to the disk failed.
  is_decided_ = written || ops_->exists(staged_manifest(paths_, id_));
  if (!written) return written;
  return finish_entry(*ops_, paths_, manifest);
}

}  // namespace acts::history
