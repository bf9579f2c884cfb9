#include "live/data_lock.hpp"

namespace acts {

Result<FileLock> lock_data_dir(const std::string& data_dir) {
  return FileLock::take(
      real_file_ops(), data_dir, "acts.lock",
      ", which collects into this directory, or changes its rows: end it, or choose another with --data-dir");
}

}  // namespace acts
