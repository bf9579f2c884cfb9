#include "history/query/spill_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace acts::history {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "acts-query-";
// Another's sweep may remove a folder between its making and its lock.
constexpr int kTries = 3;

// The locked folder: a descriptor; -1: it is none of ours, or somebody's that lives.
int lock_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat opened{};
  struct stat named{};
  // What is locked may be gone by now.
  if (::fstat(fd, &opened) == 0 && opened.st_uid == ::geteuid() && ::flock(fd, LOCK_EX | LOCK_NB) == 0 &&
      ::lstat(path.c_str(), &named) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev) {
    return fd;
  }
  ::close(fd);
  return -1;
}

void sweep(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator at(parent, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with(kPrefix)) continue;
    const int fd = lock_folder(at->path().string());
    if (fd < 0) continue;
    std::error_code ignored;
    fs::remove_all(at->path(), ignored);
    ::close(fd);
  }
}

}  // namespace

SpillDirectory::SpillDirectory(const std::string& parent) {
  sweep(parent);
  for (int i = 0; i < kTries && lock_ < 0; ++i) {
    std::string pattern = (fs::path(parent) / kPrefix).string() + "XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) return;
    lock_ = lock_folder(pattern);
    if (lock_ >= 0) path_ = pattern;
  }
}

SpillDirectory::~SpillDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace acts::history
