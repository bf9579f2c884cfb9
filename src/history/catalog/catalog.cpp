#include "history/catalog/catalog.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "history/file_status.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

}  // namespace

CatalogPaths::CatalogPaths(std::string_view data_dir) : root(fmt::format("{}/catalog", data_dir)) {}
std::string CatalogPaths::file(std::string_view path) const { return fmt::format("{}/{}", root, path); }
std::string CatalogPaths::manifests() const { return file("_manifests"); }
std::string CatalogPaths::manifest(std::string_view id) const { return fmt::format("{}/_manifests/{}.json", root, id); }
std::string CatalogPaths::rejects() const { return file("_rejects"); }
std::string CatalogPaths::rejects(std::string_view id) const { return fmt::format("{}/_rejects/{}.csv", root, id); }
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
  return FileLock::take(ops, paths.root, ".lock", ": another import writes into this catalog: wait for its end");
}

Result<std::vector<Manifest>> read_manifests(FileOps& ops, const CatalogPaths& paths) {
  std::vector<std::string> names;
  if (const int status = ops.list(paths.manifests(), names); status < 0) {
    return file_failed(paths.manifests(), status);
  }
  std::vector<Manifest> manifests;
  for (const std::string& name : names) {
    if (!name.ends_with(".json") || name.starts_with('.')) continue;
    const std::string path = fmt::format("{}/{}", paths.manifests(), name);
    const Result<std::string> text = read_whole_file(path, kMaxManifestBytes);
    if (!text) return fail(ErrorCode::kStorage, text.error().message);
    Result<Manifest> manifest = parse_manifest(*text);
    if (!manifest) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, manifest.error().message));
    manifests.push_back(*std::move(manifest));
  }
  return manifests;
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
