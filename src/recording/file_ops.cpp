#include "recording/file_ops.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace acts {
namespace {

int status_of(int result) { return result < 0 ? -errno : result; }

}  // namespace

int FileOps::make_directories(const std::string& path) {
  if (path.empty() || exists(path)) return 0;
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (const int status = make_directories(parent); status < 0) return status;
  if (const int status = make_directory(path); status < 0 && status != -EEXIST) return status;
  const int status = sync_directory(parent);
  // The next call would find it there and take it for durable.
  if (status < 0) remove(path);
  return status;
}

bool FileOps::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

int FileOps::make_directory(const std::string& path) { return status_of(::mkdir(path.c_str(), 0777)); }

int FileOps::create(const std::string& path) {
  return status_of(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
}

int FileOps::reopen(const std::string& path) { return status_of(::open(path.c_str(), O_WRONLY | O_CLOEXEC)); }

std::int64_t FileOps::write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  for (;;) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written >= 0) return written;
    if (errno != EINTR) return -errno;
  }
}

int FileOps::sync(int fd) { return status_of(::fdatasync(fd)); }

int FileOps::sync_directory(const std::string& path) {
  const int fd = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const int status = status_of(::fsync(fd));
  ::close(fd);
  return status;
}

int FileOps::remove(const std::string& path) { return status_of(std::remove(path.c_str())); }

int FileOps::rename(const std::string& from, const std::string& to) {
  return status_of(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE));
}

int FileOps::list(const std::string& path, std::vector<std::string>& names) {
  names.clear();
  std::error_code error;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::ranges::sort(names);
  return error && error != std::errc::no_such_file_or_directory ? -error.value() : 0;
}

int FileOps::close(int fd) { return status_of(::close(fd)); }

FileOps& real_file_ops() {
  // Never destroyed: a thread that a hanging disk holds may outlive main().
  static FileOps& ops = *new FileOps;
  return ops;
}

}  // namespace acts
