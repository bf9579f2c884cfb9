#include "recording/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace acts {
namespace {

// What a holder wrote: its process number. A reader may come between its lock and its writing.
std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const ssize_t count = ::pread(fd, text.data(), text.size(), 0);
  std::string_view digits(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  return digits.empty() ? "another process" : fmt::format("process {}", digits);
}

}  // namespace

Result<FileLock> FileLock::take(FileOps& ops, const std::string& folder, std::string_view name,
                                std::string_view holder) {
  if (const int status = ops.make_directories(folder); status < 0) {
    return fail(ErrorCode::kStorage,
                fmt::format("{}: cannot be made: {}: choose another data directory", folder, std::strerror(-status)));
  }
  const std::string path = fmt::format("{}/{}", folder, name);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) {
    return fail(ErrorCode::kStorage,
                fmt::format("{}: {}: check that its directory may be written", path, std::strerror(errno)));
  }
  FileLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(ErrorCode::kStorage, fmt::format("{}: held by {}{}", path, holder_of(fd), holder));
    }
    return fail(ErrorCode::kStorage, fmt::format("{}: cannot be locked: {}: choose a data directory on a local disk",
                                                 path, std::strerror(errno)));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  // Only told to whoever comes second; the lock itself does not depend on it.
  if (::ftruncate(fd, 0) == 0) [[maybe_unused]]
    const ssize_t written = ::pwrite(fd, pid.data(), pid.size(), 0);
  return lock;
}

std::optional<FileLock> FileLock::share(const std::string& path) {
  // To be locked it need not be written, and may be on a disk that cannot be.
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) fd = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return std::nullopt;
  FileLock lock(fd);
  int status = 0;
  do {
    status = ::flock(fd, LOCK_SH);
  } while (status != 0 && errno == EINTR);
  if (status != 0) return std::nullopt;
  return lock;
}

bool FileLock::is_shared(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno != ENOENT;
  const FileLock lock(fd);
  return ::flock(fd, LOCK_EX | LOCK_NB) != 0;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

}  // namespace acts
