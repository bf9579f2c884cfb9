// One process at a time, or several that share: the kernel's lock (flock) on a file, held until the object or the
// process ends, however that ends. The file may stay: what counts is the lock.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts {

class FileLock {
 public:
  // On `folder`/`name`; makes both if they are not there. Does not wait. Writes our process number into the file, for
  // whoever comes second: who is told "…: held by process 7" and at once `holder` (": it …", ", which …"), which says
  // what that one does and the remedy. Errors: kStorage.
  static Result<FileLock> take(FileOps& ops, const std::string& folder, std::string_view name, std::string_view holder);
  // Beside others that share the file, which is made if it can be; waits while somebody asks is_shared(). Nothing: it
  // is not there and cannot be made, or its file system has no locks; whoever only reads goes on without.
  static std::optional<FileLock> share(const std::string& path);
  // Whether somebody shares the file, in this process or another. If that cannot be told: true.
  static bool is_shared(const std::string& path);
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
