// One process at a time: the kernel's lock (flock) on a file, held until the object or the process ends, however that
// ends. The file may stay: what counts is the lock.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts {

class FileLock {
 public:
  // On `folder`/`name`; makes both if they are not there. Does not wait. Writes our process number into the file, for
  // whoever comes second: who is told "…: held by process 7" and `holder`, which says what that one does and the
  // remedy. Errors: kStorage.
  static Result<FileLock> take(FileOps& ops, const std::string& folder, std::string_view name, std::string_view holder);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace acts
