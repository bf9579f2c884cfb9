#include "history/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace acts::history {

Result<FolderLock> FolderLock::take(FileOps& ops, const std::string& folder, std::string_view other) {
  if (const int status = ops.make_directories(folder); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: cannot be made: {}", folder, std::strerror(-status)));
  }
  const std::string path = folder + "/.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(errno)));
  FolderLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  const std::string reason =
      errno == EWOULDBLOCK ? fmt::format("{} writes there: wait for its end", other) : std::strerror(errno);
  return fail(ErrorCode::kStorage, fmt::format("{}: {}", folder, reason));
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}
FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

}  // namespace acts::history
