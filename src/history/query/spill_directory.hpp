// A folder of its own for what a query cannot hold in memory, gone with it. What a process left that was killed, the
// next one removes: a living owner holds the kernel's lock (flock) on its folder, across containers too.
#pragma once

#include <string>

namespace acts::history {

class SpillDirectory {
 public:
  // "acts-query-XXXXXX" in `parent`, after all folders of such names there are gone that are ours and nobody's that
  // lives. Never fails: without a folder path() is empty.
  explicit SpillDirectory(const std::string& parent);
  ~SpillDirectory();
  SpillDirectory(const SpillDirectory&) = delete;
  SpillDirectory& operator=(const SpillDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace acts::history
