#include "history/catalog/catalog.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "recording/whole_file.hpp"

namespace acts::history {
CatalogPaths::CatalogPaths(std::string_view data_dir) : root(fmt::format("{}/catalog", data_dir)) {}
std::string CatalogPaths::file(std::string_view path) const { return fmt::format("{}/{}", root, path); }
std::string CatalogPaths::manifests() const { return file("_manifests"); }
std::string CatalogPaths::manifest(std::string_view id) const { return fmt::format("{}/_manifests/{}.json", root, id); }
std::string CatalogPaths::rejects() const { return file("_rejects"); }
std::string CatalogPaths::rejects(std::string_view id) const { return fmt::format("{}/_rejects/{}.csv", root, id); }
std::string CatalogPaths::staging() const { return file("_staging"); }
std::string CatalogPaths::staging(std::string_view id) const { return fmt::format("{}/_staging/{}", root, id); }
std::string CatalogPaths::lock() const { return file(".lock"); }

Result<void> check_place(const CatalogPaths& paths) {
  if (paths.root.find_first_of("*?[]{}\\") == std::string::npos) return {};
  return fail(ErrorCode::kUsage,
              fmt::format("{}: a catalog cannot be where the path has any of * ? [ ] {{ }} \\: choose "
                          "another --data-dir",
                          paths.root));
}

Result<CatalogLock> CatalogLock::take(FileOps& ops, const CatalogPaths& paths) {
  if (const int status = ops.make_directories(paths.root); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: cannot be made: {}", paths.root, std::strerror(-status)));
  }
  const std::string path = paths.lock();
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(errno)));
  CatalogLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  const std::string reason = errno == EWOULDBLOCK ? "another import writes into this catalog: wait for its end"
                                                  : std::string(std::strerror(errno));
  return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, reason));
}

CatalogLock::~CatalogLock() {
  if (fd_ >= 0) ::close(fd_);
}
CatalogLock::CatalogLock(CatalogLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
CatalogLock& CatalogLock::operator=(CatalogLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<std::vector<Manifest>> read_manifests(FileOps& ops, const CatalogPaths& paths) {
  std::vector<std::string> names;
  if (const int status = ops.list(paths.manifests(), names); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", paths.manifests(), std::strerror(-status)));
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

}  // namespace acts::history
