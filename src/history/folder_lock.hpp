// One process at a time that writes below a folder: held (flock on FOLDER/.lock) until the object or the process ends,
// however that ends.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "recording/file_ops.hpp"

namespace acts::history {

class FolderLock {
 public:
  // Makes the folder if it is not there. Does not wait. `other`: who else may hold it, such as "another import".
  // Errors: kStorage, naming the remedy.
  static Result<FolderLock> take(FileOps& ops, const std::string& folder, std::string_view other);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace acts::history
