#include "history/catalog/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "history/file_status.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

// A writer would have to enter a source between any two of them.
constexpr int kMostListings = 1000;

// A listing under way may show a name that is new and not one from just before: only what two listings agree on is
// what there was at a moment.
Result<std::set<std::string>> manifest_names(FileOps& ops, const CatalogPaths& paths) {
  std::set<std::string> known;
  for (int listings = 0; listings < kMostListings; ++listings) {
    std::vector<std::string> names;
    if (const int status = ops.list(paths.manifests(), names); status < 0) {
      return file_failed(paths.manifests(), status);
    }
    bool is_all = true;
    for (std::string& name : names) {
      if (!name.ends_with(".json") || name.starts_with('.') || !known.insert(std::move(name)).second) continue;
      is_all = false;
    }
    if (is_all) return known;
  }
  return fail(ErrorCode::kStorage,
              fmt::format("{}: more is imported than can be read: ask again behind the import", paths.manifests()));
}

// By the names of their files.
Result<void> for_each_manifest(FileOps& ops, const CatalogPaths& paths,
                               const std::function<void(std::string_view, Manifest)>& take) {
  const Result<std::set<std::string>> names = manifest_names(ops, paths);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    Result<Manifest> manifest = read_manifest(fmt::format("{}/{}", paths.manifests(), name));
    if (!manifest) return std::unexpected(manifest.error());
    take(name, *std::move(manifest));
  }
  return {};
}

}  // namespace

CatalogPaths::CatalogPaths(std::string_view data_dir) : root(fmt::format("{}/catalog", data_dir)) {}
std::string CatalogPaths::file(std::string_view path) const { return fmt::format("{}/{}", root, path); }
std::string CatalogPaths::manifests() const { return file("_manifests"); }
std::string CatalogPaths::manifest(std::string_view id) const { return fmt::format("{}/_manifests/{}.json", root, id); }
std::string CatalogPaths::rejects() const { return file("_rejects"); }
std::string CatalogPaths::rejects(std::string_view id) const { return fmt::format("{}/_rejects/{}.csv", root, id); }
std::string CatalogPaths::readers_lock() const { return file(".readers.lock"); }
std::string CatalogPaths::staging() const { return file("_staging"); }
std::string CatalogPaths::staging(std::string_view id) const { return fmt::format("{}/_staging/{}", root, id); }

Result<void> check_place(const CatalogPaths& paths) {
  if (paths.root.find_first_of("*?[]{}\\") == std::string::npos) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{}: a catalog cannot be where the path has any of * ? [ ] {{ }} \\: choose "
                          "another --data-dir",
                          paths.root));
}

Result<FileLock> lock_catalog(FileOps& ops, const CatalogPaths& paths) {
  Result<FileLock> lock =
      FileLock::take(ops, paths.root, ".lock", ": another import writes into this catalog: wait for its end");
  // For readers that may write nothing here.
  if (lock) [[maybe_unused]]
    const std::optional<FileLock> made = FileLock::share(paths.readers_lock());
  return lock;
}

std::optional<FileLock> hold_files(const CatalogPaths& paths) { return FileLock::share(paths.readers_lock()); }
bool are_files_held(const CatalogPaths& paths) { return FileLock::is_shared(paths.readers_lock()); }

Result<Manifest> read_manifest(const std::string& path) {
  const Result<std::string> text = read_whole_file(path, kMaxManifestBytes);
  if (!text) return fail(ErrorCode::kStorage, text.error().message);
  Result<Manifest> manifest = parse_manifest(*text);
  if (!manifest) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, manifest.error().message));
  return manifest;
}

Result<std::vector<Manifest>> read_manifests(FileOps& ops, const CatalogPaths& paths,
                                             const std::function<void(std::string_view, const Manifest&)>& seen) {
  std::vector<Manifest> manifests;
  const Result<void> read = for_each_manifest(ops, paths, [&](std::string_view name, Manifest manifest) {
    if (seen) seen(name, manifest);
    manifests.push_back(std::move(manifest));
  });
  if (!read) return std::unexpected(read.error());
  std::ranges::sort(manifests, {}, &Manifest::id);
  return manifests;
}

Result<std::vector<CatalogFile>> current_files(FileOps& ops, const CatalogPaths& paths,
                                               const std::function<bool(const CatalogFile&)>& is_wanted) {
  std::set<std::string> replaced;
  std::vector<CatalogFile> files;
  const Result<void> read = for_each_manifest(ops, paths, [&](std::string_view, Manifest manifest) {
    for (std::string& path : manifest.replaced) replaced.insert(std::move(path));
    for (CatalogFile& file : manifest.files) {
      if (is_wanted(file)) files.push_back(std::move(file));
    }
  });
  if (!read) return std::unexpected(read.error());
  keep_current(files, std::move(replaced));
  return files;
}

std::vector<std::string> files_below_kinds(const CatalogPaths& paths) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(paths.root, error), end; !error && at != end; at.increment(error)) {
    std::string path = at->path().lexically_relative(paths.root).generic_string();
    if (path.starts_with("kind=") && at->is_regular_file()) files.push_back(std::move(path));
  }
  return files;
}

}  // namespace acts::history
