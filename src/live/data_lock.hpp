// One collector a data directory: two would write the same rows, each with half of the truth. The lock is the kernel's
// (flock on DIR/acts.lock) and ends with the process, however that ends.
#pragma once

#include <string>

#include "acts/base/result.hpp"

namespace acts {

class DataLock {
 public:
  // Makes the directory if it is not there. Errors: kStorage, naming the process that holds it and the remedy.
  static Result<DataLock> take(const std::string& data_dir);
  ~DataLock();
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&& other) noexcept;
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace acts
